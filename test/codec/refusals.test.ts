import { EventEmitter } from "node:events";
import { createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { CodecError, decode, Descriptor, encode, SerializationFault, Tagged } from "../../src/codec/index.ts";
import { roundTrip } from "./bytes.ts";

function refusal(value: unknown): SerializationFault {
  try {
    encode(value);
  } catch (error) {
    expect(error).toBeInstanceOf(SerializationFault);
    expect(error).toBeInstanceOf(CodecError);
    return error as SerializationFault;
  }
  throw new Error("it was stored");
}

const callback = (): number => 1;

describe("what cannot be stored is refused with its path", () => {
  test.each([
    ["value", callback],
    ["value.list[3].callback", { list: [0, 1, 2, { callback }] }],
    ['value["a b"]', { "a b": callback }],
    ["value.größe", { größe: callback }],
    ['value.get("k")[0]', new Map([["k", [callback]]])],
    ["value.get(7)", new Map([[7, callback]])],
    ["value.get(an object)", new Map([[{}, callback]])],
    [
      "value.keys()[1]",
      new Map<unknown, unknown>([
        ["a", 1],
        [callback, 2],
      ]),
    ],
    ["value.values()[2]", new Set([1, 2, callback])],
    ["value.cause.callback", new Error("x", { cause: { callback } })],
    ["value.errors[1]", new AggregateError([1, callback])],
    ["value.callback", Object.assign(new Error("x"), { callback })],
    ["value[2]", [0, , callback]],
    ["value.value.x", new Tagged(99, { x: callback })],
  ])("%s", (path, value) => {
    expect(refusal(value).path).toBe(path);
    expect(refusal(value).message).toBe(`${path}: a function cannot be stored; store the data that it works on`);
  });

  test.each([
    ["a symbol", Symbol("x"), /a symbol cannot be stored/],
    ["a boxed symbol", Object(Symbol("x")) as object, /does not show what it holds/],
    ["a promise", Promise.resolve(1), /await it first/],
    ["a WeakMap", new WeakMap(), /a WeakMap cannot be stored/],
    ["a WeakRef", new WeakRef({}), /a WeakRef cannot be stored/],
    ["a socket or server", createServer(), /emits events \(Server/],
    ["an event emitter", new EventEmitter(), /emits events \(EventEmitter/],
    ["an abort signal", new AbortController().signal, /emits events \(AbortSignal/],
    ["a stream", new ReadableStream(), /class ReadableStream cannot be stored/],
    ["a generator", [1].values(), /does not show what it holds/],
    ["a blob", new Blob(["a"]), /class Blob cannot be stored/],
    ["query parameters", new URLSearchParams("a=1"), /class URLSearchParams cannot be stored/],
    ["shared memory", new SharedArrayBuffer(8), /class SharedArrayBuffer cannot be stored/],
    ["a sharing tag", new Tagged(28, []), /28 cannot be the tag/],
    ["a tag that is none", new Tagged(-1, []), /-1 cannot be the tag/],
  ])("%s", (_, value, message) => {
    expect(refusal({ it: value }).path).toBe("value.it");
    expect(refusal({ it: value }).message).toMatch(message);
  });
});

describe("a getter or proxy that throws is a refusal with its cause", () => {
  test("of a getter", () => {
    const cause = new Error("not today");
    const fault = refusal({
      list: [
        {
          get x() {
            throw cause;
          },
        },
      ],
    });
    expect(fault.path).toBe("value.list[0].x");
    expect(fault.message).toBe("value.list[0].x: reading it failed: not today");
    expect(fault.cause).toBe(cause);
  });

  test("of a revoked proxy", () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    expect(refusal({ proxy }).path).toBe("value.proxy");
  });

  test("of a map that changes while it is read", () => {
    const map = new Map<unknown, unknown>();
    map.set("a", {
      get grow() {
        map.set({}, 1);
        return 1;
      },
    });
    expect(refusal(map).message).toMatch(/changed by a getter/);
  });
});

describe("depth", () => {
  function nested(depth: number): unknown {
    let value: unknown = "end";
    for (let i = 0; i < depth; i++) {
      const inner = value;
      value = [[inner], { inner }, new Map([[1, inner]]), new Set([inner])][i % 4];
    }
    return value;
  }

  test("of 500 containers comes back, of 501 is refused", () => {
    expect(roundTrip(nested(500))).toEqual(nested(500));
    expect(refusal(nested(501)).message).toMatch(/more than 500 containers/);
    // With a leaf that has a tag, and with each container marked as shared.
    const list: unknown[] = [new Date(0)];
    let outer: unknown[] = list;
    const all = [list];
    for (let i = 0; i < 497; i++) {
      outer = [outer];
      all.push(outer);
    }
    expect(roundTrip([outer, all])).toEqual([outer, all]);
  });

  test("of causes counts what an error has around them", () => {
    let error = new Error("0");
    for (let i = 1; i < 200; i++) {
      error = new Error(String(i), { cause: error });
    }
    expect((roundTrip(error) as Error).cause).toBeInstanceOf(Error);
    for (let i = 0; i < 100; i++) {
      error = new Error(String(i), { cause: error });
    }
    expect(refusal(error).path).toMatch(/^value(\.cause)+$/);
  });

  test("is no danger where the stack is nearly used up", () => {
    const value = nested(500);
    const bytes = encode(value).bytes;
    let levels = 0;
    const surprises: unknown[] = [];
    const descend = (): void => {
      try {
        descend();
      } catch {
        // The bottom: from here on each level has a little more room than the one before.
      }
      if (levels++ < 400) {
        try {
          encode(value);
          decode(Descriptor.value, bytes);
        } catch (error) {
          if (!(error instanceof CodecError || error instanceof RangeError)) {
            surprises.push(error);
          }
        }
      }
    };
    descend();
    expect(levels).toBeGreaterThan(400);
    expect(surprises).toEqual([]);
    expect(roundTrip(value)).toEqual(value);
  });
});

test("after a refusal the next value is encoded as if nothing had happened", () => {
  refusal([1, { x: { y: callback } }]);
  refusal(nestedShared());
  expect(roundTrip({ a: [1] })).toEqual({ a: [1] });
});

function nestedShared(): unknown {
  const shared = {};
  return [shared, shared, callback];
}
