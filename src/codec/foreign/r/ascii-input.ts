import type { ByteInput } from "../byte-input.ts";
import { latin1Text } from "../latin1.ts";
import { NA_INTEGER, type Reals, type RInput } from "./r-input.ts";

const BACKSLASH = 0x5c;
/** R itself writes no longer ones. */
const LONGEST_WORD = 128;
const specials: Readonly<Record<string, number>> = { NA: NaN, NaN, Inf: Infinity, "-Inf": -Infinity };
const escapes: Readonly<Record<string, number>> = { n: 10, t: 9, v: 11, b: 8, r: 13, f: 12, a: 7 };

/** The format A: words, with white space between them. */
export class AsciiInput implements RInput {
  readonly bytes: ByteInput;

  constructor(bytes: ByteInput) {
    this.bytes = bytes;
  }

  mustHave(kind: "integers" | "reals" | "bytes", count: number): void {
    // A digit and a space; characters stand by themselves.
    this.bytes.mustHave(count * (kind === "bytes" ? 1 : 2));
  }

  integer(): number {
    const word = this.#word();
    if (word === "NA") {
      return NA_INTEGER;
    }
    const value = /^[+-]?\d+$/.test(word) ? Number(word) : NaN;
    return Number.isInteger(value) && Math.abs(value) <= 2 ** 31 ? value : this.bytes.damaged("a whole number is none");
  }

  integers(count: number): Int32Array {
    this.mustHave("integers", count);
    return Int32Array.from({ length: count }, () => this.integer());
  }

  reals(count: number): Reals {
    this.mustHave("reals", count);
    const data = new Float64Array(count);
    const missing: number[] = [];
    for (let at = 0; at < count; at++) {
      const word = this.#word();
      data[at] = specials[word] ?? this.#number(word);
      if (word === "NA") {
        missing.push(at);
      }
    }
    return { data, missing: Uint32Array.from(missing) };
  }

  characters(count: number): Uint8Array {
    if (count > 0) {
      this.#skipSpace();
    }
    this.mustHave("bytes", count);
    return Uint8Array.from({ length: count }, () => this.#character());
  }

  raw(count: number): Uint8Array<ArrayBuffer> {
    this.mustHave("integers", count);
    return Uint8Array.from({ length: count }, () => {
      const word = this.#word();
      return /^[0-9a-f]{1,2}$/i.test(word) ? Number.parseInt(word, 16) : this.bytes.damaged("a byte is none");
    });
  }

  #character(): number {
    const byte = this.bytes.u8();
    if (byte !== BACKSLASH) {
      return byte;
    }
    const next = this.bytes.u8();
    let octal = next - 0x30;
    if (octal < 0 || octal > 7) {
      return escapes[String.fromCharCode(next)] ?? next;
    }
    for (let digits = 1; digits < 3; digits++) {
      const digit = this.bytes.peek() - 0x30;
      if (digit < 0 || digit > 7) {
        break;
      }
      octal = octal * 8 + digit;
      this.bytes.u8();
    }
    return octal & 0xff;
  }

  /** Decimal, or hexadecimal as C's `%a` writes it. */
  #number(word: string): number {
    if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word)) {
      return Number(word);
    }
    const hex = /^([+-]?)0x([0-9a-f]+)(?:\.([0-9a-f]*))?p([+-]?\d+)$/i.exec(word);
    if (hex === null) {
      return this.bytes.damaged("a number is none");
    }
    const [, sign, whole, fraction = "", exponent] = hex;
    const magnitude = Number.parseInt(whole! + fraction, 16) * 2 ** (Number(exponent) - 4 * fraction.length);
    return sign === "-" ? -magnitude : magnitude;
  }

  #word(): string {
    this.#skipSpace();
    const start = this.bytes.at;
    while (this.bytes.left > 0 && !isSpace(this.bytes.peek())) {
      this.bytes.u8();
      if (this.bytes.at - start > LONGEST_WORD) {
        this.bytes.damaged("a word does not end");
      }
    }
    if (this.bytes.left === 0) {
      this.bytes.damaged("the bytes end within a word");
    }
    return latin1Text(this.bytes.bytes.subarray(start, this.bytes.at));
  }

  #skipSpace(): void {
    while (isSpace(this.bytes.peek())) {
      this.bytes.u8();
    }
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}
