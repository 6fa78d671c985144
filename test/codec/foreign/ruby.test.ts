import { describe, expect, test } from "vitest";
import type { ForeignField, ForeignValue } from "../../../src/codec/index.ts";
import { bytes, float, list, map, readAs, scalar, specimensOf } from "./fixtures.ts";

function symbol(name: string): ForeignValue {
  return { kind: "name", type: "symbol", name };
}

function object(type: string, args: ForeignValue[], fields: ForeignField[] = []): ForeignValue {
  return { kind: "object", type, args, fields };
}

const expected: Record<string, ForeignValue> = {
  constants: list("Array", null, true, false),
  "whole numbers": list(
    "Array",
    ...[0, 1, -1, 122, 123, -123, -124, 255, 256, -256, -257, 65_536, 2 ** 30 - 1, 2 ** 30, -(2 ** 30), 2 ** 31],
    -(2n ** 70n),
    2n ** 62n,
  ),
  floats: list("Array", ...[1, -1.5, 1e300, Infinity, -Infinity, NaN].map(float)),
  texts: list("Array", "", "text", "größer", "latin é", bytes("String", 255, 0), "ascii"),
  symbols: list("Array", ...["a", "b", "a", "größer"].map(symbol)),
  containers: list(
    "Array",
    list("Array"),
    list("Array", list("Array", 1)),
    map("Hash"),
    map("Hash", ["a", map("Hash", [symbol("b"), 2])]),
    { kind: "map", type: "Hash", entries: [[symbol("a"), 1]], attributes: [["default", 5]] },
  ),
  cyclic: { kind: "list", type: "Array", items: [1, { kind: "reference", id: 1 }], id: 1 },
  shared: list(
    "Array",
    { kind: "list", type: "Array", items: ["s"], id: 1 },
    { kind: "reference", id: 1 },
    float(1.5),
    "shared text",
    "shared text",
  ),
  objects: list(
    "Array",
    object(
      "Plain",
      [],
      [
        ["@x", 1],
        ["@list", list("Array", "a", symbol("b"))],
      ],
    ),
    list("OwnList", 1),
    object("OwnDump", [list("Array", 1, 2)]),
    object("OwnBytes", [bytes("String", 255, 0)]),
    object(
      "Point",
      [],
      [
        ["x", 1],
        ["y", 2],
      ],
    ),
    { kind: "list", type: "Array", items: ["text"], attributes: [["@note", "n"]] },
  ),
  others: list(
    "Array",
    object(
      "Range",
      [],
      [
        ["excl", false],
        ["begin", 1],
        ["end", 3],
      ],
    ),
    object("Rational", [list("Array", 1, 2)]),
    scalar("Regexp", "/a.b/mi"),
    { kind: "name", type: "class", name: "String" },
    { kind: "name", type: "module", name: "Kernel" },
  ),
};

describe("values of Ruby 3.1, as they are in fixtures/", () => {
  test.each(specimensOf("ruby"))("$name", ({ name, bytes: value }) => {
    expect(readAs("ruby", value)).toEqual(expected[name]);
  });
});

test.each([
  ["a kind that does not exist", "\x04\x08?", "damaged"],
  ["an array longer than the bytes", "\x04\x08[\x04\xff\xff\xff\x7f0", "damaged"],
  ["a reference to what was not there", "\x04\x08[\x06@\x07", "damaged"],
  ["a symbol that was not there", "\x04\x08;\x06", "damaged"],
  ["a class that is no symbol", "\x04\x08o0\x00", "damaged"],
  ["a list in an instance variable that a pattern cannot show", "\x04\x08I/\x06a\x00\x06:\x06x[\x00", "damaged"],
  ["another format", "\x04\x09", "not_supported"],
])("%s is a fault", (_, text, code) => {
  const value = Uint8Array.from(text, (character) => character.charCodeAt(0));
  expect(() => readAs("ruby", value)).toThrow(expect.objectContaining({ name: "ForeignFault", code }));
});

test("an instance variable is shown, though it has the name of an encoding's, when something may refer to it", () => {
  // ["a" with E = [], and that list again]
  const value = Uint8Array.from('\x04\x08[\x07I"\x06a\x06:\x06E[\x00@\x07', (character) => character.charCodeAt(0));
  expect(readAs("ruby", value)).toEqual(
    list(
      "Array",
      {
        kind: "object",
        type: "String",
        args: ["a"],
        fields: [["E", { kind: "list", type: "Array", items: [], id: 1 }]],
      },
      { kind: "reference", id: 1 },
    ),
  );
});

test("a hash has its default value beside its instance variables", () => {
  const value = Uint8Array.from("\x04\x08I}\x00i\x06\x06:\x06xi\x07", (character) => character.charCodeAt(0));
  expect(readAs("ruby", value)).toEqual({
    kind: "map",
    type: "Hash",
    entries: [],
    attributes: [
      ["default", 1],
      ["x", 2],
    ],
  });
});
