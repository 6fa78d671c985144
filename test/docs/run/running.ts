import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";

/** How long a block may take, and how long the output of one that goes on may take to come. */
const longestMs = 100_000;

/** What a process may take to end when it is told to. */
const graceMs = 5000;

/** What Node says on its own: it depends on the machine. */
const warnings = /^\(node:\d+\) .*\n(?:\(Use `node .*\n)?/gm;

/** A block under way: a process and all that it has started. What it prints goes to a file, in the order in which a reader sees it. */
export class Running {
  readonly #child: ChildProcess;
  readonly #log: string;
  #code: number | string | undefined;
  /** What it ended with: its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;

  constructor(command: readonly string[], cwd: string, env: NodeJS.ProcessEnv, log: string) {
    this.#log = log;
    const output = openSync(log, "w");
    const [program = "", ...args] = command;
    // A group of its own: it ends with all that belongs to it.
    this.#child = spawn(program, args, { cwd, env, stdio: ["ignore", output, output], detached: true });
    closeSync(output);
    this.ended = new Promise((resolve, reject) => {
      this.#child.once("error", reject);
      this.#child.once("exit", (code, signal) => {
        this.#code = code ?? signal ?? 0;
        resolve(this.#code);
      });
    });
  }

  /** Undefined: it goes on. */
  get code(): number | string | undefined {
    return this.#code;
  }

  get printed(): string {
    return readFileSync(this.#log, "utf8").replaceAll(warnings, "");
  }

  /** What it ended with; `undefined` when it has taken too long. */
  async end(): Promise<number | string | undefined> {
    const timer = new AbortController();
    const tooLong = pause(longestMs, undefined, { signal: timer.signal }).catch(() => undefined);
    const code = await Promise.race([this.ended, tooLong]);
    timer.abort();
    return code;
  }

  /** Waits until what it prints is what is wanted; false when that never comes. */
  async prints(wanted: RegExp): Promise<boolean> {
    const limit = Date.now() + longestMs;
    while (!wanted.test(this.printed)) {
      if (this.#code !== undefined || Date.now() > limit) {
        return wanted.test(this.printed);
      }
      await pause(20);
    }
    return true;
  }

  /** Ends it with all that it has started, as Ctrl-C does. */
  async stop(): Promise<void> {
    const timer = setTimeout(() => this.#signal("SIGKILL"), graceMs);
    this.#signal("SIGTERM");
    await this.ended;
    clearTimeout(timer);
    this.#signal("SIGKILL");
  }

  #signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.#child.pid!, signal);
    } catch {
      // Nobody is left.
    }
  }
}
