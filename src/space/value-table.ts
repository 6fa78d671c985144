import { FrozenValues } from "./frozen-values.ts";
import type { FileValue } from "./receiver.ts";
import {
  keepBytes,
  LARGEST_EXPECTED_BYTES,
  NO_BYTES,
  type MutableView,
  Slab,
  SLAB_SLOTS,
  SMALL_VALUE_BYTES,
} from "./slab.ts";
import { UniformSlab } from "./uniform-slab.ts";

/** What a value costs besides its bytes, for the limit on memory. */
export const VALUE_OVERHEAD_BYTES = 10;

/** Indices are grouped by so many: whoever copies a table does it page by page. */
export const PAGE_INDICES = SLAB_SLOTS;

/** An empty variable keeps no slab bigger than this. */
const IDLE_SLAB_BYTES = 8192;

/**
 * The values of one variable by index, free and booked ones alike; which of them is next is for the `Order` to say.
 * Slabs that become empty go away, but for one that stays where it is, to be filled again: a short queue allocates nothing.
 */
export class ValueTable {
  memoryBytes = 0;
  fileBytes = 0;
  /** Values that live in files. */
  fileCount = 0;
  /** How many values there are. */
  count = 0;
  readonly #slabs = new Map<number, Slab | UniformSlab>();
  /** Number of the slab that is empty and stays in `#slabs`, or -1. */
  #idle = -1;
  /** The slab of the last access: queues stay in one slab for a thousand operations. */
  #lastNumber = -1;
  #last: Slab | UniformSlab | undefined;
  /** Descriptor and length of the last value, and how many have come that are like it: the next ones will be, too. */
  #likeDescriptor = 0;
  #likeLength = 0;
  #alike = 0;
  /** Slabs that `FrozenValues` look at as well: each is copied before it changes. */
  #frozen: Set<Slab | UniformSlab> | undefined;

  has(index: number): boolean {
    return this.#find(Math.floor(index / SLAB_SLOTS))?.has(index % SLAB_SLOTS) ?? false;
  }

  put(index: number, descriptor: number, bytes: Uint8Array, start: number, end: number): void {
    const number = Math.floor(index / SLAB_SLOTS);
    const slot = index % SLAB_SLOTS;
    const length = end - start;
    if (descriptor === this.#likeDescriptor && length === this.#likeLength) {
      this.#alike++;
    } else {
      this.#likeDescriptor = descriptor;
      this.#likeLength = length;
      this.#alike = 1;
    }
    let slab = this.#make(number);
    if (this.#frozen !== undefined) {
      slab = this.#melt(number, slab);
    }
    if (slab instanceof UniformSlab) {
      if (descriptor === slab.descriptor && length === slab.length) {
        slab.put(slot, bytes, start);
        this.#counted(length);
        return;
      }
      slab = this.#replace(number, slab);
    }
    if (length <= SMALL_VALUE_BYTES) {
      slab.putSmall(slot, descriptor, bytes, start, end);
    } else {
      slab.putLarge(slot, { descriptor, bytes: keepBytes(bytes, start, end), file: undefined });
    }
    this.#counted(length);
  }

  putFile(index: number, descriptor: number, file: FileValue): void {
    const number = Math.floor(index / SLAB_SLOTS);
    let slab = this.#make(number);
    if (this.#frozen !== undefined) {
      slab = this.#melt(number, slab);
    }
    if (slab instanceof UniformSlab) {
      slab = this.#replace(number, slab);
    }
    slab.putLarge(index % SLAB_SLOTS, { descriptor, bytes: NO_BYTES, file });
    this.count++;
    this.memoryBytes += VALUE_OVERHEAD_BYTES;
    this.fileBytes += file.length;
    this.fileCount++;
  }

  read(index: number, into: MutableView): void {
    this.#find(Math.floor(index / SLAB_SLOTS))!.read(index % SLAB_SLOTS, into);
    into.index = index;
  }

  lengthOf(index: number): number {
    return this.#find(Math.floor(index / SLAB_SLOTS))!.lengthOf(index % SLAB_SLOTS);
  }

  /** The value's file, if it is one. Precondition: `has(index)`. */
  fileAt(index: number): FileValue | undefined {
    const slab = this.#find(Math.floor(index / SLAB_SLOTS))!;
    return slab instanceof Slab ? slab.fileAt(index % SLAB_SLOTS) : undefined;
  }

  /** Precondition: `has(index)`. Returns the value's file, if it is one: the caller drops it. */
  remove(index: number): FileValue | undefined {
    const number = Math.floor(index / SLAB_SLOTS);
    const slot = index % SLAB_SLOTS;
    let slab = this.#find(number)!;
    if (this.#frozen !== undefined) {
      slab = this.#melt(number, slab);
    }
    const length = slab.lengthOf(slot);
    const file = slab.remove(slot);
    this.memoryBytes -= VALUE_OVERHEAD_BYTES;
    if (file === undefined) {
      this.memoryBytes -= length;
    } else {
      this.fileBytes -= length;
      this.fileCount--;
    }
    this.count--;
    if (slab.live === 0) {
      this.#retire(number, slab);
    } else if (slab instanceof UniformSlab && slab.isSparse) {
      this.#replace(number, slab);
    }
    return file;
  }

  *files(): Generator<FileValue> {
    if (this.fileCount === 0) {
      return;
    }
    for (const slab of this.#slabs.values()) {
      if (slab instanceof Slab) {
        yield* slab.files();
      }
    }
  }

  /** Numbers of the pages of `PAGE_INDICES` indices that have values, in no order; one of them may have none. */
  pages(): number[] {
    return [...this.#slabs.keys()];
  }

  /** Where there are values, in ascending order. Nothing may be put meanwhile; the value just returned may be removed. */
  *indices(): Generator<number> {
    for (const number of this.pages().sort((a, b) => a - b)) {
      for (let index = number * SLAB_SLOTS; index < (number + 1) * SLAB_SLOTS; index++) {
        if (this.has(index)) {
          yield index;
        }
      }
    }
  }

  /**
   * The values of now, which stay as they are however the table changes, until `unfreeze`: one set of them at a time. It takes time for each slab, not
   * for each value, and memory for the slabs that change meanwhile.
   */
  freeze(): FrozenValues {
    const slabs = [...this.#slabs].filter(([, { live }]) => live > 0).sort(([a], [b]) => a - b);
    this.#frozen = slabs.length === 0 ? undefined : new Set(slabs.map(([, slab]) => slab));
    return new FrozenValues(slabs);
  }

  /** Nobody looks at the frozen values any more. */
  unfreeze(): void {
    this.#frozen = undefined;
  }

  /** Throws when the count is not that of the slabs. */
  validate(): void {
    let live = 0;
    for (const slab of this.#slabs.values()) {
      live += slab.live;
    }
    if (live !== this.count) {
      throw new Error(`a table counts ${this.count} values and holds ${live}`);
    }
  }

  #find(number: number): Slab | UniformSlab | undefined {
    if (number === this.#lastNumber) {
      return this.#last;
    }
    const slab = this.#slabs.get(number);
    if (slab !== undefined) {
      this.#lastNumber = number;
      this.#last = slab;
    }
    return slab;
  }

  #make(number: number): Slab | UniformSlab {
    let slab = this.#find(number);
    if (slab === undefined) {
      slab = this.#slabs.get(this.#idle) ?? this.#fresh();
      this.#slabs.delete(this.#idle);
      this.#slabs.set(number, slab);
      this.#idle = -1;
      this.#lastNumber = number;
      this.#last = slab;
    } else if (number === this.#idle) {
      this.#idle = -1;
    }
    return slab;
  }

  /** A long queue goes on as it was, so its slabs need not grow step by step. */
  #fresh(): Slab | UniformSlab {
    if (this.count < SLAB_SLOTS) {
      return new Slab();
    }
    return this.#alike > SLAB_SLOTS && this.#likeLength <= LARGEST_EXPECTED_BYTES
      ? new UniformSlab(this.#likeDescriptor, this.#likeLength)
      : new Slab(this.memoryBytes / this.count - VALUE_OVERHEAD_BYTES);
  }

  #replace(number: number, uniform: UniformSlab): Slab {
    const slab = uniform.toSlab();
    this.#slabs.set(number, slab);
    this.#lastNumber = number;
    this.#last = slab;
    return slab;
  }

  /** The slab as one that may change. */
  #melt(number: number, slab: Slab | UniformSlab): Slab | UniformSlab {
    if (!this.#frozen!.delete(slab)) {
      return slab;
    }
    const copy = slab.copy();
    this.#slabs.set(number, copy);
    this.#lastNumber = number;
    this.#last = copy;
    return copy;
  }

  #counted(length: number): void {
    this.count++;
    this.memoryBytes += length + VALUE_OVERHEAD_BYTES;
  }

  #retire(number: number, slab: Slab | UniformSlab): void {
    this.#slabs.delete(this.#idle);
    if (this.count === 0 && slab.capacityBytes > IDLE_SLAB_BYTES) {
      this.#slabs.delete(number);
      this.#idle = -1;
    } else {
      this.#idle = number;
    }
    if (!this.#slabs.has(this.#lastNumber)) {
      this.#lastNumber = -1;
      this.#last = undefined;
    }
  }
}
