/** Room for records that the other side has not taken yet. */
const CAPACITY = 262_144;
const HEADER_BYTES = 16;
const ALIGNMENT = 8;

/** Places in the integers: where is written next, and where is read next. */
const At = { written: 0, read: 1 } as const;
const POSITIONS_BYTES = 8;

/** In place of a length: the rest up to the end is empty. */
const SKIP = -1;

/** Takes a record. */
export type TakeRecord = (slot: number, number: number, bytes: Uint8Array) => void;

/**
 * Records on their way from one thread to another, in memory that both see: to put one there copies its bytes and wakes nobody. One
 * thread puts, one takes.
 *
 * A record: length of the bytes (4), slot (4), a number (8), the bytes; filled up to a multiple of 8.
 */
export class SharedRing {
  readonly buffer: SharedArrayBuffer;
  readonly #positions: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #ints: Int32Array;
  readonly #floats: Float64Array;

  constructor(buffer = new SharedArrayBuffer(POSITIONS_BYTES + CAPACITY)) {
    this.buffer = buffer;
    this.#positions = new Int32Array(buffer, 0, 2);
    this.#bytes = new Uint8Array(buffer, POSITIONS_BYTES);
    this.#ints = new Int32Array(buffer, POSITIONS_BYTES);
    this.#floats = new Float64Array(buffer, POSITIONS_BYTES);
  }

  /** Puts a record. False: there is no room. */
  put(slot: number, number: number, bytes: Uint8Array): boolean {
    const size = HEADER_BYTES + roundUp(bytes.length);
    const read = Atomics.load(this.#positions, At.read);
    let at = Atomics.load(this.#positions, At.written);
    if (at < read) {
      if (at + size >= read) {
        return false;
      }
    } else if (at + size > CAPACITY || (at + size === CAPACITY && read === 0)) {
      // Again from the beginning. (The two must not meet where something is there: then it would look empty.)
      if (size >= read) {
        return false;
      }
      this.#ints[at >> 2] = SKIP;
      at = 0;
    }
    this.#ints[at >> 2] = bytes.length;
    this.#ints[(at >> 2) + 1] = slot;
    this.#floats[(at >> 3) + 1] = number;
    this.#bytes.set(bytes, at + HEADER_BYTES);
    this.#move(At.written, at + size);
    return true;
  }

  /** Takes what is there, at most so many records. Their bytes are copies, several in one buffer. */
  take(most: number, take: TakeRecord): void {
    for (let left = most; left > 0;) {
      let at = Atomics.load(this.#positions, At.read);
      const written = Atomics.load(this.#positions, At.written);
      if (at === written) {
        return;
      }
      if (this.#ints[at >> 2] === SKIP) {
        at = 0;
      }
      const end = written > at ? written : CAPACITY;
      const records: (readonly [slot: number, number: number, start: number, length: number])[] = [];
      const first = at;
      while (left > 0 && at < end && this.#ints[at >> 2] !== SKIP) {
        const length = this.#ints[at >> 2]!;
        records.push([this.#ints[(at >> 2) + 1]!, this.#floats[(at >> 3) + 1]!, at + HEADER_BYTES - first, length]);
        at += HEADER_BYTES + roundUp(length);
        left--;
      }
      const copy = new Uint8Array(at - first);
      copy.set(this.#bytes.subarray(first, at));
      this.#move(At.read, at);
      for (const [slot, number, start, length] of records) {
        take(slot, number, copy.subarray(start, start + length));
      }
    }
  }

  #move(position: number, at: number): void {
    Atomics.store(this.#positions, position, at === CAPACITY ? 0 : at);
  }
}

function roundUp(length: number): number {
  return Math.ceil(length / ALIGNMENT) * ALIGNMENT;
}
