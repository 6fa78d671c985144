import { numberOf, type TaskBatch } from "../inputs/task-source.ts";

/** Where results go. */
export interface Sink {
  /** Nothing more should be handed out for now: what is there has not been taken yet. */
  readonly isFull: boolean;
  /** Something is under way that must end before the call is over. */
  readonly isBusy: boolean;
  /** Called when `isFull` or `isBusy` may have changed. */
  onChange: () => void;
  /** Called with each result, when somebody looks on. */
  onArrival: ((task: number, value: unknown) => void) | undefined;
  /** These tasks are handed out, for the first time. */
  expect(batch: TaskBatch): void;
  /** Results of a batch, by place; those at `without` are none. */
  accept(batch: TaskBatch, values: ArrayLike<unknown>, without: ReadonlySet<number>): void;
  /** The task has no result, and is not to have one. */
  skip(task: number): void;
  /** What the call resolves with. */
  result(): unknown;
  /** What has arrived so far and is still there. */
  arrived(): Iterable<readonly [task: number, value: unknown]>;
  /** For tasks that are done again: keeps what is there. */
  again(): Sink;
}

const NOTHING = Symbol("no result");

/** A list, in the order of the tasks. */
export class ListSink implements Sink {
  readonly isFull = false;
  readonly isBusy = false;
  onChange: () => void = () => undefined;
  onArrival: ((task: number, value: unknown) => void) | undefined;
  #results: unknown[] = [];

  expect({ first, count, numbers }: TaskBatch): void {
    const end = numbers === undefined ? first + count : Math.max(...numbers) + 1;
    // Filled at once, because arrays with holes are slow.
    for (let next = this.#results.length; next < end; next++) {
      this.#results.push(NOTHING);
    }
  }

  accept(batch: TaskBatch, values: ArrayLike<unknown>, without: ReadonlySet<number>): void {
    const { first, count, numbers } = batch;
    const { onArrival } = this;
    if (numbers === undefined && without.size === 0 && onArrival === undefined) {
      for (let at = 0; at < count; at++) {
        this.#results[first + at] = values[at];
      }
      return;
    }
    for (let at = 0; at < count; at++) {
      if (!without.has(at)) {
        const task = numberOf(batch, at);
        this.#results[task] = values[at];
        onArrival?.(task, values[at]);
      }
    }
  }

  skip(): void {
    // Its place is filtered out in the end.
  }

  result(): unknown[] {
    return this.#results.includes(NOTHING) ? this.#results.filter((value) => value !== NOTHING) : this.#results;
  }

  *arrived(): Generator<readonly [number, unknown]> {
    for (const [task, value] of this.#results.entries()) {
      if (value !== NOTHING) {
        yield [task, value];
      }
    }
  }

  again(): ListSink {
    const sink = new ListSink();
    sink.#results = [...this.#results];
    return sink;
  }
}
