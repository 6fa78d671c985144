import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Descriptor, encode } from "../../src/codec/index.ts";
import { fromBase64, toBase64 } from "../../ui/api/base64.ts";
import { viewersOf } from "../../ui/viewers/choice.ts";
import { contentOf, type Received } from "../../ui/viewers/content.ts";
import { copiedText } from "../../ui/viewers/copied-text.ts";
import { hexLine, hexLineCount } from "../../ui/viewers/hex.ts";
import { imageType } from "../../ui/viewers/image-type.ts";
import { kindText, previewOf, receivedOf } from "../../ui/viewers/preview.ts";
import { numbersOf } from "../../ui/viewers/shown-parts.ts";
import { tableOf } from "../../ui/viewers/table.ts";

const PYTHON = 0x01000000;
const received = (descriptor: number, bytes: Uint8Array, isWhole = true): Received => ({
  descriptor,
  bytes: new Uint8Array(bytes),
  isWhole,
});
const stored = (value: unknown): Received => {
  const { descriptor, bytes } = encode(value);
  return received(descriptor, bytes);
};
const viewers = (what: Received) => viewersOf(contentOf(what), what);

describe("the viewers of a value, best first", () => {
  it.each([
    ["text", stored("hello"), ["text", "hex"]],
    ["a table in a text", stored("a,b\n1,2\n3,4"), ["table", "text", "hex"]],
    ["JSON in a text", stored('{"a": [1, 2]}'), ["tree", "text", "hex"]],
    ["a value", stored({ a: 1 }), ["tree", "hex"]],
    ["a number", stored(42), ["tree", "hex"]],
    ["a list of numbers", stored([1, 2, 3]), ["numbers", "tree", "hex"]],
    ["a typed array", stored(new Float64Array(3)), ["numbers", "tree", "hex"]],
    ["bytes", stored(new Uint8Array([1, 2, 3])), ["hex", "text"]],
    ["an image", stored(new Uint8Array([0xff, 0xd8, 0xff, 0xe0])), ["image", "hex"]],
    ["an SVG, which is a program", stored(new TextEncoder().encode("<svg onload='alert(1)'/>")), ["hex", "text"]],
    ["what only R can read", received(0x03000000, new Uint8Array([0x58, 0x0a])), ["babelfish", "hex"]],
    ["damaged", received(Descriptor.value, new Uint8Array([0xff])), ["hex"]],
    ["the beginning of a value", received(Descriptor.value, new Uint8Array([0x83, 1]), false), ["hex"]],
    [
      "the beginning of an image",
      received(Descriptor.bytes, new Uint8Array([0xff, 0xd8, 0xff]), false),
      ["hex", "text"],
    ],
  ])("%s", (_, what, expected) => {
    expect(viewers(what)).toEqual(expected);
  });

  it("never fail, whatever the bytes are", () => {
    const descriptor = fc.oneof(fc.constantFrom(0, 1, 3, Descriptor.value, Descriptor.text, PYTHON), fc.nat());
    fc.assert(
      fc.property(descriptor, fc.uint8Array({ maxLength: 100 }), fc.boolean(), (kind, bytes, isWhole) => {
        const what = received(kind, bytes, isWhole);
        const content = contentOf(what);
        expect(viewersOf(content, what).length).toBeGreaterThan(0);
        expect(typeof previewOf(what)).toBe("string");
        copiedText(content, what);
        kindText(kind);
      }),
    );
  });
});

describe("previews", () => {
  it.each([
    [stored("two\nlines"), "two↵lines"],
    [stored({ a: 1, b: "x", c: [1, 2] }), 'Object (3) { a: 1, b: "x", c: Array (2) }'],
    [stored([1, 2, 3]), "Array (3) [1, 2, 3]"],
    [stored(new Uint8Array([1, 255])), "01 ff"],
    [stored(null), "null"],
    [stored(new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])), "an image: png"],
  ])("%#: %s", (what, expected) => {
    expect(previewOf(what)).toBe(expected);
  });

  it.each([
    [new Float64Array(5000), "Float64Array (5,000)"],
    [new Int16Array(70_000), "Int16Array (70,000)"],
    [Array.from({ length: 3000 }, () => "text"), "Array (3,000)"],
    [new Map([[1, "x".repeat(5000)]]), "Map (1)"],
    [{ a: "x".repeat(5000) }, "Object (1)"],
  ])("tell what a large value is from its beginning: %#", (value, expected) => {
    const { descriptor, bytes } = encode(value);
    expect(previewOf(received(descriptor, bytes.subarray(0, 256), false))).toBe(expected);
  });

  it("say who made the value, and know whether the list brought all of it", () => {
    expect(kindText(Descriptor.text)).toBe("JavaScript text");
    expect(kindText(PYTHON)).toBe("Python");
    const info = { index: 3, descriptor: Descriptor.bytes, language: 11, bytes: 4, head: toBase64(new Uint8Array(3)) };
    expect(receivedOf(info).isWhole).toBe(false);
    expect(receivedOf({ ...info, bytes: 3 }).isWhole).toBe(true);
  });
});

describe("other languages' values", () => {
  // pickle.dumps({"a": [1, 2.0, (None, True)]}, 2)
  const pickle = fromBase64("gAJ9cQBYAQAAAGFxAV1xAihLAUdAAAAAAAAAAE6IhnEDZXMu");

  it("are shown readable where they can be read without running anything", () => {
    const what = received(PYTHON, pickle);
    expect(viewers(what)).toEqual(["tree", "hex"]);
    expect(previewOf(what)).toBe('dict (1) { "a": list (3) }');
  });

  it("are their babelfish's where they are damaged or unknown, with the reason", () => {
    const content = contentOf(received(PYTHON, pickle.subarray(0, 10)));
    expect(content).toMatchObject({ kind: "serialized", language: "Python", reason: expect.any(String) as string });
  });

  it("of MATLAB are numbers", () => {
    const float64 = 0x02000003 + (2 << 4) + (3 << 8);
    const what = received(float64, new Uint8Array(new Float64Array([1, 2, 3]).buffer));
    expect(viewers(what)[0]).toBe("numbers");
    expect(numbersOf(contentOf(what))?.at(2)).toBe(3);
  });
});

describe("images", () => {
  it.each([
    ["image/png", [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
    ["image/gif", [...new TextEncoder().encode("GIF89a")]],
    ["image/webp", [...new TextEncoder().encode("RIFF....WEBPVP8 ")]],
    [undefined, [...new TextEncoder().encode("<svg xmlns='http://www.w3.org/2000/svg'>")]],
    [undefined, []],
  ])("%s", (type, bytes) => {
    expect(imageType(new Uint8Array(bytes))).toBe(type);
  });
});

describe("bytes", () => {
  it("are lines of sixteen, as xxd has them", () => {
    const bytes = new TextEncoder().encode("NetWorkSpaces \u0000\u007f!");
    expect(hexLineCount(bytes)).toBe(2);
    expect(hexLine(bytes, 0)).toEqual({
      offset: "00000000",
      hex: "4e 65 74 57 6f 72 6b 53  70 61 63 65 73 20 00 7f",
      characters: "NetWorkSpaces ..",
    });
    expect(hexLine(bytes, 1)).toEqual({ offset: "00000010", hex: "21", characters: "!" });
  });

  it("go to base64 and back", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20_000 }), (bytes) => {
        expect(fromBase64(toBase64(bytes))).toEqual(bytes);
      }),
    );
  });
});

describe("a table", () => {
  it("has its first row as the head", () => {
    const table = tableOf(contentOf(stored("name,age\nAda,36\nAlan,41")))!;
    expect(table).toMatchObject({ head: ["name", "age"], rowCount: 2, isCut: false });
    expect([table.cell(0, 0), table.cell(1, 1), table.cell(1, 7)]).toEqual(["Ada", "41", ""]);
  });
});

describe("what is copied", () => {
  it("is text as it is, and a value as JSON as far as that goes", () => {
    const copied = (value: unknown) => copiedText(contentOf(stored(value)), stored(value));
    expect(copied("plain")).toBe("plain");
    expect(
      JSON.parse(copied({ a: 1n, b: new Map([[1, 2]]), c: new Set([3]), d: new Float32Array([4]), e: /x/g })!),
    ).toEqual({
      a: "1",
      b: [[1, 2]],
      c: [3],
      d: [4],
      e: "/x/g",
    });
    const loop: unknown[] = [];
    loop.push(loop);
    expect(copied(loop)).toBeUndefined();
    expect(copied(new Uint8Array(3))).toBeUndefined();
  });
});
