import { createHash } from "node:crypto";
import { DumpDamage } from "./dump-damage.ts";

/** As much is at hand before a record is read, if so much is left: more than any record (but for long values) has. */
const AHEAD_BYTES = 262_144;
const BUFFER_BYTES = 1_048_576;
const INDEFINITE = 31;

/** The bytes of a dump as they come, a part of them at hand at a time: heads of CBOR items and strings of bounded length. */
export class DumpBytes {
  /** Valid until the next `fill`. */
  readonly bytes = new Uint8Array(BUFFER_BYTES);
  at = 0;
  /** Of the item whose head was read last: its major type, and its argument (-1: of indefinite length). */
  major = 0;
  argument = 0;
  readonly #source: AsyncIterator<Uint8Array>;
  readonly #hash = createHash("sha256");
  #pending: Uint8Array = new Uint8Array(0);
  #end = 0;
  #hashedTo = 0;
  /** Where in the dump `bytes` begins. */
  #offset = 0;
  #isAtEnd = false;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** Whether `fill` is needed before the next record. */
  get isLow(): boolean {
    return this.#end - this.at < AHEAD_BYTES && !this.#isAtEnd;
  }

  get isOver(): boolean {
    return this.#isAtEnd && this.at === this.#end;
  }

  /** Reads on, until enough is at hand or nothing is left. */
  async fill(): Promise<void> {
    this.#hashUpTo(this.at);
    this.bytes.copyWithin(0, this.at, this.#end);
    this.#offset += this.at;
    this.#end -= this.at;
    this.#hashedTo = 0;
    this.at = 0;
    while (this.isLow) {
      if (this.#pending.length === 0) {
        const next = await this.#source.next();
        if (next.done === true) {
          this.#isAtEnd = true;
        } else {
          this.#pending = next.value;
        }
      }
      const count = Math.min(this.#pending.length, BUFFER_BYTES - this.#end);
      this.bytes.set(this.#pending.subarray(0, count), this.#end);
      this.#pending = this.#pending.subarray(count);
      this.#end += count;
    }
  }

  /** SHA-256 of all bytes up to here. */
  digest(): Uint8Array {
    this.#hashUpTo(this.at);
    return this.#hash.copy().digest();
  }

  byte(): number {
    if (this.at >= this.#end) {
      this.fail("it is cut off");
    }
    return this.bytes[this.at++]!;
  }

  /** Whether this byte comes next; goes over it. */
  takes(byte: number): boolean {
    const is = this.at < this.#end && this.bytes[this.at] === byte;
    this.at += is ? 1 : 0;
    return is;
  }

  head(): void {
    const initial = this.byte();
    const short = initial & 0x1f;
    this.major = initial >> 5;
    if (short < 24) {
      this.argument = short;
    } else if (short < 28) {
      let value = 0;
      for (let left = 1 << (short - 24); left > 0; left--) {
        value = value * 256 + this.byte();
      }
      if (!Number.isSafeInteger(value)) {
        this.fail("a number above 2^53 - 1");
      }
      this.argument = value;
    } else if (short === INDEFINITE) {
      this.argument = -1;
    } else {
      this.fail(`byte ${initial} where an item begins`);
    }
  }

  /** Goes over the bytes of a string whose head was read; they are `[result, at)` of `bytes`. */
  pass(most: number, what: string): number {
    const from = this.at;
    if (this.argument < 0 || this.argument > most) {
      this.fail(`${what} of ${this.argument < 0 ? "indefinite length" : `${this.argument} bytes`}, more than ${most}`);
    }
    if (this.argument > this.#end - from) {
      this.fail("it is cut off");
    }
    this.at += this.argument;
    return from;
  }

  fail(what: string): never {
    throw new DumpDamage(`the dump is damaged at byte ${this.#offset + this.at}: ${what}`);
  }

  #hashUpTo(at: number): void {
    this.#hash.update(this.bytes.subarray(this.#hashedTo, at));
    this.#hashedTo = at;
  }
}
