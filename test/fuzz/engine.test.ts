import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Fuzz } from "./engine/fuzz.ts";
import { instrument } from "./engine/instrument.ts";
import { blocks } from "./engine/coverage.ts";
import type { Attempt, Target } from "./engine/target.ts";

/** What fails when the input begins with these bytes; each is a block of its own. */
const secret = [127, 64, 224, 8, 31];

function withSecret(): { target: Target; blockCount: number } {
  const nested = secret.reduceRight(
    (inner, byte, at) => `if (input[${at}] === ${byte}) { ${inner} }`,
    "throw new Error('found');",
  );
  let blockCount = 0;
  const code = instrument(`export function attempt(input) { ${nested} }`, () => blockCount++);
  const body = code.replace("export function", "return function");
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- as the bundle of a target is run
  const attempt = new Function(body)() as (input: Uint8Array) => void;
  return { target: { seeds: () => [Uint8Array.of(1)], start: () => ({ attempt }) }, blockCount };
}

test("what the code reaches leads to inputs that chance alone would not find", async () => {
  const { target, blockCount } = withSecret();
  const found: Uint8Array[] = [];
  const failed = (input: Uint8Array): void => void found.push(input);
  await new Fuzz(target, { seed: 1, runs: 100_000, blockCount: 0, failed }).run();
  expect(found).toEqual([]);
  await new Fuzz(target, { seed: 1, runs: 100_000, blockCount, failed }).run();
  expect([...found[0]!.subarray(0, secret.length)]).toEqual(secret);
});

test("a run goes on from what the one before has reached", async () => {
  const folder = await mkdtemp(join(tmpdir(), "nws-fuzz-"));
  const { target, blockCount } = withSecret();
  const options = { runs: 2000, blockCount, folder, failed: () => undefined };
  const first = new Fuzz(target, { seed: 1, ...options });
  await first.run();
  expect(await readdir(folder)).toHaveLength(first.corpus.count);
  const second = new Fuzz(target, { seed: 2, ...options, runs: first.corpus.count + 1 });
  await second.run();
  expect(second.coverage.blockCount).toBe(first.coverage.blockCount);
  await rm(folder, { recursive: true });
});

const wrong = (): never => {
  throw new Error("wrong");
};
const attempts: readonly (readonly [string, Attempt])[] = [
  ["an input that throws", { attempt: wrong }],
  ["an input that rejects", { attempt: (): Promise<void> => Promise.reject(new Error("wrong")) }],
  ["something that has grown", { attempt: () => undefined, check: wrong }],
];

test.each(attempts)("%s is told of, and the target is started anew", async (_, attempt) => {
  let starts = 0;
  const errors: unknown[] = [];
  const target: Target = {
    seeds: () => [Uint8Array.of(1)],
    start: () => {
      starts++;
      return attempt;
    },
  };
  await new Fuzz(target, { seed: 1, runs: 3, failed: (_input, error) => void errors.push(error) }).run();
  expect(String(errors[0])).toContain("wrong");
  expect(starts).toBeGreaterThan(1);
});

test("every kind of block is counted", () => {
  const code = `
    export const run = (a) => {
      for (const x of [1, 2]) a += x;
      while (a > 100) { a = 0; }
      do a++; while (a < 3);
      switch (a) { case 1: a = 2; break; default: a = a > 5 ? a || 1 : a ?? 2; }
      try { throw 1; } catch { a++; }
      if (a) a++; else if (a === 1) a--; else { a = 0; }
      return (() => ({ a }))();
    };`;
  let count = 0;
  const instrumented = instrument(code, () => count++);
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call -- as above
  const run = new Function(instrumented.replace("export const run =", "return"))() as (a: number) => { a: number };
  blocks.fill(0);
  expect(run(0)).toEqual({ a: 6 });
  expect(count).toBe(16);
  expect(blocks.subarray(0, count).filter((times) => times > 0)).toHaveLength(8);
});
