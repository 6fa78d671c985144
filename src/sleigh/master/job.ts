import { SleighCancelledError, type SleighTaskError } from "../errors.ts";
import { argumentsOf, numberOf, pick, type TaskBatch } from "../inputs/task-source.ts";
import type { TaskFailure } from "../messages.ts";
import type { Assigner, Outcome } from "./crew.ts";
import { type OnError, taskError } from "./policy.ts";
import type { Sink } from "./sink.ts";

/** A task that failed for good, and what it takes to do it again. */
export interface Failed {
  readonly error: SleighTaskError;
  readonly batch: TaskBatch;
}

/** The numbers of a call, for a progress display. */
export interface Progress {
  /** Tasks with a result, and tasks that failed for good. */
  readonly done: number;
  readonly failed: number;
  /** Tasks handed out so far. */
  readonly submitted: number;
  /** All tasks; undefined where the input does not tell before its end. */
  readonly total: number | undefined;
  readonly elapsedMs: number;
}

export interface JobOptions {
  readonly number: number;
  readonly sink: Sink;
  readonly onError: OnError;
  /** How often a task that threw or took too long is done again. */
  readonly retries: number;
  readonly retryDelayMs: number;
  readonly signal: AbortSignal | undefined;
  /** Called when tasks have come back, and at the end. */
  readonly onProgress: ((progress: Progress, isOver: boolean) => void) | undefined;
}

/**
 * A call: what is common to those that give tasks to whoever is free and those that go to each worker. It is over when
 * `promise` is settled; whatever comes after that is dropped.
 */
export abstract class Job implements Assigner {
  readonly number: number;
  readonly sink: Sink;
  readonly promise: Promise<unknown>;
  readonly failures: Failed[] = [];
  protected readonly options: JobOptions;
  readonly #startedAt = performance.now();
  readonly #tries = new Map<number, number>();
  #resolve!: (value: unknown) => void;
  #reject!: (error: unknown) => void;
  #isOver = false;
  #done = 0;
  #submitted = 0;
  /** Failures that are being dealt with, and retries that wait. */
  #unsettled = 0;
  readonly #timers = new Set<NodeJS.Timeout>();

  constructor(options: JobOptions) {
    this.options = options;
    this.number = options.number;
    this.sink = options.sink;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever never looks at the call learns of its failure otherwise: see SleighPending.
    this.promise.catch(() => undefined);
    this.sink.onChange = () => this.step();
    options.signal?.addEventListener("abort", this.#onAbort, { once: true });
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get progress(): Progress {
    return {
      done: this.#done,
      failed: this.failures.length,
      submitted: this.#submitted,
      total: this.total,
      elapsedMs: performance.now() - this.#startedAt,
    };
  }

  /** Tasks still outstanding: 0 exactly when the call is over. Where the number of tasks is not known yet, those handed out count, and one more. */
  get outstanding(): number {
    if (this.#isOver) {
      return 0;
    }
    const settled = this.#done + this.failures.length;
    return Math.max(1, (this.total ?? this.#submitted + 1) - settled);
  }

  cancel(reason?: unknown): void {
    this.fail(new SleighCancelledError("the call was cancelled", reason === undefined ? undefined : { cause: reason }));
  }

  grown(): void {
    this.step();
  }

  abandoned(error: Error): void {
    this.fail(error);
  }

  fail(error: unknown): void {
    if (!this.#isOver) {
      this.#end();
      this.#reject(error);
    }
  }

  abstract returned(batch: TaskBatch, outcome: Outcome): void;

  /** All tasks there will be, where that is known. */
  protected abstract readonly total: number | undefined;
  /** Hands out more, if there is more and it may. */
  protected abstract proceed(): void;
  /** Hands out tasks once more, before any others. */
  protected abstract redo(batch: TaskBatch): void;
  /** Whether tasks are handed out and not back, or still to be handed out. */
  protected abstract readonly hasWork: boolean;

  protected handedOut(batch: TaskBatch): void {
    this.#submitted += batch.count;
    this.sink.expect(batch);
  }

  /** Takes what came back: results to the sink, failures to the policy. */
  protected take(batch: TaskBatch, outcome: Outcome): void {
    if (this.#isOver) {
      return;
    }
    const { failures, unrun, values } = outcome;
    const without = new Set<number>(unrun);
    for (const { at } of failures) {
      without.add(at);
    }
    this.#done += batch.count - without.size;
    this.sink.accept(batch, values, without);
    if (unrun.length > 0) {
      this.redo(pick(batch, unrun));
    }
    for (const failure of failures) {
      this.#unsettled += 1;
      void this.#settle(batch, failure, outcome);
    }
    this.options.onProgress?.(this.progress, this.#isOver);
    this.#look();
  }

  /** Ends the call if nothing is left. */
  #look(): void {
    if (!this.#isOver && this.#unsettled === 0 && !this.hasWork && !this.sink.isBusy) {
      this.#end();
      try {
        this.#resolve(this.sink.result());
      } catch (error) {
        this.#reject(error);
      }
    }
  }

  /** To be called whenever more may be handed out, or the end may have come. */
  protected step(): void {
    if (!this.#isOver) {
      this.proceed();
      this.#look();
    }
  }

  async #settle(batch: TaskBatch, failure: TaskFailure, outcome: Outcome): Promise<void> {
    try {
      const task = numberOf(batch, failure.at);
      const tries = (this.#tries.get(task) ?? 0) + (failure.tries ?? 1);
      this.#tries.set(task, tries);
      // (Workers do tasks again by themselves, but for those that took them along.)
      if (failure.reason !== "lost" && tries <= this.options.retries) {
        await this.#pause();
        if (!this.#isOver) {
          this.redo(pick(batch, [failure.at]));
        }
      } else {
        this.#tries.delete(task);
        await this.#giveUp(batch, failure.at, await taskError(failure, task, tries, outcome));
      }
    } catch (error) {
      this.fail(error);
    }
    this.#unsettled -= 1;
    this.step();
  }

  async #giveUp(batch: TaskBatch, at: number, error: SleighTaskError): Promise<void> {
    if (this.#isOver) {
      return;
    }
    const { onError } = this.options;
    const one = pick(batch, [at]);
    this.failures.push({ error, batch: one });
    this.options.onProgress?.(this.progress, this.#isOver);
    if (onError === "throw") {
      this.fail(error);
    } else if (onError === "skip") {
      this.sink.skip(error.task);
    } else {
      const value =
        onError === "return" ? error : await onError(error, { number: error.task, args: argumentsOf(batch, at) });
      this.sink.accept(one, [value], new Set());
    }
  }

  #pause(): Promise<void> | undefined {
    const { retryDelayMs } = this.options;
    return retryDelayMs <= 0
      ? undefined
      : new Promise((resolve) => {
          const timer = setTimeout(() => {
            this.#timers.delete(timer);
            resolve();
          }, retryDelayMs);
          this.#timers.add(timer);
        });
  }

  #end(): void {
    this.#isOver = true;
    this.options.signal?.removeEventListener("abort", this.#onAbort);
    for (const timer of this.#timers) {
      clearTimeout(timer);
    }
    this.ended();
    this.options.onProgress?.(this.progress, this.#isOver);
  }

  /** The call is over: gives up what it holds. */
  protected abstract ended(): void;

  readonly #onAbort = (): void => this.cancel(this.options.signal?.reason);
}
