import { readU32 } from "./bytes.ts";
import { GrowingBytes } from "./growing-bytes.ts";
import { ProtocolFault } from "./protocol-fault.ts";
import { MAX_INLINE_BYTES } from "./verbs.ts";

const LENGTH_BYTES = 4;
const HEAD_BYTES = 9;

/** Collects the frame that a connection begins with (the greeting), and nothing of what follows. */
export class FirstFrame {
  readonly #held = new GrowingBytes();

  /** Memory that it keeps, in bytes. */
  get heldBytes(): number {
    return this.#held.bytes.length;
  }

  get request(): number {
    return readU32(this.#held.bytes, LENGTH_BYTES);
  }

  get verb(): number {
    return this.#held.bytes[HEAD_BYTES - 1]!;
  }

  /** The frame's fields are these bytes from `start` to `end`. */
  get bytes(): Uint8Array {
    return this.#held.bytes;
  }

  readonly start = HEAD_BYTES;

  get end(): number {
    return this.#held.length;
  }

  /** Takes the next bytes. Returns where what follows the frame begins, or -1: the frame is not complete. ProtocolFault: it is too long. */
  push(chunk: Uint8Array): number {
    const held = this.#held;
    let at = 0;
    if (held.length < LENGTH_BYTES) {
      at = Math.min(LENGTH_BYTES - held.length, chunk.length);
      held.add(chunk, 0, at, LENGTH_BYTES + MAX_INLINE_BYTES);
      if (held.length < LENGTH_BYTES) {
        return -1;
      }
    }
    const length = readU32(held.bytes, 0);
    if (length < HEAD_BYTES - LENGTH_BYTES || length > MAX_INLINE_BYTES) {
      throw new ProtocolFault(`the length of the first frame is ${length}; it must be from 5 to ${MAX_INLINE_BYTES}`);
    }
    const whole = LENGTH_BYTES + length;
    const end = Math.min(chunk.length, at + whole - held.length);
    held.add(chunk, at, end, whole);
    return held.length === whole ? end : -1;
  }
}
