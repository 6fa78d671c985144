import { SleighArgumentError } from "../errors.ts";
import { numberOf, type TaskBatch } from "../inputs/task-source.ts";
import type { Sink } from "./sink.ts";

/** Called with results as they arrive, and the numbers of their tasks. While the promise that it returns is pending, fewer tasks are handed out. */
export type Accumulate<R> = (results: R[], tasks: number[]) => unknown;

/**
 * A function, or an object with the method `accumulate`. When it has a method `value`, the call resolves with what that
 * returns; else with undefined.
 */
export type Accumulator<R, V = unknown> =
  | (Accumulate<R> & {
      /** What the call resolves with. */
      value?: () => V;
    })
  | {
      /** Called with results as they arrive. */
      accumulate: Accumulate<R>;
      /** What the call resolves with. */
      value?: () => V;
    };

/** Hands results to the user's accumulator, a call at a time, and keeps nothing. */
export class AccumulatorSink implements Sink {
  onChange: () => void = () => undefined;
  onArrival: ((task: number, value: unknown) => void) | undefined;
  readonly #accumulator: Accumulator<unknown>;
  readonly #fail: (error: unknown) => void;
  /** Arrived while an earlier call was under way. */
  #results: unknown[] = [];
  #tasks: number[] = [];
  #isBusy = false;

  /** `fail` is told what the accumulator throws. */
  constructor(accumulator: Accumulator<unknown>, fail: (error: unknown) => void) {
    if (typeof accumulator !== "function" && typeof accumulator.accumulate !== "function") {
      throw new SleighArgumentError("accumulator must be a function, or an object with a method accumulate");
    }
    this.#accumulator = accumulator;
    this.#fail = fail;
  }

  get isFull(): boolean {
    return this.#isBusy;
  }

  get isBusy(): boolean {
    return this.#isBusy || this.#tasks.length > 0;
  }

  expect(): void {
    // No place is kept for them.
  }

  accept(batch: TaskBatch, values: ArrayLike<unknown>, without: ReadonlySet<number>): void {
    for (let at = 0; at < batch.count; at++) {
      if (!without.has(at)) {
        const task = numberOf(batch, at);
        this.#results.push(values[at]);
        this.#tasks.push(task);
        this.onArrival?.(task, values[at]);
      }
    }
    this.#hand();
  }

  skip(): void {
    // Accumulators see results only.
  }

  result(): unknown {
    return this.#accumulator.value?.();
  }

  *arrived(): Generator<never> {
    // Nothing is kept.
  }

  again(): AccumulatorSink {
    return new AccumulatorSink(this.#accumulator, this.#fail);
  }

  #hand(): void {
    while (!this.#isBusy && this.#tasks.length > 0) {
      const [results, tasks] = [this.#results, this.#tasks];
      this.#results = [];
      this.#tasks = [];
      try {
        const { accumulate } =
          typeof this.#accumulator === "function" ? { accumulate: this.#accumulator } : this.#accumulator;
        const answer: unknown = accumulate.call(this.#accumulator, results, tasks);
        if (isThenable(answer)) {
          this.#isBusy = true;
          void this.#await(answer);
        }
      } catch (error) {
        this.#fail(error);
      }
    }
  }

  async #await(answer: PromiseLike<unknown>): Promise<void> {
    try {
      await answer;
    } catch (error) {
      this.#fail(error);
    }
    this.#isBusy = false;
    this.#hand();
    this.onChange();
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
