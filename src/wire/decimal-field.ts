import { ProtocolFault } from "./protocol-fault.ts";

const DIGIT_ZERO = 48;

/**
 * Reads numbers of a fixed width in ASCII decimal digits, from bytes that come in pieces. Anything but digits is a
 * ProtocolFault (no sign, no space), and so is a number above 2^53 − 1.
 */
export class DecimalField {
  readonly #width: number;
  #digitsLeft: number;
  #value = 0;

  constructor(width: number) {
    this.#width = width;
    this.#digitsLeft = width;
  }

  /** Reads from `bytes[at, end)` and returns where it stopped: at `end`, or earlier when the number is complete. */
  push(bytes: Uint8Array, at: number, end: number): number {
    const stop = Math.min(end, at + this.#digitsLeft);
    let value = this.#value;
    for (let i = at; i < stop; i++) {
      const digit = bytes[i]! - DIGIT_ZERO;
      if (digit < 0 || digit > 9) {
        throw new ProtocolFault(`byte 0x${bytes[i]!.toString(16).padStart(2, "0")} where a decimal digit belongs`);
      }
      value = value * 10 + digit;
    }
    if (value > Number.MAX_SAFE_INTEGER) {
      throw new ProtocolFault("a number above 2^53 - 1");
    }
    this.#value = value;
    this.#digitsLeft -= stop - at;
    return stop;
  }

  get isComplete(): boolean {
    return this.#digitsLeft === 0;
  }

  /** The complete number; the field is ready for another one. */
  take(): number {
    const value = this.#value;
    this.#value = 0;
    this.#digitsLeft = this.#width;
    return value;
  }
}
