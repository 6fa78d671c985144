import { setTimeout as delay } from "node:timers/promises";
import type { RemoteError, TaskFailure } from "../messages.ts";
import type { TaskContext } from "./context.ts";
import type { Job } from "./job.ts";
import type { OutputCapture } from "./output-capture.ts";
import type { SharedState } from "./shared-state.ts";
import { describeThrown } from "./task-error.ts";

/** The tasks of a chunk, ready to run. */
export interface Chunk {
  readonly slot: number;
  readonly count: number;
  /** Number of the task at a place. */
  readonly numberOf: (at: number) => number;
  /** All arguments of the task at a place. */
  readonly argsOf: (at: number) => readonly unknown[];
  /** Places of tasks that are not to run: they count as lost. */
  readonly lost: readonly number[];
  /** Waited for before each task begins. */
  readonly announce: ((at: number) => Promise<void>) | undefined;
}

export interface Outcome {
  readonly values: unknown[];
  readonly failures: TaskFailure[];
  readonly unrun: number[];
  readonly elapsedMs: number;
}

type Unfinished = PromiseLike<unknown>;

/** Runs chunks, one at a time, task after task. A chunk of functions that do not wait costs one turn. */
export class ChunkRunner {
  readonly #context: TaskContext;
  readonly #shared: SharedState;
  readonly #output: OutputCapture;
  /** Rejects the task that is waited for. */
  #interrupt: ((error: unknown) => void) | undefined;

  constructor(context: TaskContext, shared: SharedState, output: OutputCapture) {
    this.#context = context;
    this.#shared = shared;
    this.#output = output;
  }

  /**
   * An exception that nobody caught, from a callback of a task that is still waited for, most likely: that task fails with it.
   * False when no task is waited for.
   */
  interrupt(error: unknown): boolean {
    const interrupt = this.#interrupt;
    interrupt?.(error);
    return interrupt !== undefined;
  }

  async run(chunk: Chunk, job: Job): Promise<Outcome> {
    const { slot, count, argsOf, numberOf, lost, announce } = chunk;
    const { run, spec, tracing } = job;
    const context = this.#context;
    const shared = this.#shared;
    const isTimed = spec.timeoutMs !== undefined;
    const values = new Array<unknown>(count).fill(undefined);
    const failures: TaskFailure[] = [];
    const unrun: number[] = [];
    context.beginChunk(slot, spec.seed);
    const chunkBeganAt = performance.now();
    for (let at = 0; at < count; at++) {
      if (shared.isToStop(slot)) {
        unrun.push(at);
        continue;
      }
      if (lost.includes(at)) {
        failures.push({ at, reason: "lost", error: undefined, output: "", elapsedMs: 0 });
        continue;
      }
      if (announce !== undefined) {
        await announce(at);
      }
      for (let tries = 1; ; tries++) {
        context.beginTask(numberOf(at));
        this.#output.beginTask();
        const beganAt = isTimed || count < TIMED_ONE_BY_ONE ? performance.now() : chunkBeganAt;
        let failure: TaskFailure | undefined;
        if (isTimed) {
          shared.beginTimed(slot, at);
        }
        try {
          const result =
            tracing === undefined ? run(...argsOf(at)) : tracing.task(numberOf(at), tries, () => run(...argsOf(at)));
          values[at] = isUnfinished(result) ? await this.#wait(result) : result;
          if (isTimed && shared.isLate) {
            values[at] = undefined;
            failure = this.#failure(at, beganAt, undefined, spec.timeoutMs);
          }
        } catch (error) {
          failure = this.#failure(at, beganAt, describeThrown(error), spec.timeoutMs);
        }
        if (isTimed) {
          shared.endTimed();
        }
        if (failure === undefined) {
          break;
        }
        if (tries > spec.retries || shared.isToStop(slot)) {
          failures.push({ ...failure, tries });
          break;
        }
        await this.#pause(numberOf(at), spec.retryDelayMs);
      }
    }
    this.#output.flush();
    return { values, failures, unrun, elapsedMs: performance.now() - chunkBeganAt };
  }

  /** Before a task is done again. Ends early when the chunk is to stop. */
  async #pause(taskNumber: number, ms: number): Promise<void> {
    // What was aborted is the signal of the try before.
    this.#context.beginTask(taskNumber);
    await delay(ms, undefined, { signal: this.#context.signal }).catch(() => undefined);
  }

  async #wait(result: Unfinished): Promise<unknown> {
    try {
      return await new Promise((resolve, reject) => {
        this.#interrupt = reject;
        result.then(resolve, reject);
      });
    } finally {
      this.#interrupt = undefined;
    }
  }

  /** What is said of a task that threw `thrown`, or that returned too late. */
  #failure(at: number, beganAt: number, thrown: RemoteError | undefined, timeoutMs: number | undefined): TaskFailure {
    const reason = this.#context.stopReason ?? "threw";
    const { taskNumber } = this.#context;
    const error = reason === "timed_out" ? timedOut(taskNumber, timeoutMs!, thrown) : thrown!;
    return { at, reason, error, output: this.#output.tail, elapsedMs: performance.now() - beganAt };
  }
}

/** Chunks of fewer tasks tell for each failure how long it took; with more tasks, since when the chunk ran. */
const TIMED_ONE_BY_ONE = 1000;

/** What is reported of a task that ran longer than it may. `cause`: what it threw when it was told so. */
export function timedOut(taskNumber: number, timeoutMs: number, cause?: RemoteError): RemoteError {
  return {
    name: "TimeoutError",
    message: `task ${taskNumber} ran longer than its timeout of ${timeoutMs} ms`,
    stack: undefined,
    cause,
    errors: undefined,
    code: undefined,
  };
}

function isUnfinished(result: unknown): result is Unfinished {
  return (
    ((typeof result === "object" && result !== null) || typeof result === "function") &&
    typeof (result as { readonly then?: unknown }).then === "function"
  );
}
