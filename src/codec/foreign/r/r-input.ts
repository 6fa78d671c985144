import type { ByteInput } from "../byte-input.ts";

/** R's NA among integers and logicals. */
export const NA_INTEGER = -(2 ** 31);

/** Numbers, with the places of those that are NA. */
export interface Reals {
  readonly data: Float64Array;
  readonly missing: Uint32Array;
}

/** The three formats of R's serialization differ in how numbers and bytes are written, and in nothing else. */
export interface RInput {
  readonly bytes: ByteInput;
  /** The fewest bytes that `count` integers, reals or bytes take: so many must be there before room is made for them. */
  mustHave(kind: "integers" | "reals" | "bytes", count: number): void;
  integer(): number;
  /** `count` of them; memory for them is paid for. */
  integers(count: number): Int32Array;
  reals(count: number): Reals;
  /** `count` bytes that stand for characters: a view, or a copy. */
  characters(count: number): Uint8Array;
  raw(count: number): Uint8Array<ArrayBuffer>;
}
