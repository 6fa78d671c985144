import { describe, expect, test } from "vitest";
import { ForeignFault, readForeign } from "../../../src/codec/index.ts";
import { readAs } from "./fixtures.ts";

function pickle(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function overLimit(read: () => unknown): ForeignFault {
  try {
    read();
  } catch (error) {
    if (error instanceof ForeignFault && error.code === "over_limit") {
      return error;
    }
    throw error;
  }
  throw new Error("it was read");
}

describe("what is over a limit is not read, and its memory not taken", () => {
  test("bytes", () => {
    expect(overLimit(() => readAs("python", new Uint8Array(100), { maxBytes: 99 })).offset).toBe(0);
  });

  test("values", () => {
    const many = pickle(`(${"N".repeat(1000)}t.`);
    expect(readAs("python", many, { maxNodes: 1100 })).toMatchObject({ kind: "list" });
    overLimit(() => readAs("python", many, { maxNodes: 900 }));
  });

  test("levels", () => {
    const deep = (levels: number): Uint8Array => pickle(`${"]".repeat(levels)}${"a".repeat(levels - 1)}.`);
    expect(readAs("python", deep(500))).toMatchObject({ kind: "list" });
    expect(overLimit(() => readAs("python", deep(501))).message).toContain("more than 500 levels");
  });
});

// Each of these is small, and takes hours or gigabytes where a reference is followed as often as it stands there.
describe("references that make much of little", () => {
  /** An object that is remembered, and then `use` so often. */
  function remembered(object: string, use: string, count: number): Uint8Array {
    return pickle(`${object}q\x010(${use.repeat(count)}t.`);
  }

  const long = "x".repeat(100_000);
  const longText = `X\xa0\x86\x01\x00${long}`;
  const longTuple = `(${"N".repeat(100_000)}t`;

  test("a list that holds the one before twice, 60 times over", () => {
    const doubled = "]q\x01" + "](h\x01h\x01eq\x01".repeat(60) + ".";
    expect(JSON.stringify(readAs("python", pickle(doubled))).length).toBeLessThan(10_000);
  });

  test.each([
    ["bytes of a long text", remembered(longText, "c_codecs\nencode\nh\x01S'latin1'\n\x86R", 20_000)],
    ["bytes of long bytes", remembered(`B\xa0\x86\x01\x00${long}`, "cbuiltins\nbytes\nh\x01\x85R", 20_000)],
    ["sets of a long list", remembered(longTuple, "cbuiltins\nset\nh\x01\x85R", 20_000)],
    ["numbers of a long tuple", remembered(longTuple, "cbuiltins\ncomplex\nh\x01R", 20_000)],
    ["instances with long names", remembered(longText, "h\x01h\x01\x93)R", 20_000)],
    ["methods with long names", remembered(longText, "cbuiltins\ngetattr\nh\x01h\x01\x93h\x01\x86R)R", 20_000)],
    ["maps of a list of pairs", remembered(longTuple, "ccollections\nOrderedDict\nh\x01\x85R", 20_000)],
    ["states whose last key is no text", remembered(`(${"S'a'\nN".repeat(50_000)}NNd`, "cm\nC\n)Rh\x01b", 20_000)],
  ])("%s", (_, bytes) => {
    overLimit(() => readAs("python", bytes));
  });

  test("base tuples of instances of protocol 0 are not copied", () => {
    const use = "ccopyreg\n_reconstructor\n(cm\nC\ncbuiltins\ntuple\nh\x01tR";
    overLimit(() => readAs("python", remembered(longTuple, use, 20_000)));
  });

  test("a sequence of R that is announced in a few bytes is not written out", () => {
    const item = "238\n2\n1\n262153\n15\ncompact_realseq\n254\n14\n3\n1e15\n1\n1\n254\n";
    const bytes = new TextEncoder().encode(`A\n3\n262656\n197888\n5\nUTF-8\n19\n3\n${item.repeat(3)}`);
    expect(readAs("r", bytes)).toMatchObject({
      items: [{ kind: "scalar", text: "1:1000000000000000" }, {}, {}],
    });
  });
});

describe("what has no reader is undefined", () => {
  test.each([
    ["text", 0x01000001],
    ["raw bytes", 0x03000003],
    ["C#", 0x08000000],
    ["this project's own", 0x0b000000],
    ["MATLAB, serialized", 0x02000000],
    ["no language", 0],
  ])("%s", (_, descriptor) => {
    expect(readForeign(descriptor, Uint8Array.of(1, 2, 3))).toBeUndefined();
  });
});

describe("numbers of MATLAB and Octave", () => {
  test("are an array of one dimension", () => {
    const bytes = new Uint8Array(Float64Array.of(1.5, 2).buffer);
    const about = { kind: "array", type: "array", elements: "double", shape: [2], order: "column" };
    expect(readForeign(0x02000323, bytes)).toEqual({ ...about, data: Float64Array.of(1.5, 2) });
    expect(readForeign(0x0600032b, bytes)).toEqual({
      ...about,
      shape: [1],
      data: Float64Array.of(1.5),
      imaginary: Float64Array.of(2),
    });
    expect(readForeign(0x02000117, Uint8Array.of(0x01, 0x02))).toMatchObject({
      elements: "int16",
      data: Int16Array.of(258),
    });
  });

  test("that end within one are damaged", () => {
    expect(() => readForeign(0x02000323, new Uint8Array(9))).toThrow(expect.objectContaining({ code: "damaged" }));
  });
});
