import { LaunchError } from "./launch-error.ts";
import type { WorkerExit } from "./launched-worker.ts";
import type { WorkerPlan } from "./plan.ts";

const DEFAULT_TIMEOUT_MS = 60_000;
/** What a timer can be set to. Longer is for ever. */
const MAX_TIMEOUT_MS = 2_147_483_647;

export interface JoiningOptions {
  readonly plan: WorkerPlan;
  readonly description: string;
  /** It may stand in a queue: without a launch timeout of its own there is none. */
  readonly queued: boolean;
  /** Ends the command. */
  readonly onTimeout: () => void;
  /** What it has printed so far. */
  readonly output: () => string;
}

/** The time between the start of a worker's command and the moment that the worker has joined, or never will. */
export class Joining {
  readonly ready: Promise<void>;
  readonly #options: JoiningOptions;
  #resolve!: () => void;
  #reject!: (error: LaunchError) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: JoiningOptions) {
    this.#options = options;
    this.ready = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever only watches `exited` need not watch this too.
    this.ready.catch(() => undefined);
    const timeoutMs = options.plan.options.launchTimeout ?? (options.queued ? Infinity : DEFAULT_TIMEOUT_MS);
    // Also the longest one is set, so that the program does not end while somebody waits for the worker to join.
    this.#timer = setTimeout(() => this.#timedOut(timeoutMs), Math.min(timeoutMs, MAX_TIMEOUT_MS));
  }

  /** That it may take time does not keep the program running any more. */
  unref(): void {
    this.#timer?.unref();
  }

  joined(): void {
    clearTimeout(this.#timer);
    this.#resolve();
  }

  ended({ code, signal, output }: WorkerExit): void {
    const how = signal === null ? `ended with exit code ${code ?? "unknown"}` : `was ended by ${signal}`;
    this.#fail("launch_failed", `its command ${how}`, output);
  }

  /** The command could not even be started. */
  notStarted(cause: Error): void {
    const missing = "code" in cause && cause.code === "ENOENT";
    this.#fail("launch_failed", missing ? "its command was not found" : `its command: ${cause.message}`, "", cause);
  }

  #timedOut(timeoutMs: number): void {
    if (timeoutMs <= MAX_TIMEOUT_MS) {
      this.#fail("launch_timed_out", `it did not join within ${timeoutMs} ms`, this.#options.output());
      this.#options.onTimeout();
    }
  }

  #fail(code: "launch_failed" | "launch_timed_out", what: string, output: string, cause?: Error): void {
    clearTimeout(this.#timer);
    const { plan, description } = this.#options;
    const { rank, node } = plan;
    const printed = output.trim() === "" ? "It printed nothing." : `It printed:\n${indent(output.trimEnd())}`;
    const message = `worker ${rank}${node === "" ? "" : ` on '${node}'`} was not launched: ${what}\n${indent(description)}\n${printed}`;
    this.#reject(
      new LaunchError(code, message, {
        node,
        rank,
        command: description,
        output,
        ...(cause !== undefined && { cause }),
      }),
    );
  }
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "  ");
}
