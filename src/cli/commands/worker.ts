import { Command, Option } from "commander";
import type { Durability } from "../../client/index.ts";
import type { WorkerSettings } from "../../sleigh/launchers/worker-settings.ts";
import { CommandFailure, ExitCode } from "../exit-code.ts";
import { debugOption } from "../options.ts";
import { paragraphs } from "../paragraphs.ts";
import { parsePort, parseRank } from "../parse.ts";

interface WorkOptions {
  readonly sleigh?: string;
  readonly host?: string;
  readonly port?: number;
  readonly rank?: number;
  readonly token?: string;
  readonly keyFile?: string;
  readonly durability?: Durability;
  readonly modulePath?: readonly string[];
  readonly workingDir?: string;
  readonly logDir?: string;
  readonly verbose?: true;
  readonly redirectOutput: boolean;
}

const DEFAULT_PORT = 8765;

const durabilities: readonly Durability[] = ["fsync", "os", "memory"];

const afterHelp = `
A master ('new Sleigh(...)' in a program) starts its workers by itself. By hand it is for machines that the master cannot
reach: it shows what to type. The worker ends with its master.

The key of the sleigh is read from standard input, one line, or from a file that only you may read. It is no option: others
see the arguments of your commands.

Exit codes: 0 it was told to end or its master has ended, 1 it could not join, 69 the server went away, 70 out of memory,
75 a task did not stop in time (start another worker); a task that ends its process chooses the code.

Each option may be an environment variable instead: NWS_WORKER_SLEIGH, NWS_WORKER_KEY_FILE and so on.

Example:
  nws worker --sleigh sleigh_ride_0001 --host hippo --port 8765 --key-file key`;

export function workerCommand(): Command {
  return new Command("worker")
    .summary("work for a sleigh")
    .description("Runs tasks of a sleigh until it ends.")
    .optionsGroup("Sleigh:")
    .option("--sleigh <name>", "name of the sleigh: its workspace on the server")
    .option("--host <name>", "host of the server (default: NWS_HOST, else localhost)")
    .addOption(
      new Option(
        "--port <number>",
        "port of the server; 0: it comes with the key (default: NWS_SERVER_PORT, else 8765)",
      ).argParser(parsePort),
    )
    .option("--key-file <path>", "file with the key, instead of standard input")
    .addOption(new Option("--rank <number>", "the rank to ask for (default: the next free one)").argParser(parseRank))
    .addOption(
      new Option("--durability <what>", "as the master says: go on when the server is restarted").choices(durabilities),
    )
    .addOption(new Option("--token <text>", "what the master calls this worker before it has a rank").hideHelp())
    .optionsGroup("Tasks:")
    .option("--module-path <folder...>", "look here too for modules that functions import")
    .option("--working-dir <folder>", "run there")
    .option("--log-dir <folder>", "write what tasks print into a file there as well")
    .option("--no-redirect-output", "print here what tasks print, instead of sending it to the master")
    .option("--verbose", "say on standard error what happens")
    .addOption(debugOption())
    .addHelpText("after", paragraphs(afterHelp))
    .action((options: WorkOptions) => work(options));
}

async function work(options: WorkOptions): Promise<void> {
  const { settingsFromEnvironment } = await import("../../sleigh/launchers/worker-settings.ts");
  const { runWorkerProcess } = await import("../../sleigh/worker/worker-process.ts");
  const settings = chosen(options, settingsFromEnvironment(process.env));
  if (process.stdin.isTTY && settings.keyFile === undefined) {
    process.stderr.write("The key of the sleigh, one line:\n");
  }
  await runWorkerProcess(settings);
}

/** Arguments win over the environment. */
function chosen(options: WorkOptions, environment: Partial<WorkerSettings>): WorkerSettings {
  const { redirectOutput, ...given } = options;
  const { NWS_HOST, NWS_SERVER_PORT } = process.env;
  const settings = {
    host: NWS_HOST ?? "localhost",
    port: NWS_SERVER_PORT === undefined ? DEFAULT_PORT : parsePort(NWS_SERVER_PORT),
    ...environment,
    ...given,
    ...(redirectOutput ? {} : { redirectOutput }),
  };
  const { sleigh } = settings;
  if (sleigh === undefined || sleigh === "") {
    throw new CommandFailure(ExitCode.usage, "which sleigh? Its name goes with --sleigh");
  }
  return { ...settings, sleigh };
}
