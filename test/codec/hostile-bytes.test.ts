import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode, DeserializationFault, Descriptor, encode } from "../../src/codec/index.ts";
import { anyValue } from "./any-value.ts";
import { fromHex } from "./bytes.ts";

/** Reads bytes that may be anything; every outcome but a value and a `DeserializationFault` fails the test. */
function attempt(descriptor: number, bytes: Uint8Array): unknown {
  try {
    return decode(descriptor, bytes);
  } catch (error) {
    if (!(error instanceof DeserializationFault)) {
      throw error;
    }
    if (Buffer.compare(error.bytes, bytes) !== 0 || error.descriptor !== descriptor) {
      throw new Error("the fault does not carry what was read", { cause: error });
    }
    return error;
  }
}

function repeated(hex: string, count: number, end = ""): Uint8Array {
  const unit = fromHex(hex);
  const tail = fromHex(end);
  const bytes = new Uint8Array(unit.length * count + tail.length);
  for (let i = 0; i < count; i++) {
    bytes.set(unit, i * unit.length);
  }
  bytes.set(tail, unit.length * count);
  return bytes;
}

describe("whatever the bytes are, reading them ends in a value or a DeserializationFault", () => {
  test("random bytes with random descriptors", () => {
    const descriptors = fc.oneof(fc.constantFrom<number>(...Object.values(Descriptor)), fc.nat(0xffffffff));
    fc.assert(
      fc.property(descriptors, fc.uint8Array({ maxLength: 60 }), (descriptor, bytes) => {
        attempt(descriptor, bytes);
      }),
      { numRuns: 5000 },
    );
  });

  test("valid bytes that were changed", () => {
    fc.assert(
      fc.property(anyValue, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), (value, changes) => {
        const bytes = encode([value]).bytes.slice();
        for (const [at, byte] of changes) {
          bytes[at % bytes.length] = byte;
        }
        attempt(Descriptor.value, bytes);
      }),
      { numRuns: 500 },
    );
  });

  test("valid bytes cut off anywhere are never a value", () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const { bytes } = encode([value]);
        // Everywhere in short ones; in long ones at some hundred places, a different set for each length.
        const step = Math.ceil(bytes.length / 200);
        for (let end = 0; end < bytes.length; end += step) {
          const outcome = attempt(Descriptor.value, bytes.subarray(0, end));
          if (!(outcome instanceof DeserializationFault)) {
            throw new Error(`${end} of ${bytes.length} bytes are a value`);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  test("sequences of meaningful bytes: heads, tags, references, breaks", () => {
    const pieces = ["81", "82", "9f", "bf", "a1", "ff", "00", "6161", "4101", "7f", "5f", "d81c", "d81d00", "d81d01"];
    const tags = ["c0", "c1", "c2", "d81b", "d820", "d823", "d840", "d856", "d90102", "d90103", "d90111", "d9524a"];
    const types = ["654572726f72", "654172726179", "66526567457870", "684461746156696577"];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces, ...tags, ...types), { maxLength: 30 }), (parts) => {
        attempt(Descriptor.value, fromHex(parts.join("")));
      }),
      { numRuns: 5000 },
    );
  });
});

// Each of these takes seconds, gigabytes or the whole stack where a count is believed or work is done twice.
describe("costs stay in proportion to the bytes", () => {
  const size = 200_000;
  test.each([
    ["lists in lists", repeated("81", size)],
    ["lists in lists that each announce all bytes that follow", repeated("9a00010000", size)],
    ["endless lists in lists", repeated("9f", size)],
    ["maps in maps", repeated("a100", size)],
    ["maps as keys of maps", repeated("a1", size)],
    ["tags on tags", repeated("c1", size)],
    ["unknown tags on unknown tags", repeated("d863", size)],
    ["self-description of self-description", repeated("d9d9f7", size)],
    ["marks of sharing on marks", repeated("d81c", size)],
    ["shared lists in shared lists", repeated("d81c81", size)],
    ["references to references", repeated("d81d", size)],
    ["generic objects in generic objects", repeated("d81b8265417272617981", size / 10)],
    ["causes of causes", repeated("d81b83654572726f7260a1656361757365", size / 10)],
    ["a set of bigints that hash alike", bigintsAlike("d90102", 100_000)],
    ["keys that are bigints that hash alike", bigintsAlike("d90103", 100_000)],
    ["a list that announces 2^64 - 1 items", fromHex("9bffffffffffffffff00")],
    ["a map that announces 2^63 pairs", fromHex("bb8000000000000000")],
    ["a text of 2^53 bytes", fromHex("7b002000000000000061")],
    ["a set of 2^32 - 1 members", fromHex("d901029affffffff00")],
    ["a generic object of 2^32 - 1 arguments", fromHex("d81b9affffffff00")],
    ["a text in very many empty pieces, not ended", repeated("60", size).with(0, 0x7f)],
    ["one key very many times", repeated("616100", size).with(0, 0xbf)],
  ])("%s", (_, bytes) => {
    expect(attempt(Descriptor.value, bytes)).toBeInstanceOf(DeserializationFault);
  });

  test.each([
    ["a text in very many pieces", concat(fromHex("7f"), repeated("6161", size, "ff"))],
    ["bytes in very many empty pieces", concat(fromHex("5f"), repeated("40", size, "ff"))],
    ["a bignum of very many digits", concat(fromHex("c25a00030d40"), repeated("ff", size))],
    ["very many sparse arrays of great length", listOf("d81b836541727261791affffffffa0", size / 20)],
    ["very many errors", listOf("d81b81654572726f72", size / 20)],
    ["very many references to one list", concat(fromHex("9fd81c80"), repeated("d81d00", size, "ff"))],
    ["very many patterns", listOf("d9524a61612a".slice(0, 10), size / 20)],
    ["very many keys", mapOf(50_000)],
  ])("%s", (_, bytes) => {
    expect(attempt(Descriptor.value, bytes)).not.toBeInstanceOf(DeserializationFault);
  });
});

test("received names reach no prototype", () => {
  const bytes = encode([
    JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}'),
  ]).bytes;
  decode(Descriptor.value, bytes);
  expect(({} as { polluted?: number }).polluted).toBeUndefined();
  expect(Object.getPrototypeOf({})).toBe(Object.prototype);
});

function concat(head: Uint8Array, tail: Uint8Array): Uint8Array {
  return Uint8Array.from([...head, ...tail]);
}

function listOf(hex: string, count: number): Uint8Array {
  return concat(fromHex("9f"), repeated(hex, count, "ff"));
}

function mapOf(count: number): Uint8Array {
  return encode(Object.fromEntries(Array.from({ length: count }, (_, i) => [`key${i}`, i]))).bytes;
}

/** 2^64, 2 * 2^64, ... as members of an endless set, or as keys and values of an endless map. */
function bigintsAlike(tag: string, count: number): Uint8Array {
  const numbers = Array.from(
    { length: count },
    (_, i) => `c24b${(i + 1).toString(16).padStart(6, "0")}0000000000000000`,
  );
  return fromHex(`${tag}${tag === "d90102" ? "9f" : "bf"}${numbers.join("")}ff`);
}
