import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const suitePath = fileURLToPath(new URL("test_classic.py", import.meta.url));

/** How one test of the Python suite ended. */
export interface Outcome {
  readonly test: string;
  readonly outcome: "passed" | "failed" | "skipped";
  /** The failure with its trace, or why it was skipped; else empty. */
  readonly message: string;
  readonly seconds: number;
}

/** True where a `python3` can be started. */
export function hasPython(): boolean {
  return spawnSync("python3", ["--version"]).status === 0;
}

/** The names of the suite's tests, in the order in which they run. */
export function listTests(options: readonly string[] = []): readonly string[] {
  const listed = spawnSync("python3", ["-B", suitePath, "--list", ...options], { encoding: "utf8" });
  if (listed.status !== 0) {
    throw new Error(`the Python suite cannot be listed: ${listed.stderr}`);
  }
  return listed.stdout.split("\n").filter((name) => name !== "");
}

/** The suite, running against a server. Outcomes arrive as the tests end. */
export class PythonSuite {
  readonly #outcomes = new Map<string, Outcome>();
  readonly #asked = new Map<string, (outcome: Outcome) => void>();
  readonly #process;
  #stderr = "";
  #ended = false;

  constructor(port: number, options: readonly string[] = []) {
    this.#process = spawn("python3", ["-B", suitePath, "--json", "--port", String(port), ...options], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#process.stderr.setEncoding("utf8").on("data", (text: string) => (this.#stderr += text));
    createInterface({ input: this.#process.stdout }).on("line", (line) => {
      this.#settle(JSON.parse(line) as Outcome);
    });
    this.#process.once("close", () => {
      this.#ended = true;
      for (const test of [...this.#asked.keys()]) {
        this.#settle(this.#lost(test));
      }
    });
  }

  /** Waits for a test to end. A test that the suite ended without is a failed one. */
  outcome(test: string): Promise<Outcome> {
    const known = this.#outcomes.get(test);
    if (known !== undefined || this.#ended) {
      return Promise.resolve(known ?? this.#lost(test));
    }
    return new Promise((resolve) => this.#asked.set(test, resolve));
  }

  /** Ends the suite, whether it is done or not. */
  async stop(): Promise<void> {
    if (!this.#ended) {
      const closed = new Promise((resolve) => this.#process.once("close", resolve));
      this.#process.kill("SIGKILL");
      await closed;
    }
  }

  #settle(outcome: Outcome): void {
    this.#outcomes.set(outcome.test, outcome);
    this.#asked.get(outcome.test)?.(outcome);
    this.#asked.delete(outcome.test);
  }

  #lost(test: string): Outcome {
    return { test, outcome: "failed", message: `the Python suite ended without it: ${this.#stderr}`, seconds: 0 };
  }
}
