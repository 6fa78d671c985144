import { readU32 } from "./bytes.ts";
import { GrowingBytes } from "./growing-bytes.ts";
import { ProtocolFault } from "./protocol-fault.ts";
import { borrowCopy, giveBack } from "./spare-buffers.ts";
import { MAX_FRAME_BYTES } from "./verbs.ts";

/** Bytes of the length in front of a frame, and with it of request and verb. */
const LENGTH_BYTES = 4;
const HEAD_BYTES = 9;

/** A buffer for cut frames that is no larger is kept for the next one. */
const KEPT_BYTES = 512;

export interface FrameSink {
  /** One frame. Its fields are the bytes `[start, end)` of `bytes`, **valid only during the call**. */
  frame(request: number, verb: number, bytes: Uint8Array, start: number, end: number): void;
  /** Whether the next frame must wait for `goOn`. Read before each. Default: never. */
  readonly mustWait?: boolean;
}

/**
 * Cuts received bytes into multiplexed frames. A frame that lies whole in a chunk is handed on where it lies; one that
 * is cut is collected in a buffer that grows with what has arrived, never with what a length announces. Linear in
 * the bytes, however they are cut. The sink may stop it in the middle of a chunk.
 */
export class FrameReader {
  readonly #sink: FrameSink;
  readonly #maxFrameBytes: number;
  /** The beginning of a frame that is not complete; never a complete one between two pushes. */
  readonly #held = new GrowingBytes();
  /** What was received behind a frame that must wait: borrowed. */
  #unread: Uint8Array | undefined;
  #isForgotten = false;
  /** Set while `push` runs, so for ever once it has thrown: the rest of that chunk is lost. */
  #isOutOfStep = false;

  /** `maxFrameBytes`: most that a frame's length may say. */
  constructor(sink: FrameSink, maxFrameBytes = MAX_FRAME_BYTES) {
    this.#sink = sink;
    this.#maxFrameBytes = maxFrameBytes;
  }

  /** Memory that this reader keeps for a frame that is not complete, in bytes. */
  get heldBytes(): number {
    return this.#held.bytes.length;
  }

  /**
   * Takes the next bytes and calls the sink for each frame that they complete, until one must wait. Throws ProtocolFault at a length
   * out of range, and what the sink throws; the reader is of no use afterwards.
   */
  push(chunk: Uint8Array): void {
    const unread = this.#unread;
    if (unread === undefined) {
      const at = this.#read(chunk);
      if (at < chunk.length && !this.#isForgotten) {
        this.#unread = borrowCopy(chunk.subarray(at));
      }
    } else {
      this.#unread = borrowCopy(unread, chunk);
      giveBack(unread);
    }
  }

  /** Takes what had to wait. Throws as `push` does. */
  goOn(): void {
    const unread = this.#unread;
    if (unread === undefined) {
      return;
    }
    this.#unread = undefined;
    // (After a fault nothing of it is wanted.)
    let at = unread.length;
    try {
      at = this.#read(unread);
    } finally {
      if (at < unread.length && !this.#isForgotten) {
        this.#unread = unread.subarray(at);
      } else {
        giveBack(unread);
      }
    }
  }

  /** Forgets what waits, and what follows. May be called from inside a frame. */
  forget(): void {
    this.#isForgotten = true;
    if (this.#unread !== undefined) {
      giveBack(this.#unread);
      this.#unread = undefined;
    }
  }

  /** Returns up to where the chunk was read: its end, or a frame that must wait. */
  #read(chunk: Uint8Array): number {
    if (this.#isOutOfStep) {
      throw new ProtocolFault("bytes after a fault, or from inside a frame's handler");
    }
    this.#isOutOfStep = true;
    const last = chunk.length;
    const sink = this.#sink;
    let at = 0;
    let isStopped = false;
    if (this.#held.length > 0) {
      isStopped = sink.mustWait === true;
      at = isStopped ? 0 : this.#complete(chunk);
    }
    while (!isStopped && last - at >= LENGTH_BYTES) {
      const length = this.#checked(readU32(chunk, at));
      const end = at + LENGTH_BYTES + length;
      if (end > last) {
        break;
      }
      if (sink.mustWait === true) {
        isStopped = true;
      } else {
        sink.frame(readU32(chunk, at + LENGTH_BYTES), chunk[at + HEAD_BYTES - 1]!, chunk, at + HEAD_BYTES, end);
        at = end;
      }
    }
    if (!isStopped && at < last) {
      this.#held.add(chunk, at, last, LENGTH_BYTES + this.#maxFrameBytes);
      at = last;
    }
    this.#isOutOfStep = false;
    return at;
  }

  /** Adds to the held frame what belongs to it and hands it on when it is whole. Returns where the next frame begins. */
  #complete(chunk: Uint8Array): number {
    const held = this.#held;
    let at = 0;
    if (held.length < LENGTH_BYTES) {
      at = Math.min(LENGTH_BYTES - held.length, chunk.length);
      held.add(chunk, 0, at, LENGTH_BYTES + this.#maxFrameBytes);
      if (held.length < LENGTH_BYTES) {
        return at;
      }
    }
    const whole = LENGTH_BYTES + this.#checked(readU32(held.bytes, 0));
    const end = Math.min(at + whole - held.length, chunk.length);
    held.add(chunk, at, end, whole);
    if (held.length === whole) {
      const frame = held.bytes;
      held.clear(KEPT_BYTES);
      this.#sink.frame(readU32(frame, LENGTH_BYTES), frame[HEAD_BYTES - 1]!, frame, HEAD_BYTES, whole);
    }
    return end;
  }

  #checked(length: number): number {
    if (length < HEAD_BYTES - LENGTH_BYTES || length > this.#maxFrameBytes) {
      throw new ProtocolFault(`a frame's length is ${length}; it must be from 5 to ${this.#maxFrameBytes}`);
    }
    return length;
  }
}
