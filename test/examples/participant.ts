import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const examples = new URL("../../examples/", import.meta.url);

/** A program of an example, alone, against a server of the test's own: something that a test may kill, or hold up. */
export class Participant {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #closed: Promise<unknown>;
  #stdout = "";
  #stderr = "";

  /** `program`: as `lock/holder.mjs`. */
  constructor(port: number, program: string, ...args: string[]) {
    this.#child = spawn(process.execPath, [fileURLToPath(new URL(program, examples)), ...args], {
      env: { ...process.env, NWS_HOST: "127.0.0.1", NWS_SERVER_PORT: String(port) },
    });
    this.#closed = once(this.#child, "close");
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => (this.#stdout += text));
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => (this.#stderr += text));
  }

  /** What it has printed so far. */
  get lines(): string[] {
    return this.#stdout === "" ? [] : this.#stdout.trimEnd().split("\n");
  }

  /** Resolves when it has printed this line. */
  async prints(line: string): Promise<void> {
    while (!this.lines.includes(line)) {
      const isOver = await Promise.race([
        once(this.#child.stdout, "data").then(() => false),
        this.#closed.then(() => true),
      ]);
      if (isOver && !this.lines.includes(line)) {
        throw new Error(`it ended without printing '${line}': ${this.#stdout}${this.#stderr}`);
      }
    }
  }

  /** Resolves with what it has printed, when it has ended. Throws when it did not end well. */
  async ended(): Promise<string[]> {
    await this.#closed;
    if (this.#child.exitCode !== 0) {
      throw new Error(`it ended with ${this.#child.signalCode ?? this.#child.exitCode}: ${this.#stderr}`);
    }
    return this.lines;
  }

  /** It stands still, as a program does on a machine that is out of memory, or in the middle of a long collection of garbage. */
  stop(): void {
    this.#child.kill("SIGSTOP");
  }

  goOn(): void {
    this.#child.kill("SIGCONT");
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#closed;
  }
}
