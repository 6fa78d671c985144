import type { DiskFile } from "./disk.ts";
import {
  aligned,
  BLOCK_HEAD_BYTES,
  blockBytes,
  type BlockHead,
  HEADER_BYTES,
  isMarked,
  isSound,
  readBlockHead,
  viewOf,
} from "./format.ts";

const READ_BYTES = 2 * 1_048_576;

/** A sound block, which its records fill; they lie in `bytes[start, end)` until the next one is asked for. */
export interface Block extends BlockHead {
  readonly place: number;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** Why there is no block in a place. */
export type NoBlock =
  /** The file ends here, or has nothing but zeros from here. */
  | { readonly kind: "end" }
  /** There are bytes, and they are no sound block. */
  | { readonly kind: "bad"; readonly reason: string };

/** Reads the blocks of one file, a large piece of it at a time. */
export class BlockReader {
  readonly #file: DiskFile;
  readonly #number: number;
  readonly size: number;
  #bytes = new Uint8Array(0);
  #view = viewOf(this.#bytes);
  /** Where `#bytes` begins in the file. */
  #base = 0;
  #place = HEADER_BYTES;

  private constructor(file: DiskFile, size: number, number: number) {
    this.#file = file;
    this.size = size;
    this.#number = number;
  }

  static async open(file: DiskFile, number: number): Promise<BlockReader> {
    return new BlockReader(file, await file.size(), number);
  }

  /** Where the next block is expected. */
  get place(): number {
    return this.#place;
  }

  /** The next block if it lies in memory already; otherwise `undefined`, which says nothing. No promise for each block. */
  nextInMemory(): Block | undefined {
    const at = this.#place - this.#base;
    if (at + BLOCK_HEAD_BYTES > this.#bytes.length) {
      return undefined;
    }
    const head = readBlockHead(this.#view, at);
    if (at + BLOCK_HEAD_BYTES + head.length > this.#bytes.length) {
      return undefined;
    }
    return this.#blockAt(this.#place, head);
  }

  /** The next block, and goes on behind it; or why there is none, and stays. */
  async next(): Promise<Block | NoBlock> {
    const place = this.#place;
    const left = Math.max(0, this.size - place);
    await this.#load(place, Math.min(left, BLOCK_HEAD_BYTES));
    if (left >= BLOCK_HEAD_BYTES) {
      const head = readBlockHead(this.#view, place - this.#base);
      if (BLOCK_HEAD_BYTES + head.length <= left) {
        await this.#load(place, BLOCK_HEAD_BYTES + head.length);
        const block = this.#blockAt(place, head);
        if (block !== undefined) {
          return block;
        }
      }
    }
    const lastByte = await this.#lastNonZero(place);
    return lastByte === undefined
      ? { kind: "end" }
      : { kind: "bad", reason: `there is no sound block in bytes ${place} to ${lastByte}` };
  }

  /**
   * Looks for a sound block behind a bad place, wherever it may begin, and reads on from it.
   * `isPlausible` is asked before the checksum, which is dear.
   */
  async search(from: number, isPlausible: (head: BlockHead) => boolean): Promise<Block | undefined> {
    for (let place = aligned(from); place + BLOCK_HEAD_BYTES <= this.size; place += 8) {
      if (!this.#has(place, BLOCK_HEAD_BYTES)) {
        await this.#load(place, BLOCK_HEAD_BYTES);
      }
      if (!isMarked(this.#view, place - this.#base)) {
        continue;
      }
      const head = readBlockHead(this.#view, place - this.#base);
      if (BLOCK_HEAD_BYTES + head.length <= this.size - place && isPlausible(head)) {
        await this.#load(place, BLOCK_HEAD_BYTES + head.length);
        const block = this.#blockAt(place, head);
        if (block !== undefined) {
          return block;
        }
      }
    }
    return undefined;
  }

  #blockAt(place: number, head: BlockHead): Block | undefined {
    const at = place - this.#base;
    if (!isSound(this.#bytes, at, head.length, this.#number, place)) {
      return undefined;
    }
    const start = at + BLOCK_HEAD_BYTES;
    const block = { ...head, place, bytes: this.#bytes, start, end: start + head.length };
    if (!isFilled(block)) {
      return undefined;
    }
    this.#place = place + blockBytes(head.length);
    return block;
  }

  #has(place: number, length: number): boolean {
    return place >= this.#base && place + length <= this.#base + this.#bytes.length;
  }

  async #load(place: number, length: number): Promise<void> {
    if (this.#has(place, length)) {
      return;
    }
    const bytes = new Uint8Array(Math.max(length, Math.min(READ_BYTES, this.size - place)));
    const count = await this.#file.read(bytes, place);
    if (count < length) {
      throw new Error(`the file became shorter while it was read: ${place + count} bytes, it had ${this.size}`);
    }
    this.#bytes = bytes.subarray(0, count);
    this.#view = viewOf(this.#bytes);
    this.#base = place;
  }

  async #lastNonZero(from: number): Promise<number | undefined> {
    let last: number | undefined;
    const piece = new Uint8Array(Math.max(0, Math.min(READ_BYTES, this.size - from)));
    for (let place = from; place < this.size; place += piece.length) {
      const count = await this.#file.read(piece.subarray(0, Math.min(piece.length, this.size - place)), place);
      for (let i = count - 1; i >= 0; i--) {
        if (piece[i] !== 0) {
          last = place + i;
          break;
        }
      }
    }
    return last;
  }
}

/** Whether the block's records are as many as its head says, and as long as they say. (If not, it was not this log that has sealed it.) */
function isFilled({ bytes, start, end, count }: Block): boolean {
  let at = start;
  for (let i = 0; i < count; i++) {
    let length = 0;
    for (let factor = 1; ; factor *= 0x80) {
      if (at >= end) {
        return false;
      }
      const byte = bytes[at++]!;
      length += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        break;
      }
    }
    at += length;
  }
  return at === end;
}

/** Calls `take` for each record of a block, but for the first `skip` ones. */
export function eachRecord(
  block: Block,
  skip: number,
  take: (bytes: Uint8Array, start: number, end: number) => void,
): void {
  const { bytes } = block;
  let at = block.start;
  for (let i = 0; i < block.count; i++) {
    let length = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = bytes[at++]!;
      length += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) {
        break;
      }
    }
    if (i >= skip) {
      take(bytes, at, at + length);
    }
    at += length;
  }
}
