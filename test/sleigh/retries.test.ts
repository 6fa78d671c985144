import { expect, test } from "vitest";
import { range, Sleigh, TaskTimeoutError } from "../../src/sleigh/index.ts";

test("a task that is done again comes before those that wait for what it does", async () => {
  await using s = new Sleigh({ workerCount: 1 });
  const work = async (x: number): Promise<unknown> => {
    if (x !== 0) {
      return await SleighUserNws.find("done");
    }
    const tries = (await SleighUserNws.fetchTry<number>("tries", 0)) + 1;
    await SleighUserNws.store("tries", tries);
    if (tries < 3) {
      throw new Error("not yet");
    }
    await SleighUserNws.store("done", "zero");
    return tries;
  };
  for (const chunkSize of [1, 4]) {
    const results = await s.eachElem(work, range(8), [], { chunkSize, retries: 2, retryDelay: 1 });
    expect(results).toEqual([3, ...Array<string>(7).fill("zero")]);
    await Promise.all([s.userNws.deleteVar("tries"), s.userNws.deleteVar("done")]);
  }
});

test("tasks that are done again wait for no room and no input", async () => {
  await using s = new Sleigh({ workerCount: 1, onWarning: () => undefined });
  // Whoever takes over has been connected, too: what each worker did is done again.
  await s.eachWorker("SleighUserNws.findTry('before')");
  // An input that does not go on before the first task is done.
  let isDone: () => void = () => undefined;
  const done = new Promise<void>((resolve) => (isDone = resolve));
  async function* numbers(): AsyncGenerator<number> {
    yield 0;
    await done;
    yield 1;
  }
  // It takes its worker along: only another one can do it again.
  const work = (x: number): unknown =>
    SleighUserNws.fetchTry("before").then(async (before) => {
      if (x === 0 && before === undefined) {
        await SleighUserNws.store("before", 1);
        while (true) {
          // longer than it may
        }
      }
      return x;
    });
  const pending = s.eachElem(work, numbers(), [], { chunkSize: 1, timeout: 2000, grace: 50, retries: 1 });
  await expect.poll(() => pending.progress.done).toBe(1);
  isDone();
  expect(await pending).toEqual([0, 1]);
});

test("cancelling ends a task that waits to be done again", async () => {
  await using s = new Sleigh({ workerCount: 1 });
  const { pid } = (await s.workerInfo())[0]!;
  const pending = s.eachElem("SleighUserNws.store('tried', 1).then(() => nope())", [1], [], {
    retries: 1,
    retryDelay: 3_600_000,
  });
  await s.userNws.fetch("tried");
  pending.cancel();
  await expect(pending).rejects.toMatchObject({ code: "cancelled" });
  expect(await s.eachElem("SleighArguments[0]", [2])).toEqual([2]);
  expect((await s.workerInfo())[0]!.pid).toBe(pid);
});

test("what takes too long is done again, too, and every try has its own time", async () => {
  await using s = new Sleigh({ workerCount: 1 });
  await s.eachWorker("globalThis.tries = 0");
  const work = "tries++ < 2 ? new Promise((_, no) => SleighContext.signal.addEventListener('abort', no)) : tries";
  const options = { timeout: 1000, onError: "return" } as const;
  expect(await s.eachElem(work, [1], [], { ...options, retries: 2 })).toEqual([3]);
  await s.eachWorker("globalThis.tries = 0");
  const [error] = await s.eachElem(work, [1], [], { ...options, retries: 1 });
  expect(error).toBeInstanceOf(TaskTimeoutError);
  expect(error).toMatchObject({ attempts: 2 });
});
