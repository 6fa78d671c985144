import { type MutableView, Slab, SLAB_SLOTS } from "./slab.ts";

/** So many values taken out of a slab, and what is left of it moves to a smaller place. */
const SPARSE_REMOVED = (SLAB_SLOTS * 3) / 4;

/**
 * A slab whose values are all of one descriptor and one length, as the values of a long queue mostly are: nothing is
 * kept with a value but a byte that says it is there, and its place follows from its slot. (For 64 bytes: 65 a value, against
 * 74 in a `Slab`.) What does not fit in makes a `Slab` of it: see `toSlab`.
 */
export class UniformSlab {
  /** Values present: free and booked ones alike. */
  live = 0;
  readonly descriptor: number;
  /** Of each value, in bytes. */
  readonly length: number;
  readonly #present = new Uint8Array(SLAB_SLOTS);
  readonly #data: Uint8Array;
  #removed = 0;

  constructor(descriptor: number, length: number) {
    this.descriptor = descriptor;
    this.length = length;
    this.#data = new Uint8Array(length * SLAB_SLOTS);
  }

  get capacityBytes(): number {
    return this.#data.length;
  }

  /** So little is left that it should become a `Slab`, or a few values held for long would keep all of it. */
  get isSparse(): boolean {
    return this.#removed > SPARSE_REMOVED;
  }

  has(slot: number): boolean {
    return this.#present[slot] === 1;
  }

  /** The same values, which do not change when this slab does. */
  copy(): UniformSlab {
    const copy = new UniformSlab(this.descriptor, this.length);
    copy.live = this.live;
    copy.#present.set(this.#present);
    copy.#data.set(this.#data);
    copy.#removed = this.#removed;
    return copy;
  }

  /** Precondition: the slot is absent, and the value is of this slab's length. */
  put(slot: number, bytes: Uint8Array, start: number): void {
    const data = this.#data;
    const { length } = this;
    for (let from = start, at = slot * length, end = at + length; at < end;) {
      data[at++] = bytes[from++]!;
    }
    this.#present[slot] = 1;
    this.live++;
  }

  /** Precondition: `has(slot)`. */
  read(slot: number, into: MutableView): void {
    into.descriptor = this.descriptor;
    into.bytes = this.#data;
    into.start = slot * this.length;
    into.end = into.start + this.length;
    into.file = undefined;
  }

  lengthOf(): number {
    return this.length;
  }

  /** Precondition: `has(slot)`. (It holds no files: there is none to return.) */
  remove(slot: number): undefined {
    this.#present[slot] = 0;
    this.live--;
    this.#removed = this.live === 0 ? 0 : this.#removed + 1;
  }

  /** The same values, in a slab that takes any. */
  toSlab(): Slab {
    const slab = new Slab(this.isSparse ? 0 : this.length);
    for (let slot = 0; slot < SLAB_SLOTS; slot++) {
      if (this.has(slot)) {
        slab.putSmall(slot, this.descriptor, this.#data, slot * this.length, (slot + 1) * this.length);
      }
    }
    return slab;
  }
}
