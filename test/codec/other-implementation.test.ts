import { decode as decodeElsewhere, encode as encodeElsewhere } from "cbor2";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decode, Descriptor, encode } from "../../src/codec/index.ts";

/** Values that need no more than CBOR and its registered tags: any library reads them. */
const anyPlainValue = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    fc.string({ unit: "binary" }),
    fc.double({ noNaN: true }),
    fc.maxSafeInteger(),
    fc.constantFrom(null, undefined, true, false, NaN, Infinity),
    fc.bigInt({ min: 2n ** 64n }),
    // To the second: the other implementation cuts milliseconds where it should round.
    fc.integer({ min: -5e9, max: 5e9 }).map((seconds) => new Date(seconds * 1000)),
    fc.uint8Array(),
    fc.float64Array(),
    fc.int32Array(),
    fc.array(tie("value")),
    fc.dictionary(fc.string(), tie("value"), { noNullPrototype: true }),
    fc.array(tie("value")).map((members) => new Set(members)),
  ),
})).value;

describe("another implementation of CBOR", () => {
  test("reads what this one writes", () => {
    fc.assert(
      fc.property(anyPlainValue, (value) => {
        expect(decodeElsewhere(encode([value]).bytes)).toEqual([value]);
      }),
      { numRuns: 500 },
    );
  });

  test("writes what this one reads", () => {
    fc.assert(
      fc.property(anyPlainValue, (value) => {
        expect(decode(Descriptor.value, encodeElsewhere([value]))).toEqual([value]);
      }),
      { numRuns: 500 },
    );
  });

  test("reads patterns, addresses, texts with lone surrogates and bigints", () => {
    const value = [/a+\/"/gi, new URL("https://example.org/?q"), "a\ud800b", -(2n ** 70n)];
    expect(decodeElsewhere(encode(value).bytes)).toEqual(value);
  });

  test("sees tags for what only JavaScript has, not garbage", () => {
    const map = new Map<unknown, unknown>([[1, { a: 1 }]]);
    const tagged = decodeElsewhere<{ tag: number; contents: unknown }[]>(encode([map, new TypeError("x")]).bytes);
    expect(tagged.map(({ tag }) => tag)).toEqual([259, 27]);
    expect(tagged[0]!.contents).toEqual(new Map([[1, { a: 1 }]]));
    expect(tagged[1]!.contents).toMatchObject(["TypeError", "x", {}]);
  });
});
