import { latin1, readU16, readU32, readU64 } from "./bytes.ts";
import { ProtocolFault } from "./protocol-fault.ts";

/**
 * Reads the fields of a frame one after the other. One cursor serves all frames of a connection: `begin` sets it on a
 * frame's fields. A field that goes over the frame's end is a ProtocolFault.
 */
export class FieldCursor {
  bytes: Uint8Array = new Uint8Array(0);
  /** The next field begins here; */
  at = 0;
  /** the frame ends here. */
  end = 0;

  begin(bytes: Uint8Array, start: number, end: number): void {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  u8(): number {
    return this.bytes[this.#pass(1)]!;
  }

  u16(): number {
    return readU16(this.bytes, this.#pass(2));
  }

  u32(): number {
    return readU32(this.bytes, this.#pass(4));
  }

  u64(): number {
    return readU64(this.bytes, this.#pass(8));
  }

  /** A byte string behind its length. */
  byteString(): string {
    const start = this.#pass(this.u16());
    return latin1(this.bytes, start, this.at);
  }

  /** The rest of the frame as a byte string. */
  rest(): string {
    const start = this.at;
    this.at = this.end;
    return latin1(this.bytes, start, this.end);
  }

  #pass(count: number): number {
    const start = this.at;
    if (start + count > this.end) {
      throw new ProtocolFault("a frame ends in the middle of a field");
    }
    this.at = start + count;
    return start;
  }
}
