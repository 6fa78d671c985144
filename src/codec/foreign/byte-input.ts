import { readUtf8, readWtf8 } from "../text.ts";
import { ForeignFault } from "./foreign-fault.ts";

const NEWLINE = 0x0a;

/** Bytes that are read from front to back. Every read is checked against what is there; a fault says where. */
export class ByteInput {
  readonly bytes: Uint8Array;
  /** The byte order of what is read without saying one. */
  isLittleEndian: boolean;
  readonly #what: string;
  readonly #view: DataView;
  #at = 0;

  /** `what` is read, as `Python pickle`. */
  constructor(bytes: Uint8Array, what: string, isLittleEndian: boolean) {
    this.bytes = bytes;
    this.isLittleEndian = isLittleEndian;
    this.#what = what;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The place of the next byte. */
  get at(): number {
    return this.#at;
  }

  get left(): number {
    return this.bytes.length - this.#at;
  }

  damaged(reason: string): never {
    throw new ForeignFault("damaged", `the ${this.#what} is damaged: ${reason}`, this.#at);
  }

  notSupported(reason: string): never {
    throw new ForeignFault("not_supported", `the ${this.#what} cannot be read: ${reason}`, this.#at);
  }

  /** Refuses to go on unless so many bytes are there, for `count` things that are announced. */
  mustHave(count: number): void {
    // Also what is no number at all.
    if (!(count >= 0 && count <= this.left)) {
      this.damaged(
        count >= 0 ? `${count} bytes are announced and ${this.left} follow` : "a length is negative or no number",
      );
    }
  }

  /** The next byte, which stays; -1 at the end. */
  peek(): number {
    return this.bytes[this.#at] ?? -1;
  }

  u8(): number {
    return this.#view.getUint8(this.#skip(1));
  }

  i8(): number {
    return this.#view.getInt8(this.#skip(1));
  }

  u16(isLittleEndian = this.isLittleEndian): number {
    return this.#view.getUint16(this.#skip(2), isLittleEndian);
  }

  i16(isLittleEndian = this.isLittleEndian): number {
    return this.#view.getInt16(this.#skip(2), isLittleEndian);
  }

  u32(isLittleEndian = this.isLittleEndian): number {
    return this.#view.getUint32(this.#skip(4), isLittleEndian);
  }

  i32(isLittleEndian = this.isLittleEndian): number {
    return this.#view.getInt32(this.#skip(4), isLittleEndian);
  }

  i64(isLittleEndian = this.isLittleEndian): bigint {
    return this.#view.getBigInt64(this.#skip(8), isLittleEndian);
  }

  /** For lengths: not exact beyond 2^53, where there are no such many bytes anyway. */
  u64(isLittleEndian = this.isLittleEndian): number {
    return Number(this.#view.getBigUint64(this.#skip(8), isLittleEndian));
  }

  f32(isLittleEndian = this.isLittleEndian): number {
    return this.#view.getFloat32(this.#skip(4), isLittleEndian);
  }

  f64(isLittleEndian = this.isLittleEndian): number {
    return this.#view.getFloat64(this.#skip(8), isLittleEndian);
  }

  /** The next bytes where they lie: to be copied by who keeps them. */
  view(count: number): Uint8Array {
    const start = this.#skip(count);
    return this.bytes.subarray(start, start + count);
  }

  /** The bytes up to the next newline, which is taken too. */
  line(): Uint8Array {
    const end = this.bytes.indexOf(NEWLINE, this.#at);
    if (end < 0) {
      this.damaged("the bytes end within a line");
    }
    const line = this.bytes.subarray(this.#at, end);
    this.#at = end + 1;
    return line;
  }

  /** The text of bytes that must be UTF-8; half a surrogate pair is let through. */
  utf8(bytes: Uint8Array): string {
    return readUtf8(bytes, 0, bytes.length) ?? readWtf8(bytes) ?? this.damaged("a text is not UTF-8");
  }

  #skip(count: number): number {
    this.mustHave(count);
    const start = this.#at;
    this.#at += count;
    return start;
  }
}
