import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

/** Programs in processes of their own, which use a server as the pages' visitors know it. Those that still run are killed at the end. */
export class Programs implements AsyncDisposable {
  readonly #port: number;
  readonly #running = new Set<ChildProcess>();

  constructor(port: number) {
    this.#port = port;
  }

  /** Stores and fetches in a variable, `lanes` at a time, until it is killed; there are always `backlog` values. */
  busy(workspace: string, variable: string, { lanes = 4, backlog = 10 } = {}): ChildProcess {
    const args = [String(this.#port), workspace, variable, String(lanes), String(backlog)];
    return this.#start(process.execPath, ["--import", import.meta.resolve("tsx"), here("busy-program.ts"), ...args]);
  }

  /** Runs lines of Python with `ws`, a workspace of the Python client, to their end. */
  async python(workspace: string, lines: readonly string[]): Promise<void> {
    const program = [
      "import sys",
      `sys.path.insert(0, ${JSON.stringify(here("../../clients/python"))})`,
      "from networkspaces import NetWorkSpace",
      `ws = NetWorkSpace(${JSON.stringify(workspace)}, port=${this.#port}, useUse=True)`,
      ...lines,
    ];
    const child = this.#start("python3", ["-B", "-c", program.join("\n")]);
    const [code] = (await once(child, "close")) as [number | null];
    if (code !== 0) {
      throw new Error(`the Python program ended with ${String(code)}`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#running].map(killed));
  }

  #start(command: string, args: readonly string[]): ChildProcess {
    const child = spawn(command, args, { stdio: ["ignore", "inherit", "inherit"] });
    this.#running.add(child);
    child.once("close", () => this.#running.delete(child));
    return child;
  }
}

export async function killed(child: ChildProcess): Promise<void> {
  const ended = once(child, "close");
  child.kill("SIGKILL");
  await ended;
}
