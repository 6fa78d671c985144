import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  range,
  Sleigh,
  SleighCancelledError,
  SleighTaskError,
  TaskTimeoutError,
  WorkerLostError,
} from "../../src/sleigh/index.ts";

const s = new Sleigh({ workerCount: 2, onOutput: () => undefined });
beforeAll(async () => {
  await s.status({ timeout: 20_000 });
});
afterAll(() => s.stop());

const oddOnly = (x: number): number => {
  if (x % 2 === 0) {
    throw new RangeError(`${x} is even`, { cause: new Error("by nature") });
  }
  return x;
};

describe("a task that throws", () => {
  test("rejects the call with who, where and why", async () => {
    const error = await s.eachElem(oddOnly, [1, 3, 4, 5]).catch((thrown: unknown) => thrown as SleighTaskError);
    expect(error).toBeInstanceOf(SleighTaskError);
    expect(error).toMatchObject({
      code: "task_failed",
      task: 2,
      attempts: 1,
      remoteName: "RangeError",
      remoteMessage: "4 is even",
      cause: { name: "RangeError", cause: { message: "by nature" } },
    });
    expect((error as SleighTaskError).remoteStack).toContain("failures.test.ts");
  });

  test("stands in its place with onError: return", async () => {
    const results = await s.eachElem(oddOnly, [1, 2, 3], [], { onError: "return" });
    expect(results[0]).toBe(1);
    expect(results[1]).toBeInstanceOf(SleighTaskError);
    expect(results[2]).toBe(3);
  });

  test("is left out with onError: skip, or replaced by what a function says", async () => {
    expect(await s.eachElem(oddOnly, [1, 2, 3], [], { onError: "skip" })).toEqual([1, 3]);
    const onError = (error: SleighTaskError, task: { args: readonly unknown[] }) =>
      `${error.remoteName} ${String(task.args[0])}`;
    expect(await s.eachElem(oddOnly, [1, 2], [], { onError })).toEqual([1, "RangeError 2"]);
  });

  test("is tried again as often as asked", async () => {
    await s.eachWorker("globalThis.tries = {}");
    const stubborn =
      "(tries[SleighArguments[0]] = (tries[SleighArguments[0]] ?? 0) + 1) < 2 ? nope() : SleighArguments[0]";
    const results = await s.eachElem(stubborn, range(6), [], { retries: 5, retryDelay: 5 });
    expect(results).toEqual([0, 1, 2, 3, 4, 5]);
    const pending = s.eachElem("nope()", [1], [], { retries: 2, onError: "return" });
    expect(await pending).toMatchObject([{ attempts: 3 }]);
  });

  test("can be done again later", async () => {
    await s.eachWorker("globalThis.ready = false");
    const pending = s.eachElem("ready || SleighArguments[0] % 2 === 0 ? SleighArguments[0] : nope()", range(6), [], {
      onError: "skip",
    });
    expect(await pending).toEqual([0, 2, 4]);
    expect(
      pending
        .failed()
        .map(({ task }) => task)
        .sort(),
    ).toEqual([1, 3, 5]);
    await s.eachWorker("globalThis.ready = true");
    expect(await pending.retryFailed()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(await pending).toEqual([0, 2, 4]);
  });

  test("on one worker fails that rank of eachWorker", async () => {
    const results = await s.eachWorkerWith({ onError: "return" }, "SleighRank === 1 ? nope() : 'fine'");
    expect(results[0]).toBe("fine");
    expect(results[1]).toMatchObject({ task: 1, rank: 1 });
  });
});

describe("time and cancelling", () => {
  test("a task that takes too long fails", async () => {
    const slow = (ms: number): Promise<string> => new Promise((resolve) => setTimeout(() => resolve("done"), ms));
    const results = await s.eachElem(slow, [1, 60_000], [], { timeout: 2000, grace: 100, onError: "return" });
    expect(results[0]).toBe("done");
    expect(results[1]).toBeInstanceOf(TaskTimeoutError);
  });

  test("a call that is cancelled rejects at once, and the sleigh goes on", async () => {
    const pending = s.eachElem(
      "new Promise((done) => SleighContext.signal.addEventListener('abort', done))",
      range(50),
    );
    await expect.poll(() => pending.progress.submitted).toBeGreaterThan(1);
    pending.cancel("enough");
    await expect(pending).rejects.toMatchObject({ code: "cancelled", cause: "enough" });
    expect(await s.eachElem((x: number) => x, range(10))).toHaveLength(10);
  });

  test("a signal cancels, also one that was aborted before", async () => {
    const controller = new AbortController();
    const pending = s.eachElem("new Promise(() => {})", range(3), [], { signal: controller.signal, grace: 10 });
    controller.abort(new Error("changed my mind"));
    await expect(pending).rejects.toBeInstanceOf(SleighCancelledError);
    await expect(s.eachElem("1", [1], [], { signal: controller.signal })).rejects.toBeInstanceOf(SleighCancelledError);
  });
});

describe("the death of a worker", () => {
  test("loses no task: kill -9 in the middle of 1000", async () => {
    await s.export("kept", "still here");
    const ranks = (await s.workerInfo()).map(({ rank }) => rank);
    const work = (x: number): Promise<number> => new Promise((resolve) => setTimeout(() => resolve(x * 2), 2));
    const pending = s.eachElem(work, range(1000), [], { chunkSize: 10 });
    await expect.poll(() => pending.progress.done, { timeout: 10_000 }).toBeGreaterThan(100);
    process.kill((await s.workerInfo())[0]!.pid, "SIGKILL");
    expect(await pending).toEqual(Array.from({ length: 1000 }, (_, x) => x * 2));
    expect(pending.progress.done).toBe(1000);
    expect((await s.workerInfo()).map(({ rank }) => rank)).toEqual(ranks);
    expect(await s.eachWorker("kept")).toEqual(["still here", "still here"]);
  });

  test("a task that kills its workers is given up, and the others are done", async () => {
    const results = await s.eachElem(
      (x: number) => {
        if (x === 13) {
          process.kill(process.pid, "SIGKILL");
        }
        return x;
      },
      range(40),
      [],
      { chunkSize: 8, onError: "return" },
    );
    expect(results.filter((result) => typeof result === "number")).toHaveLength(39);
    const lost = results[13] as WorkerLostError;
    expect(lost).toBeInstanceOf(WorkerLostError);
    expect(lost).toMatchObject({ task: 13, signal: "SIGKILL", attempts: 3 });
    expect(lost.deaths).toHaveLength(3);
  });

  test("fails eachWorker for its rank, and the next one replays what was called before", async () => {
    await s.eachWorker("globalThis.history = ['first']");
    await s.eachWorker("history.push('second')");
    const results = await s.eachWorkerWith(
      { onError: "return", replay: false },
      "SleighRank === 0 ? process.exit(7) : SleighRank",
    );
    expect(results[0]).toMatchObject({ name: "WorkerLostError", exitCode: 7, rank: 0 });
    expect(results[1]).toBe(1);
    expect(await s.eachWorker("history")).toEqual([
      ["first", "second"],
      ["first", "second"],
    ]);
  });
});
