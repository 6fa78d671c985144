import { latin1 } from "./bytes.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { DecimalField } from "./decimal-field.ts";
import { ProtocolFault } from "./protocol-fault.ts";

/** Names and values, as byte strings. Of a name that comes twice the last value holds. */
export type Dictionary = ReadonlyMap<string, string>;

/** Most pairs, and most bytes of names and values together, that are accepted in a dictionary. */
export const MAX_DICTIONARY_PAIRS = 100;
export const MAX_DICTIONARY_BYTES = 4096;

/** Width of its numbers. */
const WIDTH = 4;

/** Writes `%04d` pairs, then for each pair `%04d` length, name, `%04d` length, value. A RangeError over 9999 of anything. */
export function writeDictionary(out: ByteWriter, pairs: Dictionary): void {
  out.decimal(pairs.size, WIDTH);
  for (const [name, value] of pairs) {
    writeString(out, name);
    writeString(out, value);
  }
}

function writeString(out: ByteWriter, text: string): void {
  out.decimal(text.length, WIDTH);
  out.latin1(text);
}

/**
 * Reads one dictionary from bytes that come in pieces. Throws ProtocolFault when a number is not decimal or a limit is
 * passed: so it never keeps more than the limit.
 */
export class DictionaryReader {
  readonly #number = new DecimalField(WIDTH);
  #pairs = new Map<string, string>();
  /** Names and values still to come; −1 before the number of pairs is known. */
  #stringsLeft = -1;
  #byteCount = 0;
  /** The string being read: what there is of it, and how many bytes are still to come (−1: its length is not known). */
  #text = "";
  #textLeft = -1;
  #name: string | undefined;

  /** Reads from `bytes[at, end)` and returns where it stopped: at `end`, or earlier when the dictionary is complete. */
  push(bytes: Uint8Array, at: number, end: number): number {
    while (at < end && this.#stringsLeft !== 0) {
      if (this.#stringsLeft === -1 || this.#textLeft === -1) {
        at = this.#number.push(bytes, at, end);
        if (this.#number.isComplete) {
          this.#numberRead(this.#number.take());
        }
      } else {
        const taken = Math.min(this.#textLeft, end - at);
        this.#text += latin1(bytes, at, at + taken);
        this.#textLeft -= taken;
        at += taken;
      }
      if (this.#textLeft === 0) {
        this.#stringRead();
      }
    }
    return at;
  }

  get isComplete(): boolean {
    return this.#stringsLeft === 0;
  }

  /** The complete dictionary; the reader is ready for another one. */
  take(): Dictionary {
    const pairs = this.#pairs;
    this.#pairs = new Map();
    this.#stringsLeft = -1;
    this.#byteCount = 0;
    return pairs;
  }

  #numberRead(value: number): void {
    if (this.#stringsLeft === -1) {
      if (value > MAX_DICTIONARY_PAIRS) {
        throw new ProtocolFault(`a dictionary of ${value} pairs; at most ${MAX_DICTIONARY_PAIRS} are accepted`);
      }
      this.#stringsLeft = 2 * value;
      return;
    }
    this.#byteCount += value;
    if (this.#byteCount > MAX_DICTIONARY_BYTES) {
      throw new ProtocolFault(`a dictionary of more than ${MAX_DICTIONARY_BYTES} bytes`);
    }
    this.#textLeft = value;
  }

  #stringRead(): void {
    if (this.#name === undefined) {
      this.#name = this.#text;
    } else {
      this.#pairs.set(this.#name, this.#text);
      this.#name = undefined;
    }
    this.#text = "";
    this.#textLeft = -1;
    this.#stringsLeft--;
  }
}
