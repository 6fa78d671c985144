import { describe, expect, test } from "vitest";
import { DeserializationFault, encode, Simple, Tagged } from "../../src/codec/index.ts";
import { read, toHex } from "./bytes.ts";

const twentyFive = Array.from({ length: 25 }, (_, i) => i + 1);
const twentyFiveHex = "9819 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 11 12 13 14 15 16 17 1818 1819";

/** RFC 8949, appendix A: what a value's bytes are, both ways. */
const both: readonly (readonly [string, unknown])[] = [
  ["00", 0],
  ["01", 1],
  ["0a", 10],
  ["17", 23],
  ["1818", 24],
  ["1819", 25],
  ["1864", 100],
  ["1903e8", 1000],
  ["1a000f4240", 1000000],
  ["1b000000e8d4a51000", 1000000000000],
  ["c249010000000000000000", 18446744073709551616n],
  ["c349010000000000000000", -18446744073709551617n],
  ["20", -1],
  ["29", -10],
  ["3863", -100],
  ["3903e7", -1000],
  ["f98000", -0],
  ["fb3ff199999999999a", 1.1],
  ["f93e00", 1.5],
  ["fb7e37e43c8800759c", 1.0e300],
  ["f90001", 5.960464477539063e-8],
  ["f90400", 0.00006103515625],
  ["fbc010666666666666", -4.1],
  ["f97c00", Infinity],
  ["f97e00", NaN],
  ["f9fc00", -Infinity],
  ["f4", false],
  ["f5", true],
  ["f6", null],
  ["f7", undefined],
  ["f0", new Simple(16)],
  ["f8ff", new Simple(255)],
  ["c11a514b67b0", new Date(1363896240000)],
  ["c1fb41d452d9ec200000", new Date(1363896240500)],
  ["d82077687474703a2f2f7777772e6578616d706c652e636f6d2f", new URL("http://www.example.com/")],
  ["d74401020304", new Tagged(23, Uint8Array.of(1, 2, 3, 4))],
  ["d818456449455446", new Tagged(24, Uint8Array.of(0x64, 0x49, 0x45, 0x54, 0x46))],
  ["82 61 61 a1 61 62 61 63", ["a", { b: "c" }]],
  ["80", []],
  ["83010203", [1, 2, 3]],
  ["8301820203820405", [1, [2, 3], [4, 5]]],
  [twentyFiveHex, twentyFive],
  ["a0", {}],
  ["a26161016162820203", { a: 1, b: [2, 3] }],
  ["a56161614161626142616361436164614461656145", { a: "A", b: "B", c: "C", d: "D", e: "E" }],
];

/** RFC 8949, appendix A, and other valid forms: what is read, though it is written in another way or not at all. */
const readOnly: readonly (readonly [string, unknown])[] = [
  ["1bffffffffffffffff", 18446744073709551615n],
  ["1b001fffffffffffff", Number.MAX_SAFE_INTEGER],
  ["1b0020000000000000", 9007199254740992n],
  ["3bffffffffffffffff", -18446744073709551616n],
  ["3b001ffffffffffffe", -Number.MAX_SAFE_INTEGER],
  ["3b001fffffffffffff", -9007199254740992n],
  ["f90000", 0],
  ["f93c00", 1],
  ["f97bff", 65504],
  ["f9c400", -4],
  ["fa47c35000", 100000],
  ["fa7f7fffff", 3.4028234663852886e38],
  ["fa7f800000", Infinity],
  ["fa7fc00000", NaN],
  ["faff800000", -Infinity],
  ["fb7ff0000000000000", Infinity],
  ["fb7ff8000000000000", NaN],
  ["fbfff0000000000000", -Infinity],
  ["c074323031332d30332d32315432303a30343a30305a", new Date("2013-03-21T20:04:00Z")],
  ["40", new Uint8Array()],
  ["4401020304", Uint8Array.of(1, 2, 3, 4)],
  ["60", ""],
  ["6161", "a"],
  ["6449455446", "IETF"],
  ["62225c", '"\\'],
  ["62c3bc", "\u00fc"],
  ["63e6b0b4", "\u6c34"],
  ["64f0908591", "\ud800\udd51"],
  [
    "a201020304",
    new Map([
      [1, 2],
      [3, 4],
    ]),
  ],
  ["5f42010243030405ff", Uint8Array.of(1, 2, 3, 4, 5)],
  ["7f657374726561646d696e67ff", "streaming"],
  ["9fff", []],
  ["9f018202039f0405ffff", [1, [2, 3], [4, 5]]],
  ["9f01820203820405ff", [1, [2, 3], [4, 5]]],
  ["83018202039f0405ff", [1, [2, 3], [4, 5]]],
  ["83019f0203ff820405", [1, [2, 3], [4, 5]]],
  [`9f ${twentyFiveHex.slice(4)} ff`, twentyFive],
  ["bf61610161629f0203ffff", { a: 1, b: [2, 3] }],
  ["826161bf61626163ff", ["a", { b: "c" }]],
  ["bf6346756ef563416d7421ff", { Fun: true, Amt: -2 }],
  ["bfff", {}],
  // Self-described CBOR; a Map with a text key first; longer heads than needed; a key in pieces.
  ["d9d9f7 8101", [1]],
  ["a2 6161 01 02 03", new Map<unknown, unknown>([["a", 1], [2, 3]])], // prettier-ignore
  ["bf 6161 01 02 03 04 05 ff", new Map<unknown, unknown>([["a", 1], [2, 3], [4, 5]])], // prettier-ignore
  ["9a00000001 1b0000000000000005", [5]],
  ["a1 7f6161 6162ff 01", { ab: 1 }],
  ["d9010282 01 01", new Set([1])],
  ["d90103a1 6161 01", new Map([["a", 1]])],
  ["d840 41 01", Uint8Array.of(1)],
  ["d841 42 0102", Uint16Array.of(0x0102)],
  ["d84b 48 fffffffffffffffe", BigInt64Array.of(-2n)],
  ["d852 48 3ff8000000000000", Float64Array.of(1.5)],
  ["d845 42 0201", Uint16Array.of(0x0102)],
  ["d84e 44 feffffff", Int32Array.of(-2)],
  ["d844 42 00ff", Uint8ClampedArray.of(0, 255)],
  ["d848 41 ff", Int8Array.of(-1)],
  ["d823 62 612b", /a+/],
  ["d9524a 82 6161 6169", /a/i],
  ["d9524a 6161", /a/],
  ["d81b 83 66526567457870 6161 6167", /a/g],
  // What JavaScript's own classes cannot hold stays under its tag.
  ["c0 6161", new Tagged(0, "a")],
  ["c1 1b00ffffffffffffff", new Tagged(1, 72057594037927935n)],
  ["c1 f97c00", new Tagged(1, Infinity)],
  ["d820 6161", new Tagged(32, "a")],
  ["d823 6128", new Tagged(35, "(")],
  ["d9524a 82 6161 617a", new Tagged(21066, ["a", "z"])],
  ["d853 50 00000000000000000000000000000000", new Tagged(83, new Uint8Array(16))],
  ["d81b 82 634f6464 01", new Tagged(27, ["Odd", 1])],
  ["d81b 9f 6b636f6e7374727563746f72 ff", new Tagged(27, ["constructor"])],
  ["db1000000000000000 01", new Tagged(2n ** 60n, 1)],
];

describe("the bytes of the specification", () => {
  test.each(both)("%s", (hex, value) => {
    expect(toHex(encode([value]).bytes)).toBe(`81${hex.replaceAll(" ", "")}`);
    expect(read(hex)).toStrictEqual(value);
  });

  test.each(readOnly)("%s is read", (hex, value) => {
    expect(read(hex)).toStrictEqual(value);
  });

  test("half floats are exact, all of them", () => {
    for (let bits = 0; bits < 0x10000; bits++) {
      const value = read(`f9${bits.toString(16).padStart(4, "0")}`) as number;
      if (!Number.isNaN(value) && !(Number.isInteger(value) && !Object.is(value, -0))) {
        expect(toHex(encode(value).bytes)).toBe(`f9${bits.toString(16).padStart(4, "0")}`);
      }
    }
    // An array of them, little-endian: 1.5, smallest, -infinity.
    expect([...(read("d854 46 003e 0100 00fc") as Float32Array)]).toEqual([1.5, 2 ** -24, -Infinity]);
  });
});

describe("bytes that are no CBOR, or none that can be read, are refused", () => {
  test.each([
    ["nothing", ""],
    ["an array without its item", "81"],
    ["a text longer than the bytes", "6261"],
    ["a byte string longer than the bytes", "5bffffffffffffffff"],
    ["a number that is cut off", "1b00000000"],
    ["bytes after the value", "0101"],
    ["reserved lengths", "1c"],
    ["a reserved length of an array", "9d"],
    ["a reserved simple value", "fc"],
    ["a break alone", "ff"],
    ["a break as an item", "81ff"],
    ["a break between key and value", "bf00ff"],
    ["an indefinite integer", "1f"],
    ["an indefinite tag", "df00"],
    ["a text in pieces of bytes", "7f4161ff"],
    ["a text in pieces in pieces", "7f7f6161ffff"],
    ["a text that is not UTF-8", "62c328"],
    ["a character cut by pieces", "7f61c361bcff"],
    ["a long text that is not UTF-8", `7846${"61".repeat(69)}ff`],
    ["a simple value in two bytes that needs one", "f818"],
    ["a map with the same key twice", "a2 616101 616102"],
    ["a map with the same number twice", "a2 0101 0102"],
    ["a map with the same key twice and others", "a3 616101 616102 0101"],
    ["a map with half a pair", "a1 00"],
    ["more pairs than bytes", "a2 00 00 00"],
    ["a bignum that is text", "c26161"],
    ["a date that is a list", "c180"],
    ["a set that is a map", "d90102a0"],
    ["a map that is a list", "d9010380"],
    ["floats that end within one", "d856 43 000000"],
    ["floats that are no bytes", "d856 80"],
    ["WTF-8 that is none", "d90111 41ff"],
    ["WTF-8 longer than needed", "d90111 42c080"],
    ["WTF-8 above the last character", "d90111 44f4908080"],
    ["a generic object that is no list", "d81b01"],
    ["a RegExp that is none", "d81b 82 66526567457870 6128"],
    ["a RegExp of a number", "d81b 82 66526567457870 01"],
    ["a sparse array without length", "d81b 81 654172726179"],
    ["a sparse array with a negative length", "d81b 83 654172726179 20 a0"],
    ["a sparse array with an element outside", "d81b 83 654172726179 01 a1 01 01"],
    ["a boxed number that is a text", "d81b 82 664e756d626572 6131"],
    ["a buffer without bytes", "d81b 81 6b4172726179427566666572"],
  ])("%s", (_, hex) => {
    expect(() => read(hex)).toThrow(DeserializationFault);
  });
});
