import { SleighTaskError } from "./errors.ts";
import type { ElementJob } from "./master/element-job.ts";
import type { StreamSink } from "./master/stream-sink.ts";

/**
 * Results in the order of the tasks, one after the other; the input may be infinite. A task that fails rejects the `next` whose turn
 * it is, and that is the end (unless `onError` says otherwise).
 */
export class Imap<R> implements AsyncIterableIterator<R, undefined>, AsyncDisposable {
  readonly #job: ElementJob;
  readonly #sink: StreamSink;
  /** The error that stands where a task failed is thrown. */
  readonly #throws: boolean;
  #returned = 0;
  #isStopped = false;
  #isShutDown = false;
  #tail: Promise<unknown> = Promise.resolve();

  /** @internal */
  constructor(job: ElementJob, sink: StreamSink, throws: boolean) {
    this.#job = job;
    this.#sink = sink;
    this.#throws = throws;
  }

  /** Tasks handed out. */
  get submitted(): number {
    return this.#job.progress.submitted;
  }

  /** Results that `next` has given. */
  get returned(): number {
    return this.#returned;
  }

  /** Results that have come and were not asked for yet. */
  get buffered(): number {
    return this.#sink.buffered;
  }

  /** Whether no more tasks are handed out: the input has ended, or `shutdown` or `stop` was called. */
  get stopped(): boolean {
    return this.#isStopped || this.#isShutDown || this.#job.isOver;
  }

  /** Reads no more input; the results of what was handed out still come. */
  shutdown(): void {
    this.#isShutDown = true;
    this.#job.stopReading();
  }

  /** Drops what is pending: the iterator ends now. */
  stop(): void {
    if (!this.#isStopped) {
      this.#isStopped = true;
      this.#job.stopReading();
      this.#job.cancel();
      this.#sink.onReady();
    }
  }

  /** The next result, in the order of the tasks. Rejects with the SleighTaskError of a task that has failed. */
  next(): Promise<IteratorResult<R, undefined>> {
    const result = this.#tail.then(() => this.#next());
    this.#tail = result.catch(() => undefined);
    return result;
  }

  /** Hands out no more tasks and drops what is under way, as `stop` does. */
  return(): Promise<IteratorResult<R, undefined>> {
    this.stop();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Itself: for `for await`. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Calls `return`: for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  async #next(): Promise<IteratorResult<R, undefined>> {
    for (;;) {
      if (this.#isStopped) {
        return { done: true, value: undefined };
      }
      const taken = this.#sink.take();
      if (taken !== undefined) {
        return this.#give(taken.value);
      }
      if (this.#job.isOver) {
        // Rejects with what went wrong, if something did.
        await this.#job.promise;
        return { done: true, value: undefined };
      }
      await new Promise<void>((resolve) => {
        this.#sink.onReady = resolve;
        this.#job.promise.then(
          () => resolve(),
          () => resolve(),
        );
      });
    }
  }

  #give(value: unknown): IteratorResult<R, undefined> {
    if (this.#throws && value instanceof SleighTaskError) {
      this.stop();
      throw value;
    }
    this.#returned += 1;
    return { done: false, value: value as R };
  }
}
