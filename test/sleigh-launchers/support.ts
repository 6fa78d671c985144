import { mkdtempSync, mkdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import {
  type LaunchedWorker,
  type LaunchOptions,
  planWorkers,
  WorkerStarter,
  type WorkerStarterOptions,
} from "../../src/sleigh/launchers/index.ts";

/** What the stand-in for a worker says it was told. */
export interface Report {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string;
  readonly cwd: string;
  readonly pid: number;
  readonly greeting: string;
}

export const key = Uint8Array.from({ length: 32 }, (_, i) => 255 - i);
/** As it must be nowhere but on standard input or in the key file. */
export const keyText = Buffer.from(key).toString("base64url");

export const server = { host: "192.0.2.1", port: 8765 };

/** Names that a shell would do something with. */
export const hostileWords: readonly string[] = [
  "",
  " ",
  "two words",
  "it's",
  '"quoted"',
  "'",
  "''\\'",
  "$(touch /tmp/hacked)",
  "`id`",
  "$HOME ${HOME} $$",
  "a;b&c|d>e<f",
  "back\\slash\\",
  "\\\\",
  "\\'",
  "new\nline\r\n",
  "tab\there",
  "*?[a-z]{a,b}",
  "~root",
  "#no comment",
  "!history!!",
  "%PATH%",
  "--option=x",
  "-n",
  "a=b",
  "ünïcödé 😀",
  "\x01\x1b[31m\x7f",
];

/** A folder of the test's own, with the fixtures built into it. */
export class Fixtures implements Disposable {
  readonly folder: string;
  readonly standIn: string;

  private constructor(folder: string) {
    this.folder = folder;
    // Any shell on the way would stumble over this folder.
    this.standIn = join(folder, "it's a $(folder)", "stand-in-worker.mjs");
  }

  static async build(): Promise<Fixtures> {
    const fixtures = new Fixtures(mkdtempSync(join(tmpdir(), "nws-launchers-")));
    mkdirSync(join(fixtures.standIn, ".."));
    const source = (name: string): string => join(import.meta.dirname, "fixtures", name);
    const options = { bundle: true, platform: "node", format: "esm" } as const;
    await build({ ...options, entryPoints: [source("stand-in-worker.ts")], outfile: fixtures.standIn });
    await build({
      ...options,
      entryPoints: [source("master-that-exits.ts")],
      outfile: join(fixtures.folder, "master-that-exits.mjs"),
    });
    return fixtures;
  }

  /** What has the stand-in run instead of a worker. */
  get script(): readonly string[] {
    return [process.execPath, this.standIn];
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Starts the first worker that the options plan. */
export function start(options: LaunchOptions, more: Partial<WorkerStarterOptions> = {}): LaunchedWorker {
  const starter = new WorkerStarter({ sleigh: "sleigh_ride_0001", server, key, ...more });
  return starter.start(planWorkers(options)[0]!, "token-1");
}

/** Resolves with what the stand-in says; rejects when it ends without. */
export async function reportOf(worker: LaunchedWorker): Promise<Report> {
  worker.ref();
  const report = (): string | undefined => /REPORT (\{.*\})\r?\n/.exec(worker.output)?.[1];
  const ended = worker.exited.then(() => true);
  const tick = (): Promise<false> => new Promise((resolve) => setTimeout(() => resolve(false), 10));
  while (report() === undefined && !(await Promise.race([ended, tick()]))) {}
  const json = report();
  if (json === undefined) {
    throw new Error(`it ended without a report: ${worker.output}`);
  }
  return JSON.parse(json) as Report;
}

/** Waits for a state, never for a time. The test's own timeout is the limit. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
