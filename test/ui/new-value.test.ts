import { describe, expect, it } from "vitest";
import { decode, Descriptor } from "../../src/codec/index.ts";
import { fromBase64 } from "../../ui/api/base64.ts";
import { fileValue, typedValue } from "../../ui/variable/new-value.ts";
import { shownValues } from "../../ui/variable/shown-values.ts";

describe("a value that was typed", () => {
  it.each([
    ["text", "42", "42"],
    ["text", "", ""],
    ["number", " -1.5e3 ", -1500],
    ["number", "0x10", 16],
    ["json", '{"a": [true, null]}', { a: [true, null] }],
  ] as const)("as %s: %j", (kind, typed, value) => {
    const { descriptor, bytes } = typedValue(kind, typed);
    expect(decode(descriptor, fromBase64(bytes))).toEqual(value);
  });

  it("is refused in words when it is none", () => {
    expect(() => typedValue("number", "twelve")).toThrow("'twelve' is no number");
    expect(() => typedValue("number", "")).toThrow("is no number");
    expect(() => typedValue("json", "{a: 1}")).toThrow("This is no JSON");
  });

  it("from a file is raw bytes, also when there are none", () => {
    expect(fileValue(new Uint8Array([1, 2]))).toEqual({ descriptor: Descriptor.bytes, bytes: "AQI=" });
    expect(fileValue(new Uint8Array(0)).bytes).toBe("");
  });
});

describe("the values on a page", () => {
  const info = (index: number) => ({ index, descriptor: Descriptor.text, language: 11, bytes: 0, head: "" });
  const page = (indices: number[], more: boolean) => ({ total: 100, values: indices.map(info), more });
  const open = (...indices: number[]) => new Map(indices.map((index) => [index, info(index)]));
  const shown = (...args: Parameters<typeof shownValues>) =>
    shownValues(...args).map(({ info: { index }, isGone }) => `${index}${isGone ? " gone" : ""}`);

  it("stay where they are when somebody fetches one that is open", () => {
    expect(shown(page([3, 5, 6], true), open(2, 4, 5))).toEqual(["2 gone", "3", "4 gone", "5", "6"]);
  });

  it("are not called gone when others only pushed them off the page", () => {
    expect(shown(page([3, 5], true), open(9))).toEqual(["3", "5", "9"]);
    expect(shown(page([3, 5], false), open(9))).toEqual(["3", "5", "9 gone"]);
    expect(shown(page([], false), open(9))).toEqual(["9 gone"]);
  });
});
