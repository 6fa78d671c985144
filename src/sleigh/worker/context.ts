import type { NetWorkSpace } from "../../client/index.ts";
import { randomStream, type Seed } from "./random.ts";
import type { SharedState } from "./shared-state.ts";

/** What a task may ask, as the global `SleighContext`. */
export interface SleighContext {
  /** This worker's rank, from 0. A worker that takes the place of one that died has its rank. */
  readonly rank: number;
  /** How many workers the sleigh has now. */
  readonly workerCount: number;
  /** Name of the sleigh: of its workspace. */
  readonly sleighName: string;
  /** Number of the task that runs, from 0; of a call on each worker, the rank. */
  readonly taskNumber: number;
  /** Aborted when the call is cancelled, or the task has run longer than its `timeout`. Works in loops that never wait, too. */
  readonly signal: AbortSignal;
  /**
   * A number from 0 (included) to 1 (excluded). With a `seed`, each task has its own stream, the same for any number
   * of workers, any chunks and after a retry; without one it is `Math.random`.
   */
  random(): number;
  /** Prints a line that begins with the time, the rank and the task. */
  log(...values: readonly unknown[]): void;
}

declare global {
  /** On a worker: what the task that runs may ask. */
  var SleighContext: SleighContext;
  /** On a worker: the sleigh's own workspace. */
  var SleighNws: NetWorkSpace;
  /** On a worker: a workspace that is the user's alone. */
  var SleighUserNws: NetWorkSpace;
  /** On a worker: its rank, from 0. */
  var SleighRank: number;
  /** On a worker: how many there are. */
  var SleighWorkerCount: number;
  /** On a worker: the name of the sleigh. */
  var SleighName: string;
  /** On a worker, for expressions: the arguments of the task. */
  var SleighArguments: readonly unknown[];
}

/** The one context of a task thread, set anew for each task. */
export class TaskContext implements SleighContext {
  rank = 0;
  workerCount = 1;
  readonly sleighName: string;
  taskNumber = 0;
  readonly #shared: SharedState;
  #slot = 0;
  #seed: Seed | undefined;
  #stream: (() => number) | undefined;
  #controller: AbortController | undefined;

  constructor(sleighName: string, shared: SharedState) {
    this.sleighName = sleighName;
    this.#shared = shared;
  }

  /** What holds for all tasks of a chunk. */
  beginChunk(slot: number, seed: Seed | undefined): void {
    this.#slot = slot;
    this.#seed = seed;
  }

  beginTask(taskNumber: number): void {
    this.taskNumber = taskNumber;
    this.#stream = undefined;
    this.#controller = undefined;
  }

  get signal(): AbortSignal {
    this.#controller ??= this.#newController();
    return this.#controller.signal;
  }

  random(): number {
    if (this.#stream === undefined) {
      this.#stream = this.#seed === undefined ? Math.random : randomStream(this.#seed, this.taskNumber);
    }
    return this.#stream();
  }

  log(...values: readonly unknown[]): void {
    // eslint-disable-next-line no-console -- that is what it is for: the output of tasks is captured
    console.error(`${new Date().toISOString()} [${this.rank}] task ${this.taskNumber}:`, ...values);
  }

  /** Why the task that runs is to stop, if it is. */
  get stopReason(): "cancelled" | "timed_out" | undefined {
    return this.#shared.isLate ? "timed_out" : this.#shared.isToStop(this.#slot) ? "cancelled" : undefined;
  }

  /** Aborts the signal of the task that runs, if it is to stop. */
  checkStop(): void {
    const controller = this.#controller;
    const reason = controller === undefined ? undefined : this.stopReason;
    if (controller !== undefined && reason !== undefined && !isAborted(controller)) {
      controller.abort(
        reason === "timed_out"
          ? new DOMException("the task has run longer than its timeout", "TimeoutError")
          : new DOMException("the task was cancelled", "AbortError"),
      );
    }
  }

  #newController(): AbortController {
    const controller = new AbortController();
    const { signal } = controller;
    // A task that never waits gets no messages, but it can look.
    Object.defineProperty(signal, "aborted", {
      configurable: true,
      get: () => {
        if (controller === this.#controller) {
          this.checkStop();
        }
        return isAborted(controller);
      },
    });
    const throwIfAborted = (): void => {
      if (signal.aborted) {
        throw signal.reason;
      }
    };
    Object.defineProperty(signal, "throwIfAborted", { configurable: true, value: throwIfAborted });
    this.#controller = controller;
    this.checkStop();
    return controller;
  }
}

/** Without our own getter, which would come back here. */
function isAborted(controller: AbortController): boolean {
  return Reflect.get(AbortSignal.prototype, "aborted", controller.signal);
}
