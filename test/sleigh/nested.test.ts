import { expect, test } from "vitest";
import { progressText } from "../../src/sleigh/progress.ts";
import { range, ref, Sleigh } from "../../src/sleigh/index.ts";

test("a sleigh within a task does its work in that worker", async () => {
  await using s = new Sleigh({ workerCount: 1 });
  const nested = ref<(n: number) => unknown>(new URL("fixtures/nested.mjs", import.meta.url).href, "nested");
  expect(await s.eachElem(nested, range(1, 3))).toEqual([
    [[1, 2, 3], true, [true], [42]],
    [[2, 4, 6], true, [true], [42]],
  ]);
});

test("progress as a text", () => {
  const progress = { done: 480, failed: 2, submitted: 600, total: 1000, elapsedMs: 4820 };
  expect(progressText(progress)).toBe("480 of 1000 done, 2 failed, 100/s, 6 s left");
  expect(progressText({ ...progress, failed: 0, total: undefined, elapsedMs: 480_000 })).toBe("480 done, 1.0/s");
});
