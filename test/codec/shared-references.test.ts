import { expect, test } from "vitest";
import { encode } from "../../src/codec/index.ts";
import { read, roundTrip, toHex } from "./bytes.ts";

interface Node {
  name: string;
  next?: Node;
}

test("an object that holds itself comes back holding itself", () => {
  const node: Node = { name: "a" };
  node.next = node;
  const result = roundTrip(node) as Node;
  expect(result.next).toBe(result);
  const list: unknown[] = [];
  list.push([list]);
  const back = roundTrip(list) as unknown[][];
  expect(back[0]![0]).toBe(back);
});

test("one object in two places comes back as one object", () => {
  const shared = { x: 1 };
  const date = new Date(0);
  const result = roundTrip({ a: shared, b: [shared, date], c: date, d: new Map([[shared, date]]) }) as {
    a: object;
    b: [object, Date];
    c: Date;
    d: Map<object, Date>;
  };
  expect(result.b[0]).toBe(result.a);
  expect(result.c).toBe(result.b[1]);
  expect([...result.d][0]).toEqual([result.a, result.c]);
  expect(result.d.get(result.a)).toBe(result.c);
});

test("maps, sets, arrays with holes and typed arrays can be shared and hold themselves", () => {
  const map = new Map<unknown, unknown>();
  map.set("self", map).set(map, 1);
  const set = new Set<unknown>([map]);
  set.add(set);
  const sparse: unknown[] = [];
  sparse[3] = sparse;
  const floats = Float32Array.of(1);
  const result = roundTrip([map, set, sparse, floats, floats]) as [
    Map<unknown, unknown>,
    Set<unknown>,
    unknown[],
    Float32Array,
    Float32Array,
  ];
  expect(result[0].get("self")).toBe(result[0]);
  expect(result[0].get(result[0])).toBe(1);
  expect(result[1].has(result[1]) && result[1].has(result[0])).toBe(true);
  expect(result[2][3]).toBe(result[2]);
  expect(result[3]).toBe(result[4]);
});

test("many shared objects keep apart, whatever their order", () => {
  const objects = Array.from({ length: 300 }, (_, i) => ({ i }));
  const value = { first: objects, again: [...objects].reverse(), nested: objects.map((each) => ({ each })) };
  const result = roundTrip(value) as { first: object[]; again: object[]; nested: { each: object }[] };
  expect(result.first).toEqual(objects);
  result.again.forEach((each, i) => expect(each).toBe(result.first[299 - i]));
  result.nested.forEach(({ each }, i) => expect(each).toBe(result.first[i]));
});

test("the bytes are those of the value-sharing specification", () => {
  const list: unknown[] = [];
  list.push(list, list);
  expect(toHex(encode(list).bytes)).toBe("d81c82d81d00d81d00");
  // Nothing is marked that is not shared: ["a", x, y, y, x] with x = {}, y = [].
  const [x, y] = [{}, []];
  expect(toHex(encode(["a", x, y, y, x]).bytes)).toBe("856161d81ca0d81c80d81d01d81d00");
});

test("getters run once, even if something is shared", () => {
  let count = 0;
  const shared = {};
  roundTrip({
    a: shared,
    b: shared,
    get counted() {
      return ++count;
    },
  });
  expect(count).toBe(1);
});

test("a reference may come inside what it refers to, or after it, never before", () => {
  const list = read("d81c 82 d81d00 01") as unknown[];
  expect(list[0]).toBe(list);
  expect(() => read("82 d81d00 d81c 80")).toThrow("a reference points to no value");
  expect(() => read("d81c c2 d81d00")).toThrow("wrong type");
  expect(() => read("d81c d81c 80")).toThrow("marked as shared twice");
  expect(() => read("d81d 20")).toThrow("a reference points to no value");
  expect(() => read("82 d81c80 d81df93e00")).toThrow("a reference points to no value");
});

test("doubling by reference costs no memory", () => {
  let value: unknown[] = [];
  for (let i = 0; i < 200; i++) {
    value = [value, value];
  }
  expect(encode(value).bytes.length).toBeLessThan(200 * 8);
  let result = roundTrip(value) as unknown[];
  let depth = 0;
  for (; result.length > 0; depth++) {
    expect(result[0]).toBe(result[1]);
    result = result[0] as unknown[];
  }
  expect(depth).toBe(200);
});
