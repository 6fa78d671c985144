import { expect, test } from "vitest";
import { Chunker } from "../../src/sleigh/master/chunker.ts";

test("a chunk is one task while nobody knows how long it takes, then as many as take a good while", () => {
  const chunker = new Chunker("auto");
  expect(chunker.size(1_000_000, 2)).toBe(1);
  chunker.measuredTime(1, 10);
  expect(chunker.size(1_000_000, 2)).toBe(20);
});

test("the first chunks of a function that was called before are as large as took ten milliseconds then", () => {
  const before = { ms: 0.5, bytes: 8 };
  expect(new Chunker("auto", before).size(1_000_000, 2)).toBe(20);
  expect(new Chunker("auto", before).size(undefined, 2)).toBe(20);
  // The last ones are shared out as always.
  expect(new Chunker("auto", before).size(16, 2)).toBe(10);
  expect(new Chunker("auto", { ms: 1000, bytes: 8 }).size(100, 2)).toBe(1);
  expect(new Chunker("auto", { ms: 0.5, bytes: 500_000 }).size(1_000_000, 2)).toBe(2);
});

test("what is measured counts, not what was before", () => {
  const chunker = new Chunker("auto", { ms: 0.5, bytes: 8 });
  chunker.measuredTime(20, 2000);
  expect(chunker.size(1_000_000, 2)).toBe(2);
  chunker.measuredBytes(20, 20_000_000);
  expect(chunker.size(1_000_000, 2)).toBe(1);
  expect(chunker.cost).toEqual({ ms: 100, bytes: 1_000_000 });
});

test("a number that was asked for wins", () => {
  expect(new Chunker(7, { ms: 0.5, bytes: 8 }).size(100, 2)).toBe(7);
});
