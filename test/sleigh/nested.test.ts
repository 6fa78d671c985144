import { afterAll, describe, expect, test } from "vitest";
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

describe("a task of a sleigh within a task", () => {
  const outputs: string[] = [];
  const s = new Sleigh({ workerCount: 1, onOutput: ({ rank, text }) => outputs.push(`${rank} ${text}`) });
  afterAll(() => s.stop());

  /** Runs that function of the fixture as a task. */
  const inTask = async (name: string, argument = 0): Promise<unknown> =>
    (
      await s.eachElem(ref<(n: number) => unknown>(new URL("fixtures/nested.mjs", import.meta.url).href, name), [
        argument,
      ])
    )[0];

  test("has the random numbers that it would have elsewhere", async () => {
    const elsewhere = await s.eachElem("[SleighContext.taskNumber, SleighContext.random()]", range(3), [], { seed: 5 });
    expect(await inTask("dice", 5)).toEqual([elsewhere, 0]);
  });

  test("is heard by the inner sleigh if that listens, else by the outer one; its error has what it printed", async () => {
    expect(await inTask("prints")).toEqual([["0 stdout about to fail\n"], "about to fail\n"]);
    expect(outputs).toEqual(["0 to whoever hears the outer task\n"]);
  });

  test("ends when its time is over or its call is cancelled", async () => {
    expect(await inTask("limits")).toEqual([
      [
        ["TaskTimeoutError", "TimeoutError"],
        ["TaskTimeoutError", undefined],
        ["TaskTimeoutError", undefined],
      ],
      ["aborted"],
      "cancelled",
      [7],
    ]);
  });
});

test("progress as a text", () => {
  const progress = { done: 480, failed: 2, submitted: 600, total: 1000, elapsedMs: 4820 };
  expect(progressText(progress)).toBe("480 of 1000 done, 2 failed, 100/s, 6 s left");
  expect(progressText({ ...progress, failed: 0, total: undefined, elapsedMs: 480_000 })).toBe("480 done, 1.0/s");
});
