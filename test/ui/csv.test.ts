import { describe, expect, it } from "vitest";
import { csvRows, delimiterOf } from "../../ui/viewers/csv.ts";

describe("text that looks like a table", () => {
  it.each([
    ["a,b\n1,2\n", ","],
    ["a;b;c\r\n1,5;2;3", ";"],
    ["a\tb\n1\t2", "\t"],
    ["x|y\n1|2", "|"],
    ['"a, b",c\n"line\nbreak",d', ","],
  ])("%j", (text, delimiter) => {
    expect(delimiterOf(text)).toBe(delimiter);
  });

  it.each(["", "one line, with a comma", "first, second\nthird", "no\ntable\nat all", "a,b\n1,2,3"])(
    "not: %j",
    (text) => {
      expect(delimiterOf(text)).toBeUndefined();
    },
  );

  it("is recognized by its beginning, also where that ends in the middle of a row", () => {
    const wide = `${"x".repeat(5000)},${"y".repeat(5000)}\n`;
    expect(delimiterOf(wide.repeat(30))).toBe(",");
  });
});

describe("fields", () => {
  it("may be quoted, empty, and hold quotes, delimiters and line breaks", () => {
    expect(csvRows('a,"b ""c"" d",\r\n,"1\n2",x', ",", 10)).toEqual([
      ["a", 'b "c" d', ""],
      ["", "1\n2", "x"],
    ]);
  });

  it("survive what is no good CSV", () => {
    expect(csvRows('"never closed, and\nmore', ",", 10)).toEqual([["never closed, and\nmore"]]);
    expect(csvRows('"a"b,c', ",", 10)).toEqual([["ab", "c"]]);
    expect(csvRows('"a""', ",", 10)).toEqual([['a"']]);
    expect(csvRows("a,", ",", 10)).toEqual([["a", ""]]);
  });

  it("are read no further than asked", () => {
    expect(csvRows("1\n2\n3\n4", ",", 2)).toEqual([["1"], ["2"]]);
  });
});
