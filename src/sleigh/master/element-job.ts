import { AgainSource, type TaskBatch, type TaskSource } from "../inputs/task-source.ts";
import type { Chunker } from "./chunker.ts";
import type { Crew, Outcome } from "./crew.ts";
import { Job, type JobOptions } from "./job.ts";

export interface ElementJobOptions extends JobOptions {
  readonly source: TaskSource;
  readonly chunker: Chunker;
  /** At most so many chunks for each worker are under way. Undefined: the chunker decides. */
  readonly loadFactor: number | undefined;
  /** And at most so many bytes of arguments, but for one chunk. */
  readonly maxQueuedBytes: number;
}

/** A call whose tasks go to whoever is free. Its input is read as tasks are handed out, and no further. */
export class ElementJob extends Job {
  readonly #own: ElementJobOptions;
  readonly #source: TaskSource;
  readonly #again: TaskBatch[] = [];
  /** Bytes of each batch under way. */
  readonly #open = new Map<TaskBatch, number>();
  #openBytes = 0;
  #read = 0;
  #isExhausted = false;
  #isFeeding = false;
  #crew: Crew | undefined;

  constructor(options: ElementJobOptions) {
    super(options);
    this.#own = options;
    this.#source = options.source;
  }

  /** Hands out the first tasks. The crew must know the job. */
  start(crew: Crew): void {
    if (!this.isOver) {
      this.#crew = crew;
      this.step();
    }
  }

  /** No input is read any more; what was handed out is done. */
  stopReading(): void {
    this.#isExhausted = true;
    this.#source.close();
    this.step();
  }

  /** What has no result, after the end: for doing it again. */
  unfinished(): TaskSource {
    return new AgainSource(
      [...this.failures.map(({ batch }) => batch), ...this.#open.keys(), ...this.#again],
      this.#isExhausted ? undefined : this.#source,
    );
  }

  override returned(batch: TaskBatch, outcome: Outcome): void {
    if (this.isOver) {
      return;
    }
    this.#openBytes -= this.#open.get(batch) ?? 0;
    this.#open.delete(batch);
    this.#own.chunker.measuredTime(batch.count - outcome.unrun.length, outcome.elapsedMs);
    this.take(batch, outcome);
    this.step();
  }

  protected override get total(): number | undefined {
    return this.#isExhausted
      ? this.#read
      : this.#source.left === undefined
        ? undefined
        : this.#read + this.#source.left;
  }

  protected override get hasWork(): boolean {
    return this.#open.size > 0 || this.#again.length > 0 || !this.#isExhausted;
  }

  protected override redo(batch: TaskBatch): void {
    this.#again.push(batch);
  }

  protected override proceed(): void {
    this.#handOutAgain();
    if (!this.#isFeeding && this.#crew !== undefined) {
      this.#isFeeding = true;
      const waiting = this.#feed();
      if (waiting === undefined) {
        this.#isFeeding = false;
      } else {
        void this.#feedOn(waiting);
      }
    }
  }

  protected override ended(): void {
    this.#crew?.end(this.number);
  }

  /** What was handed out before waits for no room, nor for input that makes one wait: others may wait for what it does. */
  #handOutAgain(): void {
    while (this.#crew !== undefined && !this.isOver && this.#again.length > 0) {
      try {
        this.#assign(this.#again.shift()!);
      } catch (error) {
        this.fail(error);
      }
    }
  }

  /** Hands out what may be handed out now. Returns the input when it makes one wait. */
  #feed(): Promise<TaskBatch | undefined> | undefined {
    try {
      while (!this.isOver && this.#hasRoom) {
        if (this.#isExhausted) {
          break;
        }
        const batch = this.#source.read(this.#own.chunker.size(this.#source.left, this.#crew!.size));
        if (batch instanceof Promise) {
          return batch;
        }
        this.#take(batch);
      }
    } catch (error) {
      this.fail(error);
    }
    return undefined;
  }

  async #feedOn(waiting: Promise<TaskBatch | undefined>): Promise<void> {
    try {
      for (let next: typeof waiting | undefined = waiting; next !== undefined; next = this.#feed()) {
        const batch = await next;
        if (this.isOver) {
          break;
        }
        this.#take(batch);
      }
    } catch (error) {
      this.fail(error);
    }
    this.#isFeeding = false;
    this.step();
  }

  #take(batch: TaskBatch | undefined): void {
    if (batch === undefined) {
      this.#isExhausted = true;
    } else {
      this.#read += batch.count;
      this.handedOut(batch);
      this.#assign(batch);
    }
  }

  #assign(batch: TaskBatch): void {
    const { chunker } = this.#own;
    this.#open.set(batch, 0);
    const bytes = this.#crew!.assign(this.number, batch);
    this.#open.set(batch, bytes);
    this.#openBytes += bytes;
    chunker.measuredBytes(batch.count, bytes);
  }

  get #hasRoom(): boolean {
    const { chunker, loadFactor, maxQueuedBytes } = this.#own;
    const most = Math.max(1, Math.floor(chunker.ahead(loadFactor) * this.#crew!.size));
    return this.#open.size < most && !this.sink.isFull && (this.#open.size === 0 || this.#openBytes < maxQueuedBytes);
  }
}
