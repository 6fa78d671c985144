import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const tsx = fileURLToPath(new URL("../../node_modules/tsx/dist/cli.mjs", import.meta.url));

/** An example that runs, as `npm run example NAME -- ARGUMENTS` starts it. */
export class RunningExample {
  readonly child: ChildProcessWithoutNullStreams;
  readonly outcome: Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }>;
  stdout = "";
  stderr = "";

  constructor(name: string, args: readonly string[] = [], port?: number) {
    const env = { ...process.env };
    delete env["NWS_HOST"];
    delete env["NWS_SERVER_PORT"];
    this.child = spawn(process.execPath, [tsx, "examples/run.ts", name, ...args], {
      cwd: root,
      env: port === undefined ? env : { ...env, NWS_SERVER_PORT: String(port) },
    });
    this.child.stdout.setEncoding("utf8").on("data", (text: string) => (this.stdout += text));
    this.child.stderr.setEncoding("utf8").on("data", (text: string) => (this.stderr += text));
    this.outcome = once(this.child, "close").then(([code]) => ({
      code: code as number | null,
      stdout: this.stdout,
      stderr: this.stderr,
    }));
  }

  /** Resolves when `pattern` has been printed. */
  async prints(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.stdout);
      if (match !== null) {
        return match;
      }
      const ended = await Promise.race([once(this.child.stdout, "data").then(() => undefined), this.outcome]);
      if (ended !== undefined && !pattern.test(this.stdout)) {
        throw new Error(`it ended with ${ended.code}: ${ended.stdout}${ended.stderr}`);
      }
    }
  }
}

/** What a sleigh says when a test wants more workers than the machine has cores. */
const tooFewCores =
  /^\(node:\d+\) SleighWarning: \d+ workers on this machine, which has .*\n\(Use `node --trace-warnings.*\n/;

/** Runs an example to its end; its lines. Throws when it did not end well. */
export async function linesOfExample(name: string, args: readonly string[] = [], port?: number): Promise<string[]> {
  const { code, stdout, stderr } = await new RunningExample(name, args, port).outcome;
  if (code !== 0 || stderr.replace(tooFewCores, "") !== "") {
    throw new Error(`${name} ended with ${code}: ${stderr}`);
  }
  return stdout.trimEnd().split("\n");
}

/** The processes that a running example has started and whose command line has `text` in it: their ids. */
export function childrenOf(example: RunningExample, text: string): number[] {
  const [main = 0] = children(example.child.pid!); // tsx runs the program in a process of its own
  return children(main).filter((pid) => commandLine(pid).includes(text));
}

/** The command line of a process, spaces between the words. */
export function commandLine(pid: number): string {
  return execFileSync("ps", ["-ww", "-o", "args=", "-p", String(pid)], { encoding: "utf8" });
}

function children(pid: number): number[] {
  return execFileSync("pgrep", ["-P", String(pid)], { encoding: "utf8" })
    .trim()
    .split("\n")
    .map(Number);
}
