import { BLOCK_HEAD_BYTES, blockBytes, sealBlock } from "./format.ts";

const SMALLEST_BYTES = 65_536;
/** A buffer that grew beyond this is let go after its block was written. */
const LARGEST_KEPT_BYTES = 4 * 1_048_576;

/** Collects records for one block, in the form in which they are written. */
export class BlockBuffer {
  bytes = new Uint8Array(SMALLEST_BYTES);
  #end = BLOCK_HEAD_BYTES;
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Bytes that the block will take in its file; 0 when it has no records. */
  get fileBytes(): number {
    return this.#count === 0 ? 0 : blockBytes(this.#end - BLOCK_HEAD_BYTES);
  }

  add(record: Uint8Array, start: number, end: number): void {
    const length = end - start;
    this.#reserve(length + 5);
    const { bytes } = this;
    let at = this.#end;
    let rest = length;
    for (; rest >= 0x80; rest >>>= 7) {
      bytes[at++] = (rest & 0x7f) | 0x80;
    }
    bytes[at++] = rest;
    if (length < 48) {
      for (let i = start; i < end; i++) {
        bytes[at++] = record[i]!;
      }
    } else {
      bytes.set(start === 0 && end === record.length ? record : record.subarray(start, end), at);
      at += length;
    }
    this.#end = at;
    this.#count++;
  }

  /** Makes the block ready for writing; returns how many of `bytes` are to be written at `place`. */
  seal(first: number, synced: number, flags: number, number: number, place: number): number {
    const length = this.#end - BLOCK_HEAD_BYTES;
    const total = blockBytes(length);
    this.bytes.fill(0, this.#end, total);
    sealBlock(this.bytes, 0, { length, first, count: this.#count, flags, synced }, number, place);
    return total;
  }

  clear(): void {
    this.#end = BLOCK_HEAD_BYTES;
    this.#count = 0;
    if (this.bytes.length > LARGEST_KEPT_BYTES) {
      this.bytes = new Uint8Array(SMALLEST_BYTES);
    }
  }

  #reserve(more: number): void {
    // Room for the zeros behind the last record, too.
    const needed = this.#end + more + 8;
    if (needed > this.bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
      grown.set(this.bytes.subarray(0, this.#end));
      this.bytes = grown;
    }
  }
}
