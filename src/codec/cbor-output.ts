import { Major, Tag } from "./cbor-format.ts";
import { isWellFormed, utf8, writeAscii, writeUtf8, writeWtf8 } from "./text.ts";

/** Results are cut from a slab of this size one after the other; a slab is never written over. */
const SLAB_BYTES = 16_384;
const LONGEST_HEAD_BYTES = 9;
const SHORT_TEXT = 64;
/** Of a list of whole numbers so many are written before there must be room again. */
const RUN = 1024;
const LONGEST_U32_BYTES = 5;
const LONG_TEXT = 2048;

const float32 = new Float32Array(1);
const float32Bits = new Uint32Array(float32.buffer);
const float64 = new DataView(new ArrayBuffer(8));

/** The byte level of CBOR: heads, numbers, text and bytes, each in the shortest form of RFC 8949, section 4.1. */
export class CborOutput {
  #bytes = new Uint8Array(SLAB_BYTES);
  #start = 0;
  #at = 0;

  /** How many bytes have been written since the last `take`. */
  get length(): number {
    return this.#at - this.#start;
  }

  /** The bytes written so far, as a view that stays valid and unchanged; what follows begins a new result. */
  take(): Uint8Array {
    const taken = new Uint8Array(this.#bytes.buffer, this.#start, this.#at - this.#start);
    if (this.#bytes.length > SLAB_BYTES) {
      this.#bytes = new Uint8Array(SLAB_BYTES);
      this.#at = 0;
    }
    this.#start = this.#at;
    return taken;
  }

  byte(value: number): void {
    this.#room(1);
    this.#bytes[this.#at++] = value;
  }

  /** The head of an item: its major type and its count, length, tag or value, a safe integer. */
  head(major: number, count: number): void {
    this.#room(LONGEST_HEAD_BYTES);
    this.#head(major, count);
  }

  /** The head of a tag, whose number may have 64 bits. */
  tag(tag: number | bigint): void {
    if (typeof tag === "number") {
      this.head(Major.tag, tag);
      return;
    }
    this.byte((Major.tag << 5) | 27);
    float64.setBigUint64(0, tag);
    this.#scratch();
  }

  number(value: number): void {
    this.#room(LONGEST_HEAD_BYTES);
    if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
      if (value >= 0) {
        this.#head(Major.unsigned, value);
      } else {
        this.#head(Major.negative, -1 - value);
      }
    } else {
      this.#float(value);
    }
  }

  /** Writes items from `start` on for as long as they are whole numbers of 32 bits without a sign, not all of many; returns where it stopped. */
  unsignedRun(list: readonly unknown[], start: number, limit: number): number {
    const end = Math.min(limit, start + RUN);
    if (!isUnsigned32(list[start])) {
      return start;
    }
    this.#room(LONGEST_U32_BYTES * (end - start));
    const bytes = this.#bytes;
    let at = this.#at;
    let i = start;
    for (; i < end; i++) {
      const value = list[i];
      if (!isUnsigned32(value)) {
        break;
      }
      if (value < 24) {
        bytes[at++] = value;
      } else if (value < 0x100) {
        bytes[at++] = 24;
        bytes[at++] = value;
      } else if (value < 0x10000) {
        bytes[at++] = 25;
        bytes[at++] = value >> 8;
        bytes[at++] = value;
      } else {
        bytes[at++] = 26;
        bytes[at++] = value >>> 24;
        bytes[at++] = value >>> 16;
        bytes[at++] = value >>> 8;
        bytes[at++] = value;
      }
    }
    this.#at = at;
    return i;
  }

  /** Always a bignum, however small, so that it is read as a bigint again. */
  bigint(value: bigint): void {
    this.head(Major.tag, value < 0n ? Tag.negativeBignum : Tag.positiveBignum);
    const magnitude = value < 0n ? -1n - value : value;
    const hex = magnitude === 0n ? "" : magnitude.toString(16);
    const count = (hex.length + 1) >> 1;
    this.head(Major.bytes, count);
    this.#room(count);
    const odd = hex.length & 1;
    for (let i = 0; i < count; i++) {
      const from = 2 * i - odd;
      this.#bytes[this.#at++] = parseInt(hex.slice(Math.max(from, 0), from + 2), 16);
    }
  }

  /** A text item; a string with lone surrogates becomes the bytes of its WTF-8 under tag 273. */
  text(text: string): void {
    if (text.length <= SHORT_TEXT) {
      this.#room(4 * SHORT_TEXT);
      const start = this.#at;
      this.#head(Major.text, text.length);
      if (writeAscii(text, this.#bytes, this.#at)) {
        this.#at += text.length;
        return;
      }
      this.#at = start;
    }
    if (!isWellFormed(text)) {
      this.#room(LONGEST_HEAD_BYTES);
      this.#head(Major.tag, Tag.wtf8);
      this.#textBytes(Major.bytes, text, writeWtf8);
    } else if (text.length > LONG_TEXT) {
      // Measured first: room for three bytes a character would be too much.
      const bytes = utf8(text);
      this.head(Major.text, bytes.length);
      this.append(bytes);
    } else {
      this.#textBytes(Major.text, text, text.length <= SHORT_TEXT ? writeWtf8 : writeUtf8);
    }
  }

  /** The UTF-8 of a well-formed string without a head. */
  plainText(text: string): void {
    this.#room(3 * text.length);
    if (text.length > SHORT_TEXT) {
      this.#at = writeUtf8(text, this.#bytes, this.#at);
    } else if (writeAscii(text, this.#bytes, this.#at)) {
      this.#at += text.length;
    } else {
      this.#at = writeWtf8(text, this.#bytes, this.#at);
    }
  }

  /** A byte string item. */
  byteString(bytes: Uint8Array): void {
    this.head(Major.bytes, bytes.length);
    this.append(bytes);
  }

  append(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  #head(major: number, count: number): void {
    const bytes = this.#bytes;
    const type = major << 5;
    if (count < 24) {
      bytes[this.#at++] = type | count;
    } else if (count < 0x100) {
      bytes[this.#at++] = type | 24;
      bytes[this.#at++] = count;
    } else if (count < 0x10000) {
      bytes[this.#at++] = type | 25;
      bytes[this.#at++] = count >> 8;
      bytes[this.#at++] = count;
    } else if (count < 2 ** 32) {
      bytes[this.#at++] = type | 26;
      this.#u32(count);
    } else {
      bytes[this.#at++] = type | 27;
      this.#u32(Math.floor(count / 2 ** 32));
      this.#u32(count);
    }
  }

  #u32(value: number): void {
    const bytes = this.#bytes;
    bytes[this.#at++] = value >>> 24;
    bytes[this.#at++] = value >>> 16;
    bytes[this.#at++] = value >>> 8;
    bytes[this.#at++] = value;
  }

  #float(value: number): void {
    float32[0] = value;
    if (float32[0] !== value && !Number.isNaN(value)) {
      this.#bytes[this.#at++] = 0xfb;
      float64.setFloat64(0, value);
      this.#scratch();
      return;
    }
    const bits = float32Bits[0]!;
    const half = Number.isNaN(value) ? 0x7e00 : halfFromFloat32(bits);
    if (half === undefined) {
      this.#bytes[this.#at++] = 0xfa;
      this.#u32(bits);
    } else {
      this.#bytes[this.#at++] = 0xf9;
      this.#bytes[this.#at++] = half >> 8;
      this.#bytes[this.#at++] = half;
    }
  }

  #scratch(): void {
    this.#room(8);
    this.#u32(float64.getUint32(0));
    this.#u32(float64.getUint32(4));
  }

  #textBytes(major: number, text: string, write: (text: string, into: Uint8Array, at: number) => number): void {
    this.#room(LONGEST_HEAD_BYTES + 3 * text.length);
    // How long the head is depends on the length in bytes: it is guessed, and the text moved when the guess was wrong.
    const head = this.#at;
    const guessed = head + headBytes(text.length);
    const length = write(text, this.#bytes, guessed) - guessed;
    const actual = head + headBytes(length);
    if (actual !== guessed) {
      this.#bytes.copyWithin(actual, guessed, guessed + length);
    }
    this.#head(major, length);
    this.#at += length;
  }

  #room(count: number): void {
    if (this.#at + count > this.#bytes.length) {
      this.#grow(count);
    }
  }

  #grow(count: number): void {
    const used = this.#at - this.#start;
    const grown = new Uint8Array(Math.max(SLAB_BYTES, used + count + Math.max(used, LONGEST_HEAD_BYTES)));
    grown.set(this.#bytes.subarray(this.#start, this.#at));
    this.#bytes = grown;
    this.#start = 0;
    this.#at = used;
  }
}

function isUnsigned32(value: unknown): value is number {
  return typeof value === "number" && value >>> 0 === value && (value !== 0 || !Object.is(value, -0));
}

function headBytes(count: number): number {
  return count < 24 ? 1 : count < 0x100 ? 2 : count < 0x10000 ? 3 : count < 2 ** 32 ? 5 : LONGEST_HEAD_BYTES;
}

/** The half float with exactly the value of these float32 bits (not a NaN), if there is one. */
function halfFromFloat32(bits: number): number | undefined {
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 127;
  const fraction = bits & 0x7fffff;
  if (exponent === 128) {
    return sign | 0x7c00;
  }
  if (exponent === -127) {
    return fraction === 0 ? sign : undefined;
  }
  if (exponent >= -14 && exponent <= 15 && (fraction & 0x1fff) === 0) {
    return sign | ((exponent + 15) << 10) | (fraction >> 13);
  }
  if (exponent >= -24 && exponent < -14) {
    // A subnormal half is a whole number of 2^-24.
    const whole = (fraction | 0x800000) >>> (-exponent - 1);
    return whole << (-exponent - 1) === (fraction | 0x800000) ? sign | whole : undefined;
  }
  return undefined;
}
