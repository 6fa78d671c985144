/** Buffers that small pieces are copied into: the first of them is this long, and each is twice as long as the one before. */
const LEAST_BLOCK_BYTES = 256;
const MOST_BLOCK_BYTES = 16_384;

/** A stretch of the stream: the bytes `[from, to)` of a buffer. */
interface Block {
  readonly bytes: Uint8Array;
  from: number;
  to: number;
  /** Made here, and nobody else has seen it: there may be room behind `to`. */
  isOpen: boolean;
}

/**
 * What one side of a connection has sent and the other has not said that it received: it may have to be sent again. Bytes
 * are counted from a fixed point of the stream; kept are those from `start` to `end`. To keep costs a copy (or nothing, for
 * bytes that nobody changes), never an object for each frame.
 */
export class KeptBytes {
  #blocks: Block[] = [];
  #start: number;
  #end: number;

  /** `start`: the count at which keeping begins; below 0 when something goes out before the fixed point. */
  constructor(start = 0) {
    this.#start = start;
    this.#end = start;
  }

  get start(): number {
    return this.#start;
  }

  get end(): number {
    return this.#end;
  }

  get byteCount(): number {
    return this.#end - this.#start;
  }

  /** Keeps a copy of these bytes. */
  copy(bytes: Uint8Array): void {
    const count = bytes.length;
    this.#end += count;
    let at = 0;
    const last = this.#blocks.at(-1);
    if (last?.isOpen === true) {
      at = Math.min(count, last.bytes.length - last.to);
      last.bytes.set(at === count ? bytes : bytes.subarray(0, at), last.to);
      last.to += at;
    }
    if (at < count) {
      const block = this.#addBlock(count - at, last);
      block.bytes.set(bytes.subarray(at));
      block.to = count - at;
    }
  }

  /** Keeps these bytes as they lie: nobody may change them any more. */
  reference(bytes: Uint8Array): void {
    if (bytes.length > 0) {
      this.#blocks.push({ bytes, from: 0, to: bytes.length, isOpen: false });
      this.#end += bytes.length;
    }
  }

  /** Lets go of everything before `count`, which is at most `end`. (What was let go of stays so.) */
  release(count: number): void {
    let left = count - this.#start;
    if (left <= 0) {
      return;
    }
    this.#start = count;
    let gone = 0;
    for (const block of this.#blocks) {
      const length = block.to - block.from;
      if (left < length) {
        block.from += left;
        break;
      }
      left -= length;
      gone++;
    }
    this.#drop(gone);
  }

  /** Lets go of everything. */
  clear(): void {
    this.#start = this.#end;
    this.#blocks = [];
  }

  /** What is kept, in order. The pieces do not change afterwards, whatever is released. */
  pieces(): Uint8Array[] {
    return this.#blocks.map((block) => {
      block.isOpen = false;
      const { bytes, from, to } = block;
      // A referenced buffer may have been transferred to another thread, when whoever stored it has given up: it counts all the same.
      return bytes.length < to ? new Uint8Array(to - from) : bytes.subarray(from, to);
    });
  }

  #addBlock(count: number, last: Block | undefined): Block {
    const grown = last?.isOpen === true ? 2 * last.bytes.length : LEAST_BLOCK_BYTES;
    const length = Math.max(count, Math.min(MOST_BLOCK_BYTES, grown));
    const block: Block = { bytes: new Uint8Array(length), from: 0, to: 0, isOpen: true };
    this.#blocks.push(block);
    return block;
  }

  /** The first `count` blocks are used up. The last one begins anew, if it is one that was made here for small pieces. */
  #drop(count: number): void {
    const blocks = this.#blocks;
    let unused = count;
    if (count > 0 && count === blocks.length) {
      const last = blocks[count - 1]!;
      if (last.isOpen && last.bytes.length <= MOST_BLOCK_BYTES) {
        last.from = 0;
        last.to = 0;
        unused--;
      }
    }
    if (unused > 0) {
      blocks.splice(0, unused);
    }
  }
}
