import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ForeignFault, type ForeignValue, readForeign } from "../../../src/codec/index.ts";
import { checkTree } from "./check-tree.ts";
import { languages, readAs, type Specimen, specimensOf } from "./fixtures.ts";

/** FOREIGN_RUNS=1000000 tries more bytes, FOREIGN_SEED=n other ones. */
const numRuns = Number(process.env["FOREIGN_RUNS"] ?? 3000);
const seed = Number(process.env["FOREIGN_SEED"] ?? 1);
const limits = { maxBytes: 1_000_000, maxNodes: 20_000, maxDepth: 100 };
const readable = ["python", "r", "ruby"] as const;
const specimens = readable.map((language) => [language, specimensOf(language)] as const);

/** What each value begins with, whatever it is. */
const headBytes = { python: 0, r: 14, ruby: 2 };

type Readable = (typeof readable)[number];

/** Reads bytes that may be anything; every outcome but a value that is a tree within the limits and a `ForeignFault` fails the test. */
function attempt(language: Readable, bytes: Uint8Array): ForeignValue | ForeignFault | undefined {
  let value;
  try {
    value = readAs(language, bytes, limits);
  } catch (error) {
    if (!(error instanceof ForeignFault) || error.offset < 0 || error.offset > bytes.length) {
      throw error;
    }
    return error;
  }
  checkTree(value, limits.maxNodes);
  return value;
}

describe.each(specimens)("whatever the bytes, reading %s ends in a value or a ForeignFault", (language, all) => {
  test("the fixtures, cut off anywhere, are faults", () => {
    for (const { name, variant, bytes } of all) {
      // Everywhere in short ones; in long ones at some hundred places.
      const step = Math.ceil(bytes.length / 300);
      for (let end = 0; end < bytes.length; end += step) {
        const outcome = attempt(language, bytes.subarray(0, end));
        // (The last newline of R's text format may be missing.)
        if (!(outcome instanceof ForeignFault) && end < bytes.length - 1) {
          throw new Error(`${end} of the ${bytes.length} bytes of '${name}' ${variant} are a value`);
        }
      }
    }
  });

  test("the fixtures, changed in some places", () => {
    const change = fc.tuple(fc.nat(), fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 0x7f, 0x80, 0xfe, 0xff)));
    fc.assert(
      fc.property(fc.constantFrom(...all), fc.array(change, { minLength: 1, maxLength: 5 }), (specimen, changes) => {
        attempt(language, changed(specimen, changes));
      }),
      { numRuns, seed },
    );
  });

  test("pieces of the fixtures, put together anew", () => {
    const piece = fc.tuple(fc.constantFrom(...all), fc.nat(), fc.nat(40));
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 12 }), (pieces) => {
        const head = all[0]!.bytes.subarray(0, headBytes[language]);
        attempt(
          language,
          Buffer.concat([
            head,
            ...pieces.map(([{ bytes }, from, length]) => {
              const start = from % bytes.length;
              return bytes.subarray(start, start + length);
            }),
          ]),
        );
      }),
      { numRuns, seed },
    );
  });

  test("random bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void attempt(language, bytes)),
      { numRuns, seed },
    );
  });
});

test("random descriptors", () => {
  const descriptors = fc.tuple(fc.constantFrom(...Object.values(languages)), fc.nat(0xfff));
  fc.assert(
    fc.property(descriptors, fc.uint8Array({ maxLength: 100 }), ([language, low], bytes) => {
      try {
        checkTree(readForeign(language * 2 ** 24 + low, bytes, limits), limits.maxNodes);
      } catch (error) {
        expect(error).toBeInstanceOf(ForeignFault);
      }
    }),
    { numRuns, seed },
  );
});

// Each of these takes seconds or the whole stack where work is done twice, or a count is believed.
describe("time stays in proportion to the bytes", () => {
  const size = 300_000;
  const latin1 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));
  const r = (text: string): Uint8Array => latin1(`A\n2\n262144\n131840\n${text}`);

  test.each<[string, Readable, Uint8Array]>([
    ["marks", "python", latin1("(".repeat(size))],
    ["lists in lists", "python", latin1("]".repeat(size) + "a".repeat(size - 1) + ".")],
    ["tuples of tuples", "python", latin1("N" + "\x85".repeat(size) + ".")],
    ["copies of the top", "python", latin1("]" + "2".repeat(size) + ".")],
    ["memos", "python", latin1("N" + "\x94".repeat(size) + ".")],
    ["calls of calls", "python", latin1("cf\ng\n" + ")R".repeat(size / 2) + ".")],
    ["backslashes that end nowhere", "python", latin1(`S'${"\\".repeat(size)}\n.`)],
    ["lists in lists in R", "r", r("19\n1\n".repeat(size / 5))],
    ["attributes of attributes in R", "r", r("525\n0\n1026\n1\n262153\n1\na\n".repeat(size / 25))],
    ["environments in environments", "r", r("4\n0\n".repeat(size / 4))],
    ["a long list of pairs", "r", r("2\n254\n".repeat(size / 6))],
    ["pairs whose first is pairs", "r", r("2\n2\n".repeat(size / 4))],
    ["very many calls", "r", r("6\n254\n".repeat(size / 6))],
    ["white space", "r", r(" ".repeat(size))],
    ["lists in lists in Ruby", "ruby", latin1(`\x04\x08${"[\x06".repeat(size / 2)}`)],
    ["instance variables of instance variables in Ruby", "ruby", latin1(`\x04\x08${"I".repeat(size)}`)],
    ["bytecode in bytecode", "r", r("21\n0\n254\n1\n" + "21\n254\n1\n".repeat(size / 9))],
    ["source in source in bytecode", "r", r("21\n0\n254\n1\n6\n" + "254\n6\n".repeat(size / 6))],
  ])("%s", (_, language, bytes) => {
    expect(attempt(language, bytes)).toBeInstanceOf(ForeignFault);
  });

  test.each([
    ["a whole number of very many digits", latin1(`L${"9".repeat(size)}\n.`)],
    ["a whole number of very many bytes", latin1(`\x8b\xe0\x93\x04\x00${"\x7f".repeat(size)}.`)],
    ["escapes", latin1(`S'${"\\x41".repeat(size / 4)}'\n.`)],
  ])("%s", (_, bytes) => {
    expect(attempt("python", bytes)).not.toBeInstanceOf(ForeignFault);
  });
});

function changed({ bytes }: Specimen, changes: readonly (readonly [at: number, byte: number])[]): Uint8Array {
  const copy = bytes.slice();
  for (const [at, byte] of changes) {
    copy[at % copy.length] = byte;
  }
  return copy;
}
