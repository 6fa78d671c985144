/** Tasks are handed out so many milliseconds' worth at a time. */
const TARGET_MS = 200;
/** Not less than this, to share out the last ones. */
const LEAST_MS = 5;
/** What is left makes at least so many chunks for each worker: who begins the last large one must not end long after the others. */
const SHARES = 2;
/** Chunks of a size of their own may each hold so many bytes of arguments. */
const MOST_BYTES = 1_048_576;
/** So many chunks of a size of their own are handed out for each worker: one runs, one is there, one is on its way. */
const AUTO_AHEAD = 3;
/** So many of a size that was asked for, where the caller does not say how many. */
const AHEAD = 10;
/** Of short ones as many as take so long, that workers get many at a time; but not more than `MOST_AHEAD`. */
const AHEAD_MS = 20;
const MOST_AHEAD = 100;
/** The first ones of a function that was called before: as many as took so long then. */
const FIRST_MS = 10;
/** How much a chunk may be larger than the largest one that was measured. */
const GROWTH = 64;
/** The weight of the newest measurement. */
const NEWEST = 0.5;

/** What a task took: milliseconds, and bytes of arguments. */
export interface TaskCost {
  readonly ms: number;
  readonly bytes: number;
}

/** How many tasks the next chunk gets: a number that was asked for, or as many as take a good while together. */
export class Chunker {
  readonly #fixed: number | undefined;
  readonly #before: TaskCost | undefined;
  /** Milliseconds and bytes of a task; undefined while unknown. */
  #taskMs: number | undefined;
  #taskBytes: number | undefined;
  #largest = 1;

  /** `chunkSize`: a whole number of at least 1, or `auto`. `before`: what a task took when the function was called before. */
  constructor(chunkSize: number | "auto", before?: TaskCost) {
    this.#fixed = chunkSize === "auto" ? undefined : chunkSize;
    this.#before = before;
  }

  /** What a task takes, once that is known. */
  get cost(): TaskCost | undefined {
    return this.#taskMs === undefined || this.#taskBytes === undefined
      ? undefined
      : { ms: this.#taskMs, bytes: this.#taskBytes };
  }

  /** How many chunks may be handed out at a time, per worker. `loadFactor`: what the caller allows. */
  ahead(loadFactor: number | undefined): number {
    if (this.#fixed === undefined) {
      return Math.min(loadFactor ?? AUTO_AHEAD, AUTO_AHEAD);
    }
    if (this.#taskMs === undefined) {
      return loadFactor ?? AHEAD;
    }
    return loadFactor ?? Math.max(AHEAD, Math.min(MOST_AHEAD, AHEAD_MS / (this.#taskMs * this.#fixed)));
  }

  /** `left`: tasks not handed out yet, undefined where nobody knows. */
  size(left: number | undefined, workerCount: number): number {
    if (this.#fixed !== undefined) {
      return this.#fixed;
    }
    const taskMs = this.#taskMs ?? this.#before?.ms;
    if (taskMs === undefined) {
      return 1;
    }
    const tasksIn = (ms: number): number => ms / Math.max(taskMs, 1e-6);
    const share = left === undefined ? Infinity : left / (SHARES * workerCount);
    // It may take longer this time, so that too many of them would not be shared.
    const most = tasksIn(this.#taskMs === undefined ? FIRST_MS : TARGET_MS);
    const wanted = Math.min(most, Math.max(share, tasksIn(LEAST_MS)));
    const taskBytes = this.#taskBytes ?? this.#before?.bytes ?? 0;
    return Math.max(1, Math.floor(Math.min(wanted, this.#largest * GROWTH, MOST_BYTES / Math.max(taskBytes, 1))));
  }

  measuredTime(count: number, elapsedMs: number): void {
    if (count > 0) {
      const taskMs = elapsedMs / count;
      // One that ran alone may have paid for compiling: a larger sample says more.
      this.#taskMs = this.#taskMs === undefined || count >= this.#largest ? taskMs : mix(this.#taskMs, taskMs);
      this.#largest = Math.max(this.#largest, count);
    }
  }

  measuredBytes(count: number, bytes: number): void {
    this.#taskBytes = this.#taskBytes === undefined ? bytes / count : mix(this.#taskBytes, bytes / count);
  }
}

function mix(before: number, now: number): number {
  return before * (1 - NEWEST) + now * NEWEST;
}
