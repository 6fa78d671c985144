import { runInThisContext } from "node:vm";
import { describe, expect, test } from "vitest";
import { explicit, Receiver, ref, Shipper, type AnyFunction } from "../../src/sleigh/shipping/index.ts";

// As in runtimes that have no inspector, or under `node --permission`.
const shipper = new Shipper({ inspector: false });

async function send<F extends AnyFunction>(fn: F): Promise<F> {
  const { root, parts } = shipper.capture(fn);
  return (await new Receiver(parts).rebuild(root)) as F;
}

function refusal(fn: AnyFunction): string {
  try {
    shipper.capture(fn);
  } catch (error) {
    return (error as Error).message;
  }
  return "it was captured";
}

const factor = 3;
const table = { list: [1, 2, 3] };

/** As the fixture of a user's program would read them: this file's own imports are rewritten by the test runner. */
function source<F extends AnyFunction>(text: string): F {
  return runInThisContext(`(${text})`) as F;
}

describe("a function that uses only its arguments and globals", () => {
  test.each([
    ["an arrow function", source<(x: number) => number>("(x) => Math.max(x, 2)")],
    ["a function", source<(x: number) => number>("function named(x) { const inner = (y) => y; return inner(x); }")],
    ["a method", source<() => { m: (x: number) => number }>("() => ({ m(x) { return x; } })")().m],
    ["a recursive function", source<(x: number) => number>("function f(x) { return x > 2 ? f(x - 1) + 1 : x; }")],
  ])("is sent as source text: %s", async (_, fn) => {
    const rebuilt = await send(fn);
    expect(rebuilt(3)).toBe(fn(3));
    expect(rebuilt.name).toBe(fn.name);
  });

  test("also when it is a class", async () => {
    const shipment = shipper.capture(source<AnyFunction>("class A { #x = 1; get x() { return this.#x; } }"));
    const Class = (await new Receiver(shipment.parts).rebuild(shipment.root)) as new () => { x: number };
    expect(new Class().x).toBe(1);
  });
});

describe("what a function uses otherwise", () => {
  test("is refused when nothing is said about it", () => {
    expect(refusal(source("function scale(x) { return x * factor; }"))).toBe(
      'scale: it uses "factor", which is neither in captures nor in imports: explicit(fn, { captures: { factor } })',
    );
  });

  test("is refused when it cannot be said", () => {
    expect(refusal(source("() => this"))).toMatch("it uses this of what is around it");
    expect(refusal(source("({ m() { return super.m(); } }).m"))).toMatch("it uses super");
    expect(refusal(Math.max)).toMatch("it has no source");
  });

  test("comes along in captures", async () => {
    const fn = source<(x: number) => unknown>("(x) => [x * factor, table.list.length, helper(x)]");
    const helper = source<(x: number) => number>("(x) => -x");
    const rebuilt = await send(explicit(fn, { captures: { factor, table, helper } }));
    expect(rebuilt(2)).toEqual([6, 3, -2]);
  });

  test("is imported there", async () => {
    const fn = source<() => unknown>("() => [os.EOL, base('/a/b'), path.default.basename('/c')]");
    const rebuilt = await send(
      explicit(fn, { imports: { os: "node:os", base: "node:path#basename", path: "node:path" } }),
    );
    expect(rebuilt()).toEqual(["\n", "b", "c"]);
  });
});

describe("a named function", () => {
  const url = new URL("../../src/sleigh/shipping/pack/hash.ts", import.meta.url).href;

  test("is imported, not sent", async () => {
    const { root, parts } = shipper.capture(ref(url, "partOf"));
    const fn = (await new Receiver(parts).rebuild(root)) as (value: object) => { readonly hash: string };
    expect(fn({}).hash).toHaveLength(64);
  });

  test("can be called where it is named", async () => {
    const partOf = ref<(value: object) => unknown>(url, "partOf");
    expect(await partOf({})).toHaveProperty("hash");
  });

  test("must be there", async () => {
    const { root, parts } = shipper.capture(ref(url, "noSuchFunction"));
    await expect(new Receiver(parts).rebuild(root)).rejects.toThrow(/exports no "noSuchFunction"/);
    expect(() => ref("not a url", "f")).toThrow(/such as import.meta.url/);
  });
});

test("instances travel, but not their private fields", () => {
  class Open {
    x = 1;
  }
  class Closed {
    #x = 1;
    get x(): number {
      return this.#x;
    }
  }
  const { value, parts } = shipper.pack([new Open()]);
  expect(new Receiver(parts).unpack(value)).toEqual([new Open()]);
  expect(() => shipper.pack([new Closed()])).toThrow(/has private fields, which cannot be read/);
});
