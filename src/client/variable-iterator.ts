import type { Position, Positioned } from "./outcomes.ts";
import { AbortedError, type NwsError, VariableDeletedError } from "./errors.ts";

/** Reads what comes after a position: at least one value, or none where nothing is and nobody waits. */
export type ReadAfter = (after: Position | undefined, signal: AbortSignal) => Promise<readonly Positioned[]>;

/**
 * The values of a variable, one after the other: what `ifind`, `ifindTry`, `ifetch` and `ifetchTry` return.
 *
 * It ends when a trying iterator finds nothing more, when the variable is deleted (`endedBy` says so), and by `return` (as a
 * `for await` that is left does). An ended iterator stays ended until `restart` or `reset`. A timeout or an aborted signal rejects
 * `next` and leaves the iterator where it was. Calls of `next` may overlap; they are served in order.
 */
export class VariableIterator<T> implements AsyncIterableIterator<T, undefined>, AsyncDisposable {
  readonly #readAfter: ReadAfter;
  readonly #signal: AbortSignal | undefined;
  /** Of the last value that was read from the server, and of the last that was given out. */
  #position: Position | undefined;
  #given: Position | undefined;
  /** Read, and not yet given out. */
  #ahead: Positioned[] = [];
  #isEnded = false;
  #endedBy: NwsError | undefined;
  /** Stops the read that waits. */
  #stop = new AbortController();
  #tail: Promise<unknown> = Promise.resolve();

  /** @internal */
  constructor(readAfter: ReadAfter, signal: AbortSignal | undefined, after?: Position) {
    this.#readAfter = readAfter;
    this.#signal = signal;
    this.#position = after;
    this.#given = after;
  }

  /** Where the last value that `next` gave lies: another iterator goes on from there with the option `after`. */
  get position(): Position | undefined {
    return this.#given;
  }

  /** Why it ended, when that was not simply the end of the values. */
  get endedBy(): NwsError | undefined {
    return this.#endedBy;
  }

  /** The next value, or the end. Rejects as a fetch or find does. */
  next(): Promise<IteratorResult<T, undefined>> {
    const result = this.#tail.then(() => this.#next(this.#stop));
    this.#tail = result.catch(() => undefined);
    return result;
  }

  /** Ends it. A `next` that waits is told that this is the end. */
  return(): Promise<IteratorResult<T, undefined>> {
    this.#isEnded = true;
    this.#interrupt();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** From the next call on, the values from the beginning again. */
  reset(): void {
    this.#interrupt();
    this.#position = undefined;
    this.#given = undefined;
    this.#ahead = [];
    this.#isEnded = false;
    this.#endedBy = undefined;
  }

  /**
   * After the end: goes on from where it ended, with the values that have come since. If the variable was deleted, with the
   * first value of the one that has its name now. Before the end it does nothing.
   */
  restart(): void {
    if (this.#endedBy !== undefined) {
      this.#position = undefined;
      this.#given = undefined;
    }
    this.#isEnded = false;
    this.#endedBy = undefined;
  }

  /** Itself: for `for await`. */
  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Calls `return`: for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  async #next(stop: AbortController): Promise<IteratorResult<T, undefined>> {
    if (!this.#isEnded && this.#ahead.length === 0) {
      await this.#read(stop);
    }
    const first = this.#isEnded ? undefined : this.#ahead.shift();
    if (first === undefined) {
      return { done: true, value: undefined };
    }
    this.#given = { variableId: first.variableId, index: first.index };
    return { done: false, value: first.value as T };
  }

  async #read(stop: AbortController): Promise<void> {
    const signal = this.#signal === undefined ? stop.signal : AbortSignal.any([this.#signal, stop.signal]);
    try {
      const values = await this.#readAfter(this.#position, signal);
      if (stop.signal.aborted) {
        return;
      }
      this.#ahead.push(...values);
      this.#position = values.at(-1) ?? this.#position;
      this.#isEnded = values.length === 0;
    } catch (error) {
      if (error instanceof VariableDeletedError) {
        this.#isEnded = true;
        this.#endedBy = error;
      } else if (!(error instanceof AbortedError && stop.signal.aborted)) {
        throw error;
      }
    }
  }

  #interrupt(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
  }
}
