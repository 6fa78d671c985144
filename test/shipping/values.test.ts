import { runInThisContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { decode, encode, Tagged } from "../../src/codec/index.ts";
import { explicit, Receiver, Shipper, type AnyFunction } from "../../src/sleigh/shipping/index.ts";

const shipper = new Shipper();

/** What `value` is on a worker that has got nothing before. */
function send<T>(value: T): T {
  const { value: packed, parts } = shipper.pack(value);
  const { descriptor, bytes } = encode(packed);
  return new Receiver(parts).unpack(decode(descriptor, bytes)) as T;
}

class Point {
  x: number;
  constructor(x: number) {
    this.x = x;
  }
}

describe("plain data", () => {
  test.each([
    ["numbers", 5],
    ["texts", "x".repeat(5000)],
    ["nothing", undefined],
    ["lists and objects", [1, { a: [null, undefined, -0], b: new Map([[1, new Set(["x"])]]) }]],
    ["arrays of numbers", Float64Array.of(1, 2)],
    ["dates", new Date(7)],
  ])("is not packed: %s", (_, value) => {
    const packed = shipper.pack(value);
    expect(packed.value).toBe(value);
    expect(packed.parts.size).toBe(0);
  });

  test("that holds one object in very many places is looked at once", () => {
    let value: unknown = 1;
    for (let i = 0; i < 60; i++) {
      value = [value, value];
    }
    expect(shipper.pack(value).value).toBe(value);
  });
});

describe("what is packed comes back", () => {
  test("with its identities and cycles", () => {
    const point = new Point(1);
    const list: unknown[] = [point, point, { point }];
    list.push(list);
    const there = send(list) as [Point, Point, { point: Point }, unknown];
    expect(there[0]).toBe(there[1]);
    expect(there[2].point).toBe(there[0]);
    expect(there[3]).toBe(there);
    expect(there[0].x).toBe(1);
    expect(there[0].constructor.name).toBe("Point");
  });

  test("however deep it is", () => {
    let list: { next: unknown; point?: Point } = { next: null, point: new Point(3) };
    for (let i = 0; i < 100_000; i++) {
      list = { next: list };
    }
    let there = send(list);
    while (there.next !== null) {
      there = there.next as typeof list;
    }
    expect(there.point?.x).toBe(3);
  });

  test("with getters, hidden and frozen properties", () => {
    const object = Object.freeze({
      f: () => 1,
      get twice() {
        return this.base * 2;
      },
      base: 4,
    });
    const there = send(object);
    expect(there.twice).toBe(8);
    expect(Object.isFrozen(there)).toBe(true);
    const hidden = send(Object.defineProperty({ p: new Point(1) }, "secret", { value: 5 }));
    expect(Object.keys(hidden)).toEqual(["p"]);
    expect((hidden as { secret?: number }).secret).toBe(5);
  });

  test("without a prototype, or with one that is an object", () => {
    const bare = Object.assign(Object.create(null) as { p: Point }, { p: new Point(1) });
    expect(Object.getPrototypeOf(send(bare))).toBe(null);
    const base = { greet: () => "hello" };
    const derived = send(Object.create(base) as typeof base);
    expect(derived.greet()).toBe("hello");
    expect(Object.keys(derived)).toEqual([]);
  });

  test("as list with holes", () => {
    const there = send([, new Point(2), ,]) as (Point | undefined)[];
    expect(there).toHaveLength(3);
    expect(Object.keys(there)).toEqual(["1"]);
  });

  test("as errors with their causes", () => {
    const there = send(new TypeError("outer", { cause: new Point(1) }));
    expect(there).toBeInstanceOf(TypeError);
    expect(there.message).toBe("outer");
    expect((there.cause as Point).x).toBe(1);
    expect(there.stack).toMatch("outer");
  });
});

describe("parts", () => {
  const rows = Array.from({ length: 500 }, (_, i) => [i, String(i)]);

  test("are the same for the same content", () => {
    const offset = 1;
    const fn = (i: number): number => rows[i]!.length + offset;
    expect(shipper.capture(fn).root).toBe(shipper.capture(fn).root);
  });

  test("of captured data stay the same while other variables change", () => {
    const data = rows.map(([i]) => ({ i }));
    let lambda = 1;
    const fn = (): number => data.length * lambda;
    const first = shipper.capture(fn);
    lambda = 2;
    const second = shipper.capture(fn);
    expect(second.root).not.toBe(first.root);
    const added = [...second.parts].filter(([hash]) => !first.parts.has(hash));
    expect(added.map(([hash]) => hash)).toEqual([second.root]);
    expect(added[0]![1].length).toBeLessThan(1500);
  });

  test("do not make one object of two that look alike, nor two of one", async () => {
    const a = rows.map(([i]) => ({ i }));
    const b = rows.map(([i]) => ({ i }));
    const inner = a[7];
    const fn = (): unknown => {
      b[0] = { i: -1 };
      return [a[0]?.i, a[7] === inner, b[7] === inner];
    };
    const { root, parts } = shipper.capture(fn);
    const there = (await new Receiver(parts).rebuild(root)) as () => unknown;
    expect(there()).toEqual([0, true, false]);
  });

  test("with the same content become objects of their own", async () => {
    const a = rows.map(([i]) => ({ i }));
    const b = rows.map(([i]) => ({ i }));
    const { root, parts } = shipper.capture(() => {
      b[0] = { i: -1 };
      return [a[0]?.i, a === b];
    });
    const there = (await new Receiver(parts).rebuild(root)) as () => unknown;
    expect(there()).toEqual([0, false]);
  });

  test("that did not arrive are named, and asked for", async () => {
    const { root, parts } = shipper.capture(() => rows.length);
    const some = new Map([[root, parts.get(root)!]]);
    const receiver = new Receiver(some);
    expect(new Receiver(new Map()).missing(root)).toEqual([root]);
    expect(new Set([root, ...receiver.missing(root)])).toEqual(new Set(parts.keys()));
    await expect(receiver.rebuild(root)).rejects.toThrow(/part [0-9a-f]{12} of a shipment did not arrive/);
  });
});

describe("results", () => {
  test("of classes that the master does not have are sent as their fields", async () => {
    const { root, parts } = shipper.capture(() => {
      class Local {
        a = 1;
      }
      return [new Local(), new Point(2)];
    });
    const receiver = new Receiver(parts);
    const fn = (await receiver.rebuild(root)) as () => unknown;
    const result = shipper.unpack(receiver.pack(fn())) as [object, Point];
    expect(result[0]).toEqual({ a: 1 });
    expect(Object.getPrototypeOf(result[0])).toBe(Object.prototype);
    expect(result[1]).toBeInstanceOf(Point);
  });

  test("cannot be functions that were made on the worker", async () => {
    const { root, parts } = shipper.capture(() => ({ list: [() => 1] }));
    const receiver = new Receiver(parts);
    const fn = (await receiver.rebuild(root)) as () => unknown;
    expect(() => receiver.pack(fn())).toThrow(
      'result → property "list" → element 0: a function cannot be returned to the master, which does not have it; return data',
    );
  });

  test("that hold source text are refused: nothing that arrives is run", () => {
    const { value } = shipper.pack([() => globalThis]);
    expect(() => shipper.unpack(value)).toThrow(/is not expected here/);
    expect(() => shipper.unpack(new Tagged((value as Tagged).tag, { nodes: [["shared", "99"]], root: [0] }))).toThrow(
      /a class that the master does not have/,
    );
  });
});

test("a package that is not installed on the worker is named, with where it was looked for", async () => {
  const lonely = new Shipper({ inspector: false });
  const fn = runInThisContext("() => pkg") as AnyFunction;
  const { root, parts } = lonely.capture(explicit(fn, { imports: { pkg: "no-such-package" } }));
  await expect(new Receiver(parts, { base: "/tmp" }).rebuild(root)).rejects.toThrow(
    /no-such-package cannot be found from .*\/tmp.*; install it on the worker/,
  );
});
