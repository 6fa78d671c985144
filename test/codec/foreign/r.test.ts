import { describe, expect, test } from "vitest";
import type { ForeignField, ForeignValue } from "../../../src/codec/index.ts";
import { bytes, opaque, readAs, scalar, specimensOf } from "./fixtures.ts";

interface More {
  readonly type?: string;
  readonly shape?: number[];
  readonly missing?: number[];
  readonly [name: string]: unknown;
}

function vector(elements: string, data: ArrayLike<unknown>, { missing, ...more }: More = {}): ForeignValue {
  const places = missing === undefined ? {} : { missing: Uint32Array.from(missing) };
  const about = { type: elements, elements, shape: [data.length], order: "column" };
  return { kind: "array", ...about, data, ...places, ...more } as unknown as ForeignValue;
}

function texts(...data: (string | null)[]): ForeignValue {
  return vector("character", data);
}

function list(
  type: string,
  items: ForeignValue[],
  names?: string[],
  attributes?: readonly ForeignField[],
): ForeignValue {
  return { kind: "list", type, items, ...(names && { names }), ...(attributes && { attributes }) };
}

const NA = -(2 ** 31);

const expected: Record<string, ForeignValue> = {
  null: null,
  logical: vector("logical", Uint8Array.of(1, 0, 1), { missing: [2] }),
  integer: vector("integer", Int32Array.of(1, NA, -3), { missing: [1] }),
  double: vector("double", Float64Array.of(1.5, NaN, NaN, Infinity, -Infinity), { missing: [1] }),
  complex: vector("complex", Float64Array.of(1, NaN), { imaginary: Float64Array.of(2, NaN), missing: [1] }),
  character: vector("character", ["a", null, "é", 'tab\t"q" \\ \x01', "é", ""], { missing: [1] }),
  raw: bytes("raw", 0, 10, 255),
  names: vector("double", Float64Array.of(1, 2), { names: ["a", "b"] }),
  list: list("list", [vector("integer", Int32Array.of(1)), texts("x"), list("list", [])], ["a", "", ""]),
  matrix: vector("integer", Int32Array.of(1, 2, 3, 4, 5, 6), {
    shape: [2, 3],
    attributes: [["dimnames", list("list", [texts("r", "s"), null])]],
  }),
  factor: vector("character", ["u", "v", null, "u"], {
    type: "factor",
    missing: [2],
    attributes: [["levels", texts("u", "v")]],
  }),
  "data frame": {
    kind: "table",
    type: "data.frame",
    rowCount: 3,
    rowNames: undefined,
    columns: [
      ["x", vector("integer", Int32Array.of(1, 2, 3))],
      ["y", vector("character", ["a", "b", "c"], { type: "factor", attributes: [["levels", texts("a", "b", "c")]] })],
    ],
  },
  "rows with names": {
    kind: "table",
    type: "data.frame",
    rowCount: 2,
    rowNames: ["p", "q"],
    columns: [["v", vector("double", Float64Array.of(1.5, 2))]],
  },
  dates: vector("time", ["2024-02-03", null], { type: "Date", missing: [1] }),
  times: vector("time", ["2024-02-03T04:05:06.500Z", "1969-12-31T23:59:59Z"], {
    type: "POSIXct",
    attributes: [
      ["class", texts("POSIXct", "POSIXt")],
      ["tzone", texts("UTC")],
    ],
  }),
  S3: list("foo", [vector("double", Float64Array.of(1))], ["a"], [["class", texts("foo", "bar")]]),
  S4: { kind: "object", type: "Point", args: [], fields: [["x", vector("double", Float64Array.of(3))]] },
  symbol: { kind: "name", type: "symbol", name: "foo" },
  pairlist: list("pairlist", [vector("double", Float64Array.of(1)), vector("double", Float64Array.of(2))], ["a", ""]),
  closure: list("list", [opaque("closure", "function(x, y)"), vector("integer", Int32Array.of(42))]),
  "compiled closure": list("list", [opaque("closure", "function(x, y)"), vector("integer", Int32Array.of(42))]),
  environments: list("list", [
    opaque("environment"),
    opaque("environment"),
    opaque("environment", "R_GlobalEnv"),
    opaque("environment", "base"),
    opaque("environment", "empty"),
    opaque("environment", "stats 4.2.2"),
  ]),
  language: list("list", [
    opaque("language", "a call of +"),
    opaque("language", "a call of ~"),
    list("expression", [{ kind: "name", type: "symbol", name: "a" }, opaque("language", "a call of +")]),
  ]),
  builtin: list("list", [opaque("builtin", "sum"), opaque("missing argument"), vector("integer", Int32Array.of(7))]),
  sequence: vector("integer", Int32Array.of(1, 2, 3, 4, 5)),
  "real sequence": vector("double", Float64Array.of(2, 3, 4)),
  "numbers as text": texts("1", "2", "3"),
  empty: list("list", [texts(), vector("integer", new Int32Array())]),
  "long sequence": scalar("integer", "1:1000000000"),
};

describe("values of R 4.2, as they are in fixtures/", () => {
  test.each(specimensOf("r"))("$name, version and format $variant", ({ name, bytes: value }) => {
    expect(readAs("r", value)).toEqual(expected[name]);
  });

  test("each is expected, and is there in two versions and four formats", () => {
    expect(new Set(specimensOf("r").map(({ name }) => name))).toEqual(new Set(Object.keys(expected)));
    expect(new Set(specimensOf("r").map(({ variant }) => variant))).toHaveProperty("size", 8);
  });
});

describe("faults", () => {
  function ascii(text: string): Uint8Array {
    return new TextEncoder().encode(text);
  }

  test.each([
    ["no format", ascii("Z\n")],
    ["a type that does not exist", ascii("A\n2\n262144\n131840\n99\n")],
    ["a vector longer than the bytes", ascii("A\n2\n262144\n131840\n13\n1000000\n1\n")],
    ["a negative length", ascii("A\n2\n262144\n131840\n13\n-5\n")],
    ["a reference to what was not there", ascii("A\n2\n262144\n131840\n255\n7\n")],
    ["a word that does not end", ascii(`A\n2\n262144\n131840\n${"1".repeat(500)}\n`)],
    ["a number that is none", ascii("A\n2\n262144\n131840\n14\n1\nx\n")],
  ])("%s is a fault", (_, value) => {
    expect(() => readAs("r", value)).toThrow(expect.objectContaining({ name: "ForeignFault", code: "damaged" }));
  });

  test.each([
    ["a newer version", ascii("A\n4\n262144\n131840\n254\n"), /version 4, and 2 and 3 are known/],
    ["compressed", Uint8Array.of(0x1f, 0x8b, 8, 0), /compressed/],
  ])("%s is said to be that", (_, value, message) => {
    expect(() => readAs("r", value)).toThrow(message);
  });
});
