import { Major, Tag } from "./cbor-format.ts";
import { CborOutput } from "./cbor-output.ts";

/** So few objects are looked up faster in an array than in a Map. */
const FEW = 16;

/**
 * Objects that occur several times in one value, or hold themselves. CBOR marks the first occurrence with tag 28 and
 * writes tag 29 with its number for the others, but whether there are others is not known when the first is written.
 * So nothing is written for a repeated object at first; where tags belong is remembered, and they are inserted at the end.
 * Values that share nothing (nearly all) pay only for the lookups, and getters run once.
 */
export class Sharing {
  #few: object[] = [];
  #many: Map<object, number> | undefined;
  /** Where each object begins in the output, by its number (the order of first occurrence). */
  #starts: number[] = [];
  /** Repeated occurrences in order: where, and of which object. */
  #references: { readonly at: number; readonly object: number }[] = [];

  /** Whether any object occurred more than once. */
  get isNeeded(): boolean {
    return this.#references.length > 0;
  }

  /** True if `object` is new and is to be written at `at`; false if it was there before and nothing is to be written. */
  isFirst(object: object, at: number): boolean {
    const known = this.#many === undefined ? this.#few.indexOf(object) : (this.#many.get(object) ?? -1);
    if (known >= 0) {
      this.#references.push({ at, object: known });
      return false;
    }
    const number = this.#starts.length;
    this.#starts.push(at);
    if (this.#many !== undefined) {
      this.#many.set(object, number);
    } else if (number < FEW) {
      this.#few.push(object);
    } else {
      this.#many = new Map(this.#few.map((each, index) => [each, index]));
      this.#many.set(object, number);
    }
    return true;
  }

  /** `bytes` with the tags put in. */
  insertTags(bytes: Uint8Array): Uint8Array {
    const shared = [...new Set(this.#references.map((reference) => reference.object))].sort((a, b) => a - b);
    const numbers = new Map(shared.map((object, number) => [object, number]));
    const output = new CborOutput();
    let copied = 0;
    let nextShared = 0;
    const copyTo = (at: number): void => {
      output.append(bytes.subarray(copied, at));
      copied = at;
    };
    const markUpTo = (limit: number): void => {
      for (; nextShared < shared.length && this.#starts[shared[nextShared]!]! < limit; nextShared++) {
        copyTo(this.#starts[shared[nextShared]!]!);
        output.head(Major.tag, Tag.shareable);
      }
    };
    for (const { at, object } of this.#references) {
      // An object that begins where a reference stands comes after it: a reference had no bytes.
      markUpTo(at);
      copyTo(at);
      output.head(Major.tag, Tag.reference);
      output.head(Major.unsigned, numbers.get(object)!);
    }
    markUpTo(Infinity);
    copyTo(bytes.length);
    return output.take();
  }

  /** Forgets everything, ready for the next value. */
  clear(): void {
    if (this.#starts.length > 0) {
      this.#few = [];
      this.#many = undefined;
      this.#starts = [];
      this.#references = [];
    }
  }
}
