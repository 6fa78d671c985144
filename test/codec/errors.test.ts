import { expect, test } from "vitest";
import { encode } from "../../src/codec/index.ts";
import { read, roundTrip } from "./bytes.ts";

test("an error comes back with class, message and stack, and its hidden properties stay hidden", () => {
  const error = new TypeError("no such thing");
  const result = roundTrip(error) as TypeError;
  expect(result).toBeInstanceOf(TypeError);
  expect(result.message).toBe("no such thing");
  expect(result.stack).toBe(error.stack);
  expect(Object.keys(result)).toEqual([]);
  expect(Object.hasOwn(result, "cause")).toBe(false);
});

test("a subclass comes back as the nearest built-in class, with its name and own properties", () => {
  class NotFound extends RangeError {
    override readonly name = "NotFound";
    readonly path = ["a", "b"];
  }
  const result = roundTrip(new NotFound("gone")) as NotFound;
  expect(result).toBeInstanceOf(RangeError);
  expect(result.name).toBe("NotFound");
  expect(result.path).toEqual(["a", "b"]);
  expect(String(result)).toBe("NotFound: gone");
});

test("a name that comes from the prototype or was set hidden survives", () => {
  class Quiet extends Error {}
  Object.defineProperty(Quiet.prototype, "name", { value: "Quiet" });
  const result = roundTrip(new Quiet("x")) as Error;
  expect(result.name).toBe("Quiet");
  expect(Object.keys(result)).toEqual([]);
});

test("causes and the errors of an AggregateError come along", () => {
  const error = new AggregateError([new Error("one"), "two"], "several", { cause: new SyntaxError("first") });
  const result = roundTrip(error) as AggregateError;
  expect(result).toBeInstanceOf(AggregateError);
  expect(result.errors).toEqual([new Error("one"), "two"]);
  expect(result.cause).toBeInstanceOf(SyntaxError);
  const undefinedCause = roundTrip(new Error("x", { cause: undefined }));
  expect(Object.hasOwn(undefinedCause as object, "cause")).toBe(true);
});

test("an error may be its own cause", () => {
  const error = new Error("loop");
  error.cause = error;
  const result = roundTrip(error) as Error;
  expect(result.cause).toBe(result);
});

test("an abort reason keeps its name", () => {
  const result = roundTrip(new DOMException("stop", "AbortError")) as Error;
  expect(result).toBeInstanceOf(Error);
  expect([result.name, result.message]).toEqual(["AbortError", "stop"]);
});

test("an error that another program wrote without a stack shows none of ours", () => {
  // 27(["RangeError", "far"])
  const error = read("d81b 82 6a52616e67654572726f72 63666172") as Error;
  expect(error).toBeInstanceOf(RangeError);
  expect(error.stack).toBe("RangeError: far");
});

test("a property __proto__ of a received error reaches no prototype", () => {
  // 27(["Error", "", {"properties": {"__proto__": {"x": 1}}}])
  const error = read("d81b 83 654572726f72 60 a1 6a70726f70657274696573 a1 695f5f70726f746f5f5f a1 6178 01") as Error;
  expect(Object.getPrototypeOf(error)).toBe(Error.prototype);
  expect(Object.keys(error)).toEqual(["__proto__"]);
});

test("details of the wrong type are passed over", () => {
  // 27(["Error", 5, {"name": 1, "stack": 2, "errors": 3, "properties": 4}])
  const error = read(
    "d81b 83 654572726f72 05 a4 646e616d65 01 65737461636b 02 666572726f7273 03 6a70726f70657274696573 04",
  ) as Error;
  expect([error.name, error.message, error.stack]).toEqual(["Error", "", "Error"]);
});

test("a stack that throws is a refusal like any other getter", () => {
  const error = new Error("x");
  Object.defineProperty(error, "stack", {
    get() {
      throw new Error("not now");
    },
  });
  expect(() => encode({ error })).toThrow("value.error: reading it failed: not now");
});
