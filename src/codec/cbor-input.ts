import { Major } from "./cbor-format.ts";
import { readKey } from "./key-cache.ts";
import { MalformedCbor } from "./malformed.ts";
import { fromHalf } from "./numeric-arrays.ts";
import { readUtf8 } from "./text.ts";

/** What `count` answers for an item of indefinite length. */
export const INDEFINITE = -1;

const BREAK = 0xff;
const COPY_BY_HAND_BYTES = 32;
/** The initial byte of a whole number of 32 bits. */
const LONGEST_U32 = 26;
const scratch = new DataView(new ArrayBuffer(8));

/**
 * The byte level of CBOR: heads, numbers, text and bytes. Nothing is allocated for a length that the bytes at hand
 * do not cover. Copies what it gives out, so the bytes may be a view of a buffer that is used again.
 */
export class CborInput {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  fail(what: string): never {
    throw new MalformedCbor(`${what} (at byte ${this.#at} of ${this.#bytes.length})`);
  }

  /** The next byte, which stays; -1 at the end. */
  peek(): number {
    return this.#at < this.#bytes.length ? this.#bytes[this.#at]! : -1;
  }

  byte(): number {
    if (this.#at >= this.#bytes.length) {
      this.fail("the bytes end within a value");
    }
    return this.#bytes[this.#at++]!;
  }

  /** The argument of a head whose initial byte is `initial`; exact up to 2^53. */
  argument(initial: number): number {
    const short = initial & 0x1f;
    if (short < 24) {
      return short;
    }
    switch (short) {
      case 24:
        return this.byte();
      case 25:
        this.#mustHave(2);
        return this.#u16();
      case 26:
        this.#mustHave(4);
        return this.#u32();
      case 27:
        this.#mustHave(8);
        return this.#u32() * 2 ** 32 + this.#u32();
      default:
        return this.fail("a reserved or misplaced initial byte");
    }
  }

  /** The 64 bits of the argument just read. */
  lastArgument64(): bigint {
    this.#at -= 8;
    return (BigInt(this.#u32()) << 32n) | BigInt(this.#u32());
  }

  /** The number of items in an array or pairs in a map, at `least` so many bytes each; or `INDEFINITE`. */
  count(initial: number, least: 1 | 2): number {
    if ((initial & 0x1f) === 31) {
      return INDEFINITE;
    }
    const count = this.argument(initial);
    if (count * least > this.#bytes.length - this.#at) {
      this.fail(`${count} items are announced, and too few bytes follow`);
    }
    return count;
  }

  /** The items for as long as they are whole numbers of at most 32 bits without a sign, and not more than `most`; maybe none. */
  unsignedList(most: number): unknown[] {
    const bytes = this.#bytes;
    let at = this.#at;
    const length = this.#unsignedRun(most);
    // Made in one piece: to grow it would take several times as long.
    const list = length === 0 ? [] : new Array<unknown>(length);
    for (let i = 0; i < length; i++) {
      const initial = bytes[at++]!;
      switch (initial) {
        case 24:
          list[i] = bytes[at++]!;
          break;
        case 25:
          list[i] = (bytes[at]! << 8) | bytes[at + 1]!;
          at += 2;
          break;
        case 26:
          list[i] = ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
          at += 4;
          break;
        default:
          list[i] = initial;
      }
    }
    this.#at = at;
    return list;
  }

  /** How many such items follow. */
  #unsignedRun(most: number): number {
    const bytes = this.#bytes;
    let at = this.#at;
    let count = 0;
    for (; count < most && at < bytes.length && bytes[at]! <= LONGEST_U32; count++) {
      const initial = bytes[at]!;
      at += initial < 24 ? 1 : 1 + (1 << (initial - 24));
      if (at > bytes.length) {
        break;
      }
    }
    return count;
  }

  /** Whether the break that ends an indefinite length comes next; takes it. */
  takeBreak(): boolean {
    if (this.peek() !== BREAK) {
      return false;
    }
    this.#at++;
    return true;
  }

  float(initial: number): number {
    const size = 1 << ((initial & 0x1f) - 24);
    this.#mustHave(size);
    if (size === 2) {
      return fromHalf(this.#u16());
    }
    scratch.setUint32(0, this.#u32());
    if (size === 4) {
      return scratch.getFloat32(0);
    }
    scratch.setUint32(4, this.#u32());
    return scratch.getFloat64(0);
  }

  text(initial: number): string {
    if ((initial & 0x1f) === 31) {
      return this.#chunks(Major.text, (head) => this.text(head)).join("");
    }
    const end = this.#end(initial);
    const text = readUtf8(this.#bytes, this.#at, end) ?? this.fail("a text is not UTF-8");
    this.#at = end;
    return text;
  }

  /** A text of definite length that is probably the name of a property. */
  key(initial: number): string {
    const end = this.#end(initial);
    const key = readKey(this.#bytes, this.#at, end) ?? this.fail("a text is not UTF-8");
    this.#at = end;
    return key;
  }

  /** The bytes of a byte string, in a buffer of their own. */
  byteString(initial: number): Uint8Array<ArrayBuffer> {
    if ((initial & 0x1f) === 31) {
      return joined(this.#chunks(Major.bytes, (head) => this.byteString(head)));
    }
    const end = this.#end(initial);
    const start = this.#at;
    const copy = new Uint8Array(end - start);
    if (copy.length <= COPY_BY_HAND_BYTES) {
      for (let i = 0; i < copy.length; i++) {
        copy[i] = this.#bytes[start + i]!;
      }
    } else {
      copy.set(this.#bytes.subarray(start, end));
    }
    this.#at = end;
    return copy;
  }

  #chunks<T>(major: number, read: (initial: number) => T): T[] {
    const chunks: T[] = [];
    while (!this.takeBreak()) {
      const initial = this.byte();
      if (initial >> 5 !== major || (initial & 0x1f) === 31) {
        this.fail("a string in pieces has a piece of another kind");
      }
      chunks.push(read(initial));
    }
    return chunks;
  }

  #end(initial: number): number {
    const length = this.argument(initial);
    this.#mustHave(length);
    return this.#at + length;
  }

  #mustHave(count: number): void {
    if (count > this.#bytes.length - this.#at) {
      this.fail("the bytes end within a value");
    }
  }

  #u16(): number {
    return (this.#bytes[this.#at++]! << 8) | this.#bytes[this.#at++]!;
  }

  #u32(): number {
    const bytes = this.#bytes;
    const at = this.#at;
    this.#at += 4;
    return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
  }
}

function joined(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
