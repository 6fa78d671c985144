import { Major, Tag } from "./cbor-format.ts";
import { arrayFromTag, isArrayTag } from "./numeric-arrays.ts";
import { readGenericObject } from "./read-generic-object.ts";
import { Tagged } from "./tagged.ts";
import { readWtf8 } from "./text.ts";
import type { ValueReader } from "./value-reader.ts";

const NOT_SHARED = -1;
const LATEST_MS = 8.64e15;
const internetDate = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/i;

/**
 * The value under a tag that has just been read. A tag that means nothing here, or something that JavaScript's class
 * cannot hold (a date in the year 300 000, a pattern of another dialect), stays a `Tagged`.
 */
export function readTagged(reader: ValueReader, tag: number | bigint, depth: number, slot: number): unknown {
  switch (tag) {
    case Tag.dateText: {
      const text = textUnder(reader, tag);
      const date = new Date(internetDate.test(text) ? text : NaN);
      return Number.isNaN(date.getTime()) ? new Tagged(tag, text) : date;
    }
    case Tag.epoch:
      return readEpoch(reader, depth);
    case Tag.positiveBignum:
      return toBigInt(bytesUnder(reader, tag));
    case Tag.negativeBignum:
      return -1n - toBigInt(bytesUnder(reader, tag));
    case Tag.genericObject:
      return readGenericObject(reader, depth, slot);
    case Tag.uri: {
      const text = textUnder(reader, tag);
      return attempt(() => new URL(text)) ?? new Tagged(tag, text);
    }
    case Tag.regExp: {
      const text = textUnder(reader, tag);
      return attempt(() => new RegExp(text)) ?? new Tagged(tag, text);
    }
    case Tag.ecmaRegExp: {
      const parts = reader.item(reader.deeper(depth), NOT_SHARED);
      const [source, flags = ""] = Array.isArray(parts) ? (parts as unknown[]) : [parts];
      const areTexts = typeof source === "string" && typeof flags === "string";
      return (areTexts ? attempt(() => new RegExp(source, flags)) : undefined) ?? new Tagged(tag, parts);
    }
    case Tag.set: {
      const set = new Set();
      reader.share(slot, set);
      reader.eachItem(headUnder(reader, tag, Major.array), depth, (member) => {
        reader.mustHash(member);
        set.add(member);
      });
      return set;
    }
    case Tag.map:
      return reader.map(headUnder(reader, tag, Major.map), depth, slot);
    case Tag.wtf8:
      return readWtf8(bytesUnder(reader, tag)) ?? reader.input.fail("a text under tag 273 is not WTF-8");
    case Tag.selfDescribed:
      return reader.item(reader.deeper(depth), slot);
    default:
      return typeof tag === "number" && isArrayTag(tag)
        ? (arrayFromTag(tag, bytesUnder(reader, tag)) ?? reader.input.fail("an array ends within an element"))
        : readUnknown(reader, tag, depth, slot);
  }
}

/** The first byte of what is under the tag, which must be of that major type itself (no tag or reference). */
function headUnder(reader: ValueReader, tag: number, major: number): number {
  const initial = reader.input.byte();
  return initial >> 5 === major ? initial : reader.input.fail(`tag ${tag} is on a value of the wrong type`);
}

function textUnder(reader: ValueReader, tag: number): string {
  return reader.input.text(headUnder(reader, tag, Major.text));
}

function bytesUnder(reader: ValueReader, tag: number): Uint8Array<ArrayBuffer> {
  return reader.input.byteString(headUnder(reader, tag, Major.bytes));
}

function readEpoch(reader: ValueReader, depth: number): Date | Tagged {
  const seconds = reader.item(reader.deeper(depth), NOT_SHARED);
  if (typeof seconds !== "number" && typeof seconds !== "bigint") {
    reader.input.fail("a date is not a number");
  }
  // Whole seconds apart: the product of all at once would be rounded twice, and wrongly in far years.
  const whole = Math.floor(Number(seconds));
  const ms = whole * 1000 + Math.round((Number(seconds) - whole) * 1000);
  const isDate = Number.isNaN(Number(seconds)) || Math.abs(ms) <= LATEST_MS;
  return isDate ? new Date(ms) : new Tagged(Tag.epoch, seconds);
}

function toBigInt(bytes: Uint8Array): bigint {
  const digits: string[] = [];
  for (const byte of bytes) {
    digits.push(byte < 16 ? `0${byte.toString(16)}` : byte.toString(16));
  }
  return BigInt(`0x0${digits.join("")}`);
}

function readUnknown(reader: ValueReader, tag: number | bigint, depth: number, slot: number): Tagged {
  const tagged = new Tagged(tag, undefined);
  reader.share(slot, tagged);
  // Made before its value is read, because its value may refer to it.
  (tagged as { value: unknown }).value = reader.item(reader.deeper(depth), NOT_SHARED);
  return tagged;
}

function attempt<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
