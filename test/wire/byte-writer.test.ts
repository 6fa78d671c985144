import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  byteStringOf,
  ByteWriter,
  FieldCursor,
  latin1,
  MAX_FRAME_BYTES,
  ProtocolFault,
  readU16,
  readU32,
  readU64,
  utf8OrLatin1,
} from "../../src/wire/index.ts";
import { bytesOf, hexOf, textOf } from "./bytes-for-tests.ts";

describe("a byte writer", () => {
  test("writes numbers big-endian", () => {
    const out = new ByteWriter(4);
    out.u8(0xfe);
    out.u16(0xabcd);
    out.u32(0x89abcdef);
    out.u64(2 ** 53 - 1);
    expect(hexOf(out.take())).toBe("fe ab cd 89 ab cd ef 00 1f ff ff ff ff ff ff");
  });

  test("every number comes back as it went in", () => {
    const numbers = fc.tuple(fc.nat(0xff), fc.nat(0xffff), fc.nat(0xffff_ffff), fc.maxSafeNat());
    fc.assert(
      fc.property(numbers, ([a, b, c, d]) => {
        const out = new ByteWriter(1);
        out.u8(a);
        out.u16(b);
        out.u32(c);
        out.u64(d);
        const bytes = out.take();
        expect([bytes[0], readU16(bytes, 1), readU32(bytes, 3), readU64(bytes, 7)]).toEqual([a, b, c, d]);
      }),
    );
  });

  test("pads decimal numbers with zeros to their width", () => {
    const out = new ByteWriter(1);
    for (const [value, width] of [
      [0, 4],
      [2001, 4],
      [1_073_741_823, 10],
      [1_073_741_824, 10],
      [Number.MAX_SAFE_INTEGER, 20],
    ] as const) {
      out.decimal(value, width);
      out.u8(0x20);
    }
    expect(textOf(out.take())).toBe("0000 2001 1073741823 1073741824 00009007199254740991 ");
  });

  test("decimal numbers are those that JavaScript prints", () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (value) => {
        const out = new ByteWriter();
        out.decimal(value, 20);
        expect(textOf(out.take())).toBe(String(value).padStart(20, "0"));
      }),
    );
  });

  test("refuses a number that its field cannot hold, and leaves no trace of it", () => {
    const out = new ByteWriter();
    out.decimal(7, 4);
    for (const [value, width] of [
      [10_000, 4],
      [-1, 4],
      [0.5, 4],
      [NaN, 4],
      [2 ** 31, 4],
    ] as const) {
      expect(() => out.decimal(value, width)).toThrow(RangeError);
    }
    expect(textOf(out.take())).toBe("0007");
  });

  test("copies the range that it is told, short or long, and grows for it", () => {
    const source = Uint8Array.from({ length: 5000 }, (_, i) => i % 251);
    for (const [start, end] of [
      [0, 0],
      [3, 20],
      [1, 28],
      [1, 29],
      [7, 4999],
    ] as const) {
      const out = new ByteWriter(2);
      out.u8(1);
      out.copy(source, start, end);
      out.u8(2);
      expect([...out.take()]).toEqual([1, ...source.subarray(start, end), 2]);
    }
  });

  test("never touches again what it handed over", () => {
    const out = new ByteWriter(4096);
    out.latin1("first");
    const first = out.take();
    out.latin1("second");
    const second = out.take();
    out.latin1("x".repeat(5000));
    out.take();
    expect([textOf(first), textOf(second)]).toEqual(["first", "second"]);
    expect(out.take()).toHaveLength(0);
  });

  test("writers that take turns do not write over one another", () => {
    const one = new ByteWriter();
    const other = new ByteWriter();
    const taken: Uint8Array[] = [];
    const expected: string[] = [];
    for (let i = 0; i < 2000; i++) {
      one.latin1(`one ${i}`);
      other.latin1(`other ${i}`);
      taken.push(one.take(), other.take());
      expected.push(`one ${i}`, `other ${i}`);
    }
    expect(taken.map(textOf)).toEqual(expected);
  });

  test("has no buffer while it has nothing to say", () => {
    const out = new ByteWriter();
    expect(out.bytes).toHaveLength(0);
    out.u8(1);
    out.take();
    expect(out.bytes).toHaveLength(0);
  });

  test("keeps its buffer when it is cleared", () => {
    const out = new ByteWriter(64);
    out.latin1("away");
    const { bytes } = out;
    out.clear();
    out.latin1("kept");
    expect(out.bytes).toBe(bytes);
    expect(textOf(out.take())).toBe("kept");
  });

  test("writes any text as UTF-8", () => {
    const encoder = new TextEncoder();
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        const out = new ByteWriter(1);
        out.u8(0);
        out.utf8(text);
        out.u8(0);
        expect([...out.take()]).toEqual([0, ...encoder.encode(text), 0]);
      }),
    );
  });

  test("a frame has its length in front, also when the buffer grew meanwhile", () => {
    const out = new ByteWriter(8);
    out.beginFrame(0x01020304, 11);
    out.latin1("abcdefghijklmnop");
    out.endFrame();
    out.beginFrame(5, 29);
    out.endFrame();
    out.frameHead(6, 30, 3);
    expect(hexOf(out.take())).toBe(
      "00 00 00 15 01 02 03 04 0b 61 62 63 64 65 66 67 68 69 6a 6b 6c 6d 6e 6f 70 00 00 00 05 00 00 00 05 1d " +
        "00 00 00 08 00 00 00 06 1e",
    );
  });

  test("a frame over the limit is taken back", () => {
    const out = new ByteWriter();
    out.beginFrame(1, 30);
    out.copy(new Uint8Array(MAX_FRAME_BYTES - 5));
    out.endFrame();
    const { length } = out;
    out.beginFrame(2, 30);
    out.copy(new Uint8Array(MAX_FRAME_BYTES - 4));
    expect(() => out.endFrame()).toThrow(RangeError);
    expect(() => out.byteString("x".repeat(65_536))).toThrow(RangeError);
    expect(out.length).toBe(length);
  });
});

describe("fields of received bytes", () => {
  test("a number of 64 bits above 2^53 − 1 is a fault", () => {
    expect(() => readU64(new Uint8Array([0, 0x20, 0, 0, 0, 0, 0, 0]), 0)).toThrow(ProtocolFault);
    expect(() => readU64(new Uint8Array(8).fill(255), 0)).toThrow(ProtocolFault);
  });

  test("a byte string has one character for each byte, however long", () => {
    for (const length of [0, 1, 12, 13, 4096, 4097, 9000]) {
      const bytes = Uint8Array.from({ length }, (_, i) => i % 256);
      const text = latin1(bytes);
      expect(text).toHaveLength(length);
      expect(bytesOf(text)).toEqual(bytes);
    }
  });

  test("text is UTF-8, or Latin-1 when it is not valid UTF-8", () => {
    const wolf = new TextEncoder().encode("Wölfe 🐺");
    expect(utf8OrLatin1(wolf)).toBe("Wölfe 🐺");
    expect(utf8OrLatin1(wolf, 0, 2)).toBe("WÃ");
    expect(utf8OrLatin1(bytesOf("W\xf6lfe"))).toBe("Wölfe");
    expect(utf8OrLatin1(bytesOf("\x80\x9f".repeat(50)))).toBe("\x80\x9f".repeat(50));
    expect(utf8OrLatin1(bytesOf("\xef\xbb\xbfa"))).toBe("\ufeffa");
  });

  test("the byte string of a text is its UTF-8", () => {
    expect(byteStringOf("plain")).toBe("plain");
    expect(byteStringOf("é")).toBe("\xc3\xa9");
  });

  test("a cursor reads field after field and faults at the frame's end, not at the chunk's", () => {
    const bytes = bytesOf("??\x07\x01\x02\x00\x00\x00\x09\x00\x00\x00\x00\x00\x00\x00\x0a\x00\x02hirest!!!!");
    const fields = new FieldCursor();
    fields.begin(bytes, 2, bytes.length - 4);
    expect([fields.u8(), fields.u16(), fields.u32(), fields.u64()]).toEqual([7, 0x0102, 9, 10]);
    expect(fields.byteString()).toBe("hi");
    expect(() => new FieldCursor().u8()).toThrow(ProtocolFault);
    expect(() => fields.u64()).toThrow(ProtocolFault);
    expect(() => fields.byteString()).toThrow(ProtocolFault);
  });
});
