import { afterAll, beforeAll, expect, test } from "vitest";
import { range, Sleigh, WorkerLostError } from "../../src/sleigh/index.ts";

// Module-level variables, which travel with the functions that use them.
let factor = 0;
const setFactor = (to: number): void => {
  factor = to;
};
const times = async (x: number): Promise<number> => {
  await new Promise((resolve) => setTimeout(resolve, 1));
  return x * factor + (globalThis as unknown as { offset: number }).offset;
};

/** Ends its worker for each of these numbers, every time. */
const deadly = (x: number, poison: readonly number[]): number => {
  if (poison.includes(x)) {
    process.kill(process.pid, "SIGKILL");
    while (true) {
      // until it arrives
    }
  }
  return x;
};

const s = new Sleigh({ workerCount: 2, onOutput: () => undefined, onWarning: () => undefined });
beforeAll(async () => {
  await s.status({ timeout: 20_000 });
});
afterAll(() => s.stop());

test("kill -9 amid 1000 tasks: all are right, in order and counted once, and the worker is back with its rank and its state", async () => {
  await s.export("offset", 5);
  await s.eachWorker(setFactor, 3);
  await s.eachWorker("globalThis.calls = ['called']");
  const counts = new Map<number, number>();
  const seen: number[] = [];
  const accumulator = (results: number[], tasks: number[]): void => {
    for (const [i, task] of tasks.entries()) {
      counts.set(task, (counts.get(task) ?? 0) + 1);
      seen[task] = results[i]!;
    }
  };
  const before = await s.workerInfo();
  const pending = s.eachElem(times, range(1000), [], { chunkSize: 10, accumulator });
  await expect.poll(() => pending.progress.done, { timeout: 10_000 }).toBeGreaterThan(100);
  process.kill(before[1]!.pid, "SIGKILL");
  await pending;
  expect(seen).toEqual(Array.from({ length: 1000 }, (_, x) => x * 3 + 5));
  expect([...counts.values()]).toEqual(Array(1000).fill(1));
  const after = await s.workerInfo();
  expect(after.map(({ rank }) => rank)).toEqual([0, 1]);
  expect(after[0]!.pid).toBe(before[0]!.pid);
  expect(after[1]!.pid).not.toBe(before[1]!.pid);
  // What was exported, called and shipped before its time.
  expect(await s.eachWorker("[SleighRank, offset, calls]")).toEqual([
    [0, 5, ["called"]],
    [1, 5, ["called"]],
  ]);
  expect(await s.eachWorker(times, 100)).toEqual([305, 305]);
});

test("of 1000 tasks one kills its worker every time: it is given up, and 999 are right", async () => {
  const results = await s.eachElem(deadly, range(1000), [[500]], { chunkSize: 50, onError: "return" });
  const lost = results[500] as WorkerLostError;
  expect(lost).toBeInstanceOf(WorkerLostError);
  expect(lost).toMatchObject({ task: 500, signal: "SIGKILL", attempts: 3 });
  expect(results.toSpliced(500, 1)).toEqual(Array.from({ length: 1000 }, (_, x) => x).toSpliced(500, 1));
});

test.each([1, 8])("with a single attempt only the task that had begun is lost (chunks of %d)", async (chunkSize) => {
  await using once = new Sleigh({ workerCount: 2, maxAttempts: 1, onWarning: () => undefined });
  // Quick ones first, so that workers take several at a time.
  const numbers = range(120);
  const results = await once.eachElem(deadly, numbers, [[60]], { chunkSize, onError: "return" });
  expect(results[60]).toBeInstanceOf(WorkerLostError);
  expect(results[60]).toMatchObject({ attempts: 1 });
  expect(results.toSpliced(60, 1)).toEqual(Array.from({ length: 120 }, (_, x) => x).toSpliced(60, 1));
});

test("a worker that is lost while all others wait for its task: its successor does that first", async () => {
  await using two = new Sleigh({ workerCount: 2, onWarning: () => undefined });
  const work = async (x: number): Promise<unknown> => {
    if (x === 0) {
      if ((await SleighUserNws.fetchTry("has died")) === undefined) {
        await SleighUserNws.store("has died", 1);
        process.kill(process.pid, "SIGKILL");
      }
      await SleighUserNws.store("done", "zero");
    }
    return await SleighUserNws.find("done");
  };
  expect(await two.eachElem(work, range(6), [], { chunkSize: 1 })).toEqual(Array(6).fill("zero"));
});
