import { expect, test, describe as group } from "vitest";
import { decode, describe, DeserializationFault } from "../../src/codec/index.ts";
import { fromHex } from "./bytes.ts";

const language = { python: 1, matlab: 2, r: 3, octave: 6, java: 7 };

function descriptor(number: number, low: number): number {
  return number * 2 ** 24 + low;
}

/** Bits 0-11 of an array of MATLAB. */
function matlab(
  kind: "unsigned" | "signed" | "float",
  size: 0 | 1 | 2 | 3,
  flags: { big?: true; complex?: true } = {},
): number {
  return (
    3 |
    (flags.big ? 4 : 0) |
    (flags.complex ? 8 : 0) |
    (["unsigned", "signed", "float"].indexOf(kind) << 4) |
    (size << 8)
  );
}

group("values of every language", () => {
  test.each(Object.values(language))("plain text of language %i is read", (number) => {
    expect(decode(descriptor(number, 1), new TextEncoder().encode("größer"))).toBe("größer");
  });

  test("text that is not UTF-8 is read as Latin-1, byte for byte", () => {
    const all = Uint8Array.from({ length: 256 }, (_, i) => i);
    expect(decode(descriptor(language.r, 1), all)).toBe(String.fromCharCode(...all));
    const long = new Uint8Array(20_000).fill(0x92);
    expect(decode(1, long)).toBe("\x92".repeat(20_000));
  });

  test("text of the server itself (language 0) is read", () => {
    expect(decode(1, fromHex("6162"))).toBe("ab");
  });

  test("raw bytes are read as a copy", () => {
    const bytes = Buffer.from([1, 2, 3]);
    const result = decode(descriptor(language.r, 3), bytes) as Uint8Array;
    bytes.fill(0);
    expect(result).toStrictEqual(Uint8Array.of(1, 2, 3));
  });

  test.each([
    ["Python", descriptor(language.python, 0)],
    ["R", descriptor(language.r, 0)],
    ["MATLAB", descriptor(language.matlab, 0)],
    ["Java", descriptor(language.java, 2)],
    ["language 200", descriptor(200, 0)],
    ["language 0", 0],
  ])("a value serialized by %s is a fault that carries the language and the bytes", (name, number) => {
    const bytes = Uint8Array.of(0x80, 4);
    let fault: unknown;
    try {
      decode(number, bytes);
    } catch (error) {
      fault = error;
    }
    expect(fault).toBeInstanceOf(DeserializationFault);
    expect(fault).toMatchObject({ language: name, descriptor: number, bytes, code: "not_deserializable" });
    expect((fault as DeserializationFault).bytes).not.toBe(bytes);
    expect((fault as Error).message).toContain(name);
  });

  test("an encoding of JavaScript that does not exist yet is a fault", () => {
    expect(() => decode(descriptor(11, 4), Uint8Array.of(0))).toThrow(/JavaScript in a format that is not known/);
  });
});

group("numeric arrays of MATLAB and Octave", () => {
  test.each([
    ["double", matlab("float", 3), "000000000000f83f", Float64Array.of(1.5)],
    ["double, big-endian", matlab("float", 3, { big: true }), "3ff8000000000000", Float64Array.of(1.5)],
    ["single", matlab("float", 2), "0000c03f", Float32Array.of(1.5)],
    ["int8", matlab("signed", 0), "ff7f", Int8Array.of(-1, 127)],
    ["uint8, big-endian", matlab("unsigned", 0, { big: true }), "ff7f", Uint8Array.of(255, 127)],
    ["int16", matlab("signed", 1), "feff", Int16Array.of(-2)],
    ["uint16, big-endian", matlab("unsigned", 1, { big: true }), "0102", Uint16Array.of(0x0102)],
    ["int32, big-endian", matlab("signed", 2, { big: true }), "fffffffe00000001", Int32Array.of(-2, 1)],
    ["uint32", matlab("unsigned", 2), "ffffffff", Uint32Array.of(2 ** 32 - 1)],
    ["int64", matlab("signed", 3), "feffffffffffffff", BigInt64Array.of(-2n)],
    ["uint64, big-endian", matlab("unsigned", 3, { big: true }), "ffffffffffffffff", BigUint64Array.of(2n ** 64n - 1n)],
    ["none", matlab("float", 3), "", new Float64Array()],
    ["plain uint8", matlab("unsigned", 0), "0102", Uint8Array.of(1, 2)],
    [
      "complex single",
      matlab("float", 2, { complex: true }),
      "0000803f 00000040 00004040 00008040",
      { re: Float32Array.of(1, 2), im: Float32Array.of(3, 4) },
    ],
  ])("%s", (_, low, hex, value) => {
    expect(decode(descriptor(language.matlab, low), fromHex(hex))).toStrictEqual(value);
    // At an odd place in a buffer that is used again.
    const shifted = Buffer.concat([Buffer.of(0), fromHex(hex)]).subarray(1);
    const result = decode(descriptor(language.octave, low), shifted);
    shifted.fill(0xee);
    expect(result).toStrictEqual(value);
  });

  test.each([
    ["bytes that end within an element", matlab("float", 3), "00"],
    ["an odd number of complex parts", matlab("float", 3, { complex: true }), "0000000000000000"],
    ["8-bit floats", matlab("float", 0), "00"],
    ["an unknown kind", matlab("unsigned", 2) | (3 << 4), "00000000"],
    ["an unknown size", matlab("unsigned", 0) | (4 << 8), "00000000"],
  ])("%s are a fault", (_, low, hex) => {
    expect(() => decode(descriptor(language.matlab, low), fromHex(hex))).toThrow(DeserializationFault);
  });
});

test("a descriptor is described without the value", () => {
  expect(describe(descriptor(1, 1))).toEqual({ languageNumber: 1, language: "Python", kind: "text" });
  expect(describe(descriptor(3, 3))).toEqual({ languageNumber: 3, language: "R", kind: "bytes" });
  expect(describe(descriptor(2, matlab("float", 3)))).toEqual({
    languageNumber: 2,
    language: "MATLAB",
    kind: "numbers",
  });
  expect(describe(0x0b000000)).toEqual({ languageNumber: 11, language: "JavaScript", kind: "serialized" });
  expect(describe(0xff000000)).toEqual({ languageNumber: 255, language: "language 255", kind: "serialized" });
});
