import { commandToLaunch } from "./command-to-launch.ts";
import { KeyFile } from "./key-file.ts";
import type { ServerAddress } from "./launcher.ts";
import type { LaunchOptions } from "./launch-options.ts";
import { planWorkers } from "./plan.ts";
import { localLine, windowsQuote, shellQuote } from "./quoting.ts";

/** What the commands of a dry run name. */
export interface DryRunOptions {
  /** The sleigh's name. Default: as a sleigh would be named. */
  readonly sleigh?: string;
  /** Default: a server on this machine at the usual port. */
  readonly server?: ServerAddress;
}

/** Stands for what is made up at each launch. */
const SOME_TOKEN = "TOKEN";
const NO_SECRET = { key: new Uint8Array(0) };

/**
 * The commands with which a sleigh of these options would start its workers, by rank, each a line as one would type it on this
 * machine. Nothing is started and nothing written. What is missing in them is the key of the sleigh, which a worker reads from its
 * standard input. LaunchError `bad_launch` for options that make no sense.
 */
export function dryRun(options: LaunchOptions, told: DryRunOptions = {}): readonly string[] {
  const { sleigh = "sleigh_ride_0001", server = { host: "localhost", port: 8765 } } = told;
  return planWorkers(options).map((plan) => {
    const keyFile = new KeyFile(sleigh, NO_SECRET, plan.options.keyDir).path;
    const launch = commandToLaunch(plan, { sleigh, server, token: SOME_TOKEN, keyFile });
    if (launch.kind === "thread") {
      return `# a thread: ${localLine([launch.script, ...launch.args])}`;
    }
    const { command, args, env = {}, cwd } = launch.command;
    return `${inFolder(cwd)}${withEnvironment(env)}${localLine([command, ...args])}`;
  });
}

function inFolder(cwd: string | undefined): string {
  return cwd === undefined ? "" : `cd ${localLine([cwd])} && `;
}

function withEnvironment(env: Readonly<Record<string, string>>): string {
  const windows = process.platform === "win32";
  return Object.entries(env)
    .map(([name, value]) => (windows ? `set ${windowsQuote(`${name}=${value}`)} && ` : `${name}=${shellQuote(value)} `))
    .join("");
}
