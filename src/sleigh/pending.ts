import type { SleighTaskError } from "./errors.ts";
import type { Job, Progress } from "./master/job.ts";

/** How a call is done once more for the tasks that have no result. */
export type Retry = () => SleighPending<unknown>;

/**
 * Work that is under way. `await` it for its results, keep it and ask, or go through the results as they arrive:
 *
 *     for await (const result of s.eachElem(f, list)) …            // in the order of arrival
 *     for await (const [task, result] of pending.entries()) …      // with the number of the task (or the rank)
 */
export class SleighPending<T, R = unknown> implements Promise<T>, AsyncIterable<R> {
  readonly [Symbol.toStringTag] = "SleighPending";
  readonly #job: Job;
  readonly #retry: Retry;
  #isWatched = false;

  /** @internal */
  constructor(job: Job, retry: Retry) {
    this.#job = job;
    this.#retry = retry;
    job.promise.catch((error: unknown) => this.#complain(error));
  }

  then<A = T, B = never>(
    onResults?: ((results: T) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.wait().then(onResults, onError);
  }

  catch<B = never>(onError?: ((error: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.wait().catch(onError);
  }

  finally(onEnd?: (() => void) | null): Promise<T> {
    return this.wait().finally(onEnd);
  }

  /** The results, when they are all there. */
  wait(): Promise<T> {
    this.#isWatched = true;
    return this.#job.promise as Promise<T>;
  }

  /** How many tasks are outstanding: 0 exactly when it is over. (Where the input does not tell its length, at least so many.) */
  check(): number {
    return this.#job.outstanding;
  }

  /** How far the call is: counts of tasks, and milliseconds. */
  get progress(): Progress {
    return this.#job.progress;
  }

  /** The tasks that have failed for good so far. */
  failed(): SleighTaskError[] {
    this.#isWatched = true;
    return this.#job.failures.map(({ error }) => error);
  }

  /**
   * Does the tasks once more that have no result (after an error that was thrown, also those that were not done). Resolves with all
   * results, those of before included; an accumulator gets the new ones. Throws while the call is still under way.
   */
  retryFailed(): SleighPending<T, R> {
    return this.#retry() as unknown as SleighPending<T, R>;
  }

  /** Ends it: it rejects with a SleighCancelledError now. Tasks that run see their signal aborted and have the grace to end. */
  cancel(reason?: unknown): void {
    this.#job.cancel(reason);
  }

  /** The results as they arrive, in no order. Throws what the call rejects with. */
  async *[Symbol.asyncIterator](): AsyncGenerator<R, void, undefined> {
    for await (const [, result] of this.entries()) {
      yield result;
    }
  }

  /** Results with the numbers of their tasks (of `eachWorker`: the ranks), as they arrive. May be gone through once at a time. */
  async *entries(): AsyncGenerator<[task: number, result: R], void, undefined> {
    this.#isWatched = true;
    const { sink, promise } = this.#job;
    const queue = [...sink.arrived()] as [number, R][];
    const waiting = { wake: (): void => undefined };
    sink.onArrival = (task, result) => {
      queue.push([task, result as R]);
      waiting.wake();
    };
    const end = (): void => waiting.wake();
    promise.then(end, end);
    try {
      while (queue.length > 0 || !this.#job.isOver) {
        const next = queue.shift();
        if (next !== undefined) {
          yield next;
        } else {
          await new Promise<void>((resolve) => (waiting.wake = resolve));
        }
      }
    } finally {
      sink.onArrival = undefined;
    }
    await promise;
  }

  /** A failure that nobody ever looks at must not go unnoticed, nor end the program before it can be looked at. */
  #complain(error: unknown): void {
    const timer = setTimeout(() => {
      if (!this.#isWatched) {
        process.emitWarning(`a call failed, and nobody has waited for it: ${String(error)}`, "SleighWarning");
      }
    }, UNWATCHED_MS);
    timer.unref();
  }
}

/** A failed call that has not been waited for after so long is reported. */
const UNWATCHED_MS = 5000;
