import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const client = fileURLToPath(new URL("../../clients/python", import.meta.url));

/** True where a `python3` can be started. */
export const hasPython = spawnSync("python3", ["--version"]).status === 0;

/** A Python program that runs, with the Python client where it finds it. */
export class PythonProgram implements AsyncDisposable {
  readonly child: ChildProcessWithoutNullStreams;
  /** What it has printed, when it has ended well. */
  readonly printed: Promise<string>;

  constructor(lines: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.child = spawn("python3", ["-B", "-c", lines.join("\n")], {
      env: { ...process.env, PYTHONPATH: client, ...env },
    });
    let stdout = "";
    let stderr = "";
    this.child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    this.child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    this.printed = once(this.child, "close").then(([code]) => {
      if (code !== 0) {
        throw new Error(`the Python program ended with ${String(code)}: ${stderr}`);
      }
      return stdout;
    });
    this.printed.catch(() => undefined); // whoever waits for it is told; nobody must
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.child.kill("SIGKILL");
    await this.printed.catch(() => undefined);
  }
}
