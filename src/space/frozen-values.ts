import { type MutableView, type Slab, SLAB_SLOTS } from "./slab.ts";
import type { UniformSlab } from "./uniform-slab.ts";

/** The values that a table had at one moment, free and booked ones alike (see `ValueTable.freeze`). */
export class FrozenValues {
  /** How many there are. */
  readonly count: number;
  /** Ascending by number; none is empty. */
  readonly #slabs: readonly (readonly [number, Slab | UniformSlab])[];
  /** Where among the slabs the last search ended: as a rule they are read from the first to the last. */
  #at = 0;

  constructor(slabs: readonly (readonly [number, Slab | UniformSlab])[]) {
    this.#slabs = slabs;
    this.count = slabs.reduce((sum, [, { live }]) => sum + live, 0);
  }

  /** The first index from `from` on that has a value; -1 when there is none. */
  next(from: number): number {
    const wanted = Math.floor(from / SLAB_SLOTS);
    if (this.#at === this.#slabs.length || this.#slabs[this.#at]![0] > wanted) {
      this.#at = 0;
    }
    for (; this.#at < this.#slabs.length; this.#at++) {
      const [number, slab] = this.#slabs[this.#at]!;
      const start = number * SLAB_SLOTS;
      for (let slot = Math.max(0, from - start); slot < SLAB_SLOTS; slot++) {
        if (slab.has(slot)) {
          return start + slot;
        }
      }
    }
    return -1;
  }

  /** Shows the value that the last call of `next` found. */
  read(index: number, into: MutableView): void {
    this.#slabs[this.#at]![1].read(index % SLAB_SLOTS, into);
    into.index = index;
  }
}
