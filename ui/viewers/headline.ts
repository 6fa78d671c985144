import { Descriptor } from "../../src/codec/index.ts";
import { count } from "../format/numbers.ts";
import type { Received } from "./content.ts";

/*
 * What a large value is, from the first bytes of its CBOR (docs/values.md) alone: `Float64Array (5,000)`, `Object (12)`.
 */

const Major = { bytes: 2, text: 3, array: 4, map: 5, tag: 6 } as const;
const SET_TAG = 258;
const MAP_TAG = 259;
/** RFC 8746: 0b010_f_s_e_ll. */
const FIRST_ARRAY_TAG = 64;
const LAST_ARRAY_TAG = 87;
const arrayNames = {
  unsigned: ["Uint8Array", "Uint16Array", "Uint32Array", "BigUint64Array"],
  signed: ["Int8Array", "Int16Array", "Int32Array", "BigInt64Array"],
  float: ["Float16Array", "Float32Array", "Float64Array", "numbers"],
} as const;

interface Head {
  readonly major: number;
  readonly argument: number;
  readonly end: number;
}

/** Undefined where the first bytes do not tell. */
export function headline({ descriptor, bytes }: Received): string | undefined {
  const head = descriptor === Descriptor.value ? readHead(bytes, 0) : undefined;
  if (head === undefined) {
    return undefined;
  }
  if (head.major !== Major.tag) {
    return plainHeadline(head);
  }
  const inner = readHead(bytes, head.end);
  return inner === undefined ? undefined : taggedHeadline(head.argument, inner);
}

function plainHeadline({ major, argument }: Head): string | undefined {
  switch (major) {
    case Major.array:
      return `Array (${count(argument)})`;
    case Major.map:
      return `Object (${count(argument)})`;
    default:
      return undefined;
  }
}

function taggedHeadline(tag: number, { major, argument }: Head): string | undefined {
  if (tag === SET_TAG || tag === MAP_TAG) {
    return `${tag === SET_TAG ? "Set" : "Map"} (${count(argument)})`;
  }
  if (tag < FIRST_ARRAY_TAG || tag > LAST_ARRAY_TAG || major !== Major.bytes) {
    return undefined;
  }
  const numbers = (tag & 0b10000) !== 0 ? "float" : (tag & 0b1000) !== 0 ? "signed" : "unsigned";
  const size = tag & 0b11;
  const elementBytes = 2 ** (numbers === "float" ? size + 1 : size);
  return `${arrayNames[numbers][size]!} (${count(argument / elementBytes)})`;
}

/** An item's first bytes: what it is, and how much of it. Undefined for lengths that are not said, or cut off. */
function readHead(bytes: Uint8Array, at: number): Head | undefined {
  const first = bytes[at];
  if (first === undefined) {
    return undefined;
  }
  const major = first >> 5;
  const low = first & 0x1f;
  if (low < 24) {
    return { major, argument: low, end: at + 1 };
  }
  const length = 2 ** (low - 24);
  if (low > 27 || at + 1 + length > bytes.length) {
    return undefined;
  }
  const argument = bytes.subarray(at + 1, at + 1 + length).reduce((sum, byte) => sum * 256 + byte, 0);
  return { major, argument, end: at + 1 + length };
}
