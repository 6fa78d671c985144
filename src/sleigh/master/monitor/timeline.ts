import type { MonitoredTimeline } from "../../monitor.ts";

/** Bytes of a chunk, in all lists together. */
export const CHUNK_BYTES = 4 * Uint32Array.BYTES_PER_ELEMENT + 3 * Float64Array.BYTES_PER_ELEMENT;

/** The last chunks, in lists that are filled round and round: to note one costs next to nothing. */
export class Timeline {
  readonly #size: number;
  readonly #job: Uint32Array;
  readonly #first: Float64Array;
  readonly #count: Uint32Array;
  readonly #rank: Uint32Array;
  readonly #began: Float64Array;
  readonly #ended: Float64Array;
  readonly #failed: Uint32Array;
  #total = 0;

  /** Keeps the last `size`. */
  constructor(size: number) {
    this.#size = size;
    this.#job = new Uint32Array(size);
    this.#first = new Float64Array(size);
    this.#count = new Uint32Array(size);
    this.#rank = new Uint32Array(size);
    this.#began = new Float64Array(size);
    this.#ended = new Float64Array(size);
    this.#failed = new Uint32Array(size);
  }

  add(job: number, first: number, count: number, rank: number, began: number, ended: number, failed: number): void {
    const at = this.#total % this.#size;
    this.#job[at] = job;
    this.#first[at] = first;
    this.#count[at] = count;
    this.#rank[at] = rank;
    this.#began[at] = began;
    this.#ended[at] = ended;
    this.#failed[at] = failed;
    this.#total += 1;
  }

  /** The last `most` of them, oldest first. */
  last(most: number): MonitoredTimeline {
    const length = Math.max(0, Math.min(most, this.#total, this.#size));
    const from = this.#total - length;
    return {
      job: this.#unrolled(this.#job, from, length),
      first: this.#unrolled(this.#first, from, length),
      count: this.#unrolled(this.#count, from, length),
      rank: this.#unrolled(this.#rank, from, length),
      began: this.#unrolled(this.#began, from, length),
      ended: this.#unrolled(this.#ended, from, length),
      failed: this.#unrolled(this.#failed, from, length),
      earlier: from,
    };
  }

  #unrolled<A extends Uint32Array | Float64Array>(ring: A, from: number, length: number): A {
    const start = from % this.#size;
    const list = (ring instanceof Uint32Array ? new Uint32Array(length) : new Float64Array(length)) as A;
    list.set(ring.subarray(start, start + length));
    const rest = start + length - this.#size;
    if (rest > 0) {
      list.set(ring.subarray(0, rest), length - rest);
    }
    return list;
  }
}
