import { describe, expect, it } from "vitest";
import { decode, encode, Tagged } from "../../src/codec/index.ts";
import type { ForeignValue } from "../../src/codec/foreign/index.ts";
import { foreignNode, foreignSeries } from "../../ui/viewers/foreign-node.ts";
import { foreignTable } from "../../ui/viewers/foreign-table.ts";
import { type TreeNode, treeNode } from "../../ui/viewers/tree-node.ts";

const travelled = (value: unknown): unknown => {
  const { descriptor, bytes } = encode(value);
  return decode(descriptor, bytes);
};
const children = (node: TreeNode): string[] => {
  const all = node.children?.() ?? { count: 0, at: () => expect.fail("there are none") };
  return Array.from({ length: all.count }, (_, i) => `${all.at(i).key}: ${all.at(i).node.summary}`);
};

describe("values as a tree", () => {
  it.each([
    ["text", '"text"'],
    ["a\nb", '"a↵b"'],
    [-0, "-0"],
    [Number.NaN, "NaN"],
    [12n, "12n"],
    [undefined, "undefined"],
    [new Date(0), "Date 1970-01-01T00:00:00.000Z"],
    [new Date(Number.NaN), "Date (invalid)"],
    [/a+/gi, "/a+/gi"],
    [new ArrayBuffer(2048), "ArrayBuffer (2 KiB)"],
    [Object(5), "Object(5)"],
    [{}, "Object (0)"],
    [new TypeError("no good"), "TypeError: no good"],
  ])("%s is one line", (value, summary) => {
    expect(treeNode(travelled(value)).summary).toBe(summary);
  });

  it("open containers", () => {
    expect(children(treeNode(travelled([1, "x"])))).toEqual(["0: 1", '1: "x"']);
    expect(children(treeNode(travelled(new Map([[{ k: 1 }, null]]))))).toEqual(["Object (1): null"]);
    expect(children(treeNode(travelled(new Set([7]))))).toEqual(["0: 7"]);
    expect(children(treeNode(travelled(JSON.parse('{"__proto__": 1, "a": 2}'))))).toEqual(["__proto__: 1", "a: 2"]);
    expect(children(treeNode(new Tagged(1234, "inside")))).toEqual(['0: "inside"']);
  });

  it("go around in circles only as far as one opens them", () => {
    const loop: Record<string, unknown> = {};
    loop["self"] = loop;
    let node = treeNode(travelled(loop));
    for (let i = 0; i < 100; i++) {
      node = node.children!().at(0).node;
    }
    expect(node.summary).toBe("Object (1)");
  });

  it("cost nothing for what is not opened", () => {
    const node = treeNode(new Float64Array(10_000_000));
    expect(node.summary).toBe("Float64Array (10,000,000)");
    expect(node.children!().at(9_999_999)).toMatchObject({ key: "9999999" });
  });

  it("have long strings in full only when one asks", () => {
    const { summary, longText } = treeNode("x".repeat(1000));
    expect(summary).toHaveLength(202);
    expect(longText).toHaveLength(1000);
    expect(treeNode("short").longText).toBeUndefined();
  });
});

describe("other languages' values as a tree", () => {
  const list: ForeignValue = { kind: "list", type: "list", items: [1, "two", null], names: ["a", "", "c"] };

  it.each<[ForeignValue, string]>([
    [null, "none"],
    [true, "true"],
    [3, "3"],
    [{ kind: "float", value: 3 }, "3.0"],
    [{ kind: "float", value: 0.5 }, "0.5"],
    [{ kind: "complex", re: 1, im: -2 }, "1.0-2i"],
    [{ kind: "scalar", type: "datetime.date", text: "2026-01-02" }, "datetime.date 2026-01-02"],
    [{ kind: "name", type: "class", name: "os.system" }, "class os.system"],
    [{ kind: "opaque", type: "closure", text: "" }, "closure"],
    [{ kind: "reference", id: 4 }, "the same as #4"],
    [{ ...(list as object), id: 4 } as ForeignValue, "#4 list (3)"],
  ])("%# is one line", (value, summary) => {
    expect(foreignNode(value).summary).toBe(summary);
  });

  it("open with names and attributes", () => {
    const withMore: ForeignValue = { kind: "list", type: "list", items: [1], attributes: [["class", "mine"]] };
    expect(children(foreignNode(list))).toEqual(["a: 1", '1: "two"', "c: none"]);
    expect(children(foreignNode(withMore))).toEqual(["0: 1", 'class: "mine"']);
  });

  it("show arrays with their shape, and what is missing", () => {
    const whole: ForeignValue = {
      kind: "array",
      type: "integer",
      elements: "integer",
      shape: [3],
      order: "column",
      data: new Int32Array([1, 0, 3]),
    };
    const array: ForeignValue = { ...whole, missing: new Uint32Array([1]) };
    expect(foreignNode(array).summary).toBe("integer (3)");
    expect(children(foreignNode(array))).toEqual(["0: 1", "1: NA", "2: 3"]);
    expect(foreignSeries(array)).toBeUndefined();
    expect(foreignSeries(whole)?.length).toBe(3);
  });

  it("show data frames as tables", () => {
    const table = foreignTable({
      kind: "table",
      type: "data.frame",
      rowCount: 2,
      rowNames: ["r1", "r2"],
      columns: [
        [
          "x",
          {
            kind: "array",
            type: "double",
            elements: "double",
            shape: [2],
            order: "column",
            data: new Float64Array([1.5, 2]),
          },
        ],
        [
          "y",
          { kind: "array", type: "character", elements: "character", shape: [2], order: "column", data: ["a", "b"] },
        ],
      ],
    })!;
    expect(table.head).toEqual(["", "x", "y"]);
    expect([0, 1, 2].map((column) => table.cell(0, column))).toEqual(["r1", "1.5", "a"]);
  });
});
