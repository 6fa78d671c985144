import type { FileValue } from "./receiver.ts";

/** Values in one slab. Indices of a variable map to slab and slot by division, so every access is O(1). */
export const SLAB_SLOTS = 1024;
/** Up to this many bytes a value is copied into its slab; a longer one is kept as it came. */
export const SMALL_VALUE_BYTES = 1024;

const RECORD_HEADER_BYTES = 6; // u32 descriptor, u16 length
const FIRST_SLOTS = 16;
const FIRST_BYTES = 64;
/** Slabs of values up to this length are made in full when they are expected to fill up. */
export const LARGEST_EXPECTED_BYTES = 256;
const ABSENT = 0;
const LARGE = 0xffffffff;
/** Shorter copies are quicker in a loop than by making a view for `set`. */
const LOOP_COPY_BYTES = 96;

/** A value that is not in the slab's own bytes. */
export interface LargeValue {
  readonly descriptor: number;
  readonly bytes: Uint8Array;
  readonly file: FileValue | undefined;
}

/** Where `Slab.read` puts what it finds: one object that is used again and again (see `ValueView`). */
export interface MutableView {
  descriptor: number;
  bytes: Uint8Array;
  start: number;
  end: number;
  file: FileValue | undefined;
  variableId: number;
  index: number;
  deliveries: number;
  metadata: string | undefined;
}

export const NO_BYTES = new Uint8Array(0);

/** What a view is before it shows a value. */
export const NO_VALUE: Readonly<MutableView> = {
  descriptor: 0,
  bytes: NO_BYTES,
  start: 0,
  end: 0,
  file: undefined,
  variableId: 0,
  index: 0,
  deliveries: 0,
  metadata: undefined,
};

/**
 * Up to 1024 values with consecutive indices. Small values are records in one buffer, so that a million queued values are
 * not a million objects for the garbage collector (measured: 75 against 220–320 bytes for a 64-byte value). Where they are all
 * alike, `UniformSlab` does with less.
 *
 *     #offsets  slot ──▶ 0 absent │ offset + 1 of a record │ LARGE
 *     #data     [descriptor u32 │ length u16 │ bytes] [descriptor …] … │ unused
 */
export class Slab {
  /** Values present: free and booked ones alike. */
  live = 0;
  #offsets: Uint32Array;
  #data: Uint8Array;
  #used = 0;
  #dead = 0;
  #large: Map<number, LargeValue> | undefined;

  /** `expectedValueBytes`: the mean length of values when a whole slab of them is to come; 0 starts small. */
  constructor(expectedValueBytes = 0) {
    const isFull = expectedValueBytes > 0 && expectedValueBytes <= LARGEST_EXPECTED_BYTES;
    const recordBytes = expectedValueBytes + RECORD_HEADER_BYTES;
    this.#offsets = new Uint32Array(isFull ? SLAB_SLOTS : FIRST_SLOTS);
    this.#data = new Uint8Array(isFull ? Math.ceil(recordBytes * SLAB_SLOTS) : FIRST_BYTES);
  }

  /** What the records take, used or not. */
  get capacityBytes(): number {
    return this.#data.length;
  }

  has(slot: number): boolean {
    return slot < this.#offsets.length && this.#offsets[slot] !== ABSENT;
  }

  /** The same values, which do not change when this slab does. */
  copy(): Slab {
    const copy = new Slab();
    copy.live = this.live;
    copy.#offsets = this.#offsets.slice();
    copy.#data = this.#data.slice();
    copy.#used = this.#used;
    copy.#dead = this.#dead;
    copy.#large = this.#large && new Map(this.#large);
    return copy;
  }

  /** Precondition: the slot is absent, and `end - start <= SMALL_VALUE_BYTES`. */
  putSmall(slot: number, descriptor: number, bytes: Uint8Array, start: number, end: number): void {
    this.#reserve(slot, RECORD_HEADER_BYTES + end - start);
    const data = this.#data;
    const length = end - start;
    let at = this.#used;
    this.#offsets[slot] = at + 1;
    data[at++] = descriptor >>> 24;
    data[at++] = descriptor >>> 16;
    data[at++] = descriptor >>> 8;
    data[at++] = descriptor;
    data[at++] = length >>> 8;
    data[at++] = length;
    if (length <= LOOP_COPY_BYTES) {
      for (let i = start; i < end; i++) {
        data[at++] = bytes[i]!;
      }
    } else {
      data.set(bytes.subarray(start, end), at);
      at += length;
    }
    this.#used = at;
    this.live++;
  }

  /** Precondition: the slot is absent. */
  putLarge(slot: number, value: LargeValue): void {
    this.#reserve(slot, 0);
    this.#offsets[slot] = LARGE;
    (this.#large ??= new Map()).set(slot, value);
    this.live++;
  }

  /** Precondition: `has(slot)`. */
  read(slot: number, into: MutableView): void {
    const entry = this.#offsets[slot]!;
    if (entry === LARGE) {
      const { descriptor, bytes, file } = this.#large!.get(slot)!;
      into.descriptor = descriptor;
      into.bytes = bytes;
      into.start = 0;
      into.end = bytes.length;
      into.file = file;
      return;
    }
    const data = this.#data;
    const at = entry - 1;
    into.descriptor = ((data[at]! << 24) | (data[at + 1]! << 16) | (data[at + 2]! << 8) | data[at + 3]!) >>> 0;
    into.bytes = data;
    into.start = at + RECORD_HEADER_BYTES;
    into.end = into.start + this.#recordLength(at);
    into.file = undefined;
  }

  /** Length of the value in bytes (of a file: the file's). Precondition: `has(slot)`. */
  lengthOf(slot: number): number {
    const entry = this.#offsets[slot]!;
    if (entry === LARGE) {
      const { bytes, file } = this.#large!.get(slot)!;
      return file === undefined ? bytes.length : file.length;
    }
    return this.#recordLength(entry - 1);
  }

  /** Precondition: `has(slot)`. Returns the value's file, if it is one. */
  remove(slot: number): FileValue | undefined {
    const entry = this.#offsets[slot]!;
    this.#offsets[slot] = ABSENT;
    this.live--;
    if (entry === LARGE) {
      const { file } = this.#large!.get(slot)!;
      this.#large!.delete(slot);
      return file;
    }
    const size = RECORD_HEADER_BYTES + this.#recordLength(entry - 1);
    if (this.live === 0) {
      this.#used = 0;
      this.#dead = 0;
    } else if (entry - 1 + size === this.#used) {
      this.#used -= size;
    } else {
      this.#dead += size;
      if (this.#dead > 4096 && this.#dead * 4 > this.#used * 3) {
        this.#compact();
      }
    }
    return undefined;
  }

  /** The value's file, if it is one. */
  fileAt(slot: number): FileValue | undefined {
    return this.#large?.get(slot)?.file;
  }

  *files(): Generator<FileValue> {
    for (const { file } of this.#large?.values() ?? []) {
      if (file !== undefined) {
        yield file;
      }
    }
  }

  #recordLength(at: number): number {
    return (this.#data[at + 4]! << 8) | this.#data[at + 5]!;
  }

  #reserve(slot: number, bytes: number): void {
    if (slot >= this.#offsets.length) {
      let slots = this.#offsets.length;
      while (slots <= slot) {
        slots *= 4;
      }
      const grown = new Uint32Array(Math.min(slots, SLAB_SLOTS));
      grown.set(this.#offsets);
      this.#offsets = grown;
    }
    if (this.#used + bytes > this.#data.length) {
      if (this.#dead * 4 > this.#used) {
        this.#compact();
      }
      this.#grow(this.#used + bytes);
    }
  }

  #grow(needed: number): void {
    if (needed > this.#data.length) {
      // Once the slab knows its values, it grows to what a full slab of them takes, and wastes little.
      const whole = this.live < 64 ? Infinity : Math.ceil(((this.#used - this.#dead) / this.live) * SLAB_SLOTS);
      const size = Math.min(this.#data.length * 2, whole);
      const grown = new Uint8Array(size >= needed ? size : Math.ceil(needed * 1.25));
      grown.set(this.#data.subarray(0, this.#used));
      this.#data = grown;
    }
  }

  /** Moves what is left together, so that a few values held for long do not keep a whole slab. */
  #compact(): void {
    const old = this.#data;
    const left = this.#used - this.#dead;
    const fresh = new Uint8Array(left * 4 < old.length ? Math.max(FIRST_BYTES, left * 2) : old.length);
    let at = 0;
    for (let slot = 0; slot < this.#offsets.length; slot++) {
      const entry = this.#offsets[slot]!;
      if (entry !== ABSENT && entry !== LARGE) {
        const from = entry - 1;
        const size = RECORD_HEADER_BYTES + ((old[from + 4]! << 8) | old[from + 5]!);
        fresh.set(old.subarray(from, from + size), at);
        this.#offsets[slot] = at + 1;
        at += size;
      }
    }
    this.#data = fresh;
    this.#used = at;
    this.#dead = 0;
  }
}

/** A large value as it is kept: a slice of a bigger buffer is copied, or one value would keep the whole buffer alive. */
export function keepBytes(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const length = end - start;
  if (length === 0) {
    return NO_BYTES;
  }
  const isOwnBuffer = bytes.buffer.byteLength <= length + SMALL_VALUE_BYTES;
  return isOwnBuffer ? bytes.subarray(start, end) : bytes.slice(start, end);
}
