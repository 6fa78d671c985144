import { MAX_FRAME_BYTES } from "./verbs.ts";

/** Shorter copies are done by a loop: below this a `set` costs more than the bytes it moves. */
const SHORT_COPY_BYTES = 28;

/**
 * What `take` leaves of a buffer serves the next writer that begins: small writes of many connections share a buffer, and
 * a connection that has nothing to say has none. Only rests of such a length are kept, and so many of them.
 */
const LEAST_SPARE_BYTES = 1024;
const MOST_SPARE_BYTES = 16_384;
const MOST_SPARES = 64;
const spares: Uint8Array<ArrayBuffer>[] = [];

const NOTHING = new Uint8Array(0);

const DIGIT_ZERO = 48;
const TWO_TO_32 = 4_294_967_296;

const utf8Encoder = new TextEncoder();

/**
 * Collects outgoing bytes: everything that a connection has to say in one turn goes in here and leaves in one write.
 * Numbers are big-endian. What is written are the bytes `[0, length)` of `bytes`; `bytes` is replaced when it grows.
 *
 * A `u8`, `u16` or `u32` out of range is cut to its low bits; a `u64` must be an integer from 0 to 2^53 − 1.
 */
export class ByteWriter {
  bytes: Uint8Array<ArrayBuffer> = NOTHING;
  length = 0;
  readonly #capacity: number;
  #frameStart = 0;

  /** `capacity`: how many bytes a new buffer has; it is made when something is written, and grows as needed. */
  constructor(capacity = MOST_SPARE_BYTES) {
    this.#capacity = capacity;
  }

  /** Makes room for `n` more bytes. The others do this by themselves. */
  reserve(n: number): void {
    if (this.length + n > this.bytes.length) {
      this.#grow(n);
    }
  }

  u8(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  u16(value: number): void {
    this.reserve(2);
    const { bytes, length } = this;
    bytes[length] = value >>> 8;
    bytes[length + 1] = value;
    this.length = length + 2;
  }

  u32(value: number): void {
    this.reserve(4);
    this.#put32(this.length, value);
    this.length += 4;
  }

  u64(value: number): void {
    this.reserve(8);
    this.#put32(this.length, Math.floor(value / TWO_TO_32));
    this.#put32(this.length + 4, value);
    this.length += 8;
  }

  /** Appends the bytes `[start, end)` of `source`. */
  copy(source: Uint8Array, start = 0, end = source.length): void {
    const count = end - start;
    this.reserve(count);
    const { bytes, length } = this;
    if (count < SHORT_COPY_BYTES) {
      for (let i = 0; i < count; i++) {
        bytes[length + i] = source[start + i]!;
      }
    } else {
      bytes.set(source.subarray(start, end), length);
    }
    this.length = length + count;
  }

  /** Appends a byte string: one byte for each character, its low eight bits. */
  latin1(text: string): void {
    const count = text.length;
    this.reserve(count);
    const { bytes, length } = this;
    for (let i = 0; i < count; i++) {
      bytes[length + i] = text.charCodeAt(i);
    }
    this.length = length + count;
  }

  /** Appends a byte string behind its length (`u16`); a RangeError when that is not enough. */
  byteString(text: string): void {
    if (text.length > 0xffff) {
      throw new RangeError(`a byte string of ${text.length} bytes is longer than 65535`);
    }
    this.u16(text.length);
    this.latin1(text);
  }

  /** Appends text as UTF-8 (a lone surrogate becomes U+FFFD). */
  utf8(text: string): void {
    // Three bytes for each UTF-16 unit are always enough.
    this.reserve(text.length * 3);
    const { bytes, length } = this;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit >= 0x80) {
        const { written } = utf8Encoder.encodeInto(text.slice(i), bytes.subarray(length + i));
        this.length = length + i + written;
        return;
      }
      bytes[length + i] = unit;
    }
    this.length = length + text.length;
  }

  /**
   * Appends `value` in ASCII decimal digits, padded with zeros to `width`. `value` is an integer from 0 to 2^53 − 1
   * that fits; a RangeError otherwise, for a field of another width would put the whole stream out of step.
   */
  decimal(value: number, width: number): void {
    this.reserve(width);
    const { bytes, length } = this;
    let rest = value;
    let at = length + width;
    // Two loops: division of small integers is several times as fast as that of doubles.
    while (rest > 0x3fff_ffff && at > length) {
      const tenth = Math.floor(rest / 10);
      bytes[--at] = DIGIT_ZERO + (rest - tenth * 10);
      rest = tenth;
    }
    while (rest > 0 && at > length) {
      const tenth = (rest / 10) | 0;
      bytes[--at] = DIGIT_ZERO + (rest - tenth * 10);
      rest = tenth;
    }
    if (rest !== 0 || !Number.isSafeInteger(value)) {
      throw new RangeError(`${value} is not a number of at most ${width} decimal digits`);
    }
    while (at > length) {
      bytes[--at] = DIGIT_ZERO;
    }
    this.length = length + width;
  }

  /** Begins a multiplexed frame: what is written until `endFrame` are its fields. */
  beginFrame(request: number, verb: number): void {
    this.reserve(9);
    const start = this.length;
    this.#frameStart = start;
    this.#put32(start + 4, request);
    this.bytes[start + 8] = verb;
    this.length = start + 9;
  }

  /** Ends the frame that was begun. One over `MAX_FRAME_BYTES` is taken back and is a RangeError. */
  endFrame(): void {
    const start = this.#frameStart;
    const length = this.length - start - 4;
    if (length > MAX_FRAME_BYTES) {
      this.length = start;
      throw new RangeError(`a frame of ${length} bytes is longer than ${MAX_FRAME_BYTES}`);
    }
    this.#put32(start, length);
  }

  /**
   * A whole frame whose only field is `count` bytes that the caller will send after it by itself: writes all but them.
   * (Large chunks go to the socket as they are, without a copy.)
   */
  frameHead(request: number, verb: number, count: number): void {
    this.beginFrame(request, verb);
    this.#put32(this.#frameStart, 5 + count);
  }

  /** Hands over what was written (the caller may keep it) and starts afresh, without a buffer. */
  take(): Uint8Array<ArrayBuffer> {
    const { bytes, length } = this;
    const left = bytes.length - length;
    if (left >= LEAST_SPARE_BYTES && left <= MOST_SPARE_BYTES && spares.length < MOST_SPARES) {
      spares.push(bytes.subarray(length));
    }
    this.bytes = NOTHING;
    this.length = 0;
    return bytes.subarray(0, length);
  }

  /** Forgets what was written and keeps the buffer: for a caller who has copied or sent it. */
  clear(): void {
    this.length = 0;
  }

  #put32(at: number, value: number): void {
    const { bytes } = this;
    bytes[at] = value >>> 24;
    bytes[at + 1] = value >>> 16;
    bytes[at + 2] = value >>> 8;
    bytes[at + 3] = value;
  }

  #grow(n: number): void {
    if (this.bytes.length === 0) {
      const spare = spares.pop();
      if (spare !== undefined && spare.length >= n) {
        this.bytes = spare;
        return;
      }
    }
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + n, this.#capacity));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }
}
