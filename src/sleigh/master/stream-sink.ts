import { numberOf, type TaskBatch } from "../inputs/task-source.ts";
import type { Sink } from "./sink.ts";

/** Results in the order of the tasks, kept only until they are taken. */
export class StreamSink implements Sink {
  readonly isBusy = false;
  onChange: () => void = () => undefined;
  onArrival: ((task: number, value: unknown) => void) | undefined;
  /** Something can be taken that could not before. */
  onReady: () => void = () => undefined;
  readonly #buffer = new Map<number, { readonly value: unknown } | undefined>();
  readonly #most: () => number;
  #next = 0;
  #largestBatch = 1;

  /** `most`: so many chunks may wait to be taken. */
  constructor(most: () => number) {
    this.#most = most;
  }

  get isFull(): boolean {
    return this.#buffer.size >= this.#most() * this.#largestBatch;
  }

  get buffered(): number {
    return this.#buffer.size;
  }

  expect({ count }: TaskBatch): void {
    this.#largestBatch = Math.max(this.#largestBatch, count);
  }

  accept(batch: TaskBatch, values: ArrayLike<unknown>, without: ReadonlySet<number>): void {
    for (let at = 0; at < batch.count; at++) {
      if (!without.has(at)) {
        this.#buffer.set(numberOf(batch, at), { value: values[at] });
      }
    }
    this.onReady();
  }

  skip(task: number): void {
    this.#buffer.set(task, undefined);
    this.onReady();
  }

  /** The next result in order; undefined when it has not come. */
  take(): { readonly value: unknown } | undefined {
    while (this.#buffer.has(this.#next)) {
      const taken = this.#buffer.get(this.#next);
      this.#buffer.delete(this.#next);
      this.#next += 1;
      if (taken !== undefined) {
        this.onChange();
        return taken;
      }
    }
    return undefined;
  }

  result(): undefined {
    return undefined;
  }

  *arrived(): Generator<never> {
    // Taken with `take`.
  }

  again(): this {
    return this;
  }
}
