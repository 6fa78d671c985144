import { expect, test } from "vitest";
import { newToken } from "../../src/sleigh/messages.ts";
import { WorkerExit } from "../../src/sleigh/worker/exit-code.ts";
import { TestMaster, valuesOf } from "./test-master.ts";

/** Waits for the signal's abort and rejects with its reason. */
const UNTIL_ABORTED = `new Promise((_, reject) => {
  SleighContext.signal.addEventListener("abort", () => reject(SleighContext.signal.reason));
})`;

test("a task that runs too long sees its signal aborted and counts as timed out; the others have their own time", async () => {
  await using master = await TestMaster.start();
  await master.worker();
  master.expression(1, `SleighArguments[0] === 2 ? ${UNTIL_ABORTED} : SleighArguments[0]`, { timeoutMs: 1000 });
  await master.send({ job: 1, first: 10, columns: [[1, 2, 3]] });
  const result = await master.result(1);
  expect(valuesOf(result)).toEqual([1, undefined, 3]);
  expect(result.failures).toMatchObject([{ at: 1, reason: "timed_out", error: { name: "TimeoutError" } }]);
  expect(result.failures[0]?.error?.message).toContain("task 11");
  expect(result.failures[0]?.elapsedMs).toBeGreaterThanOrEqual(990);
});

test("a task that never waits can look at its signal, and one that ends late has no result", async () => {
  await using master = await TestMaster.start();
  await master.worker();
  const loop = "(() => { const { signal } = SleighContext; let n = 0; while (!signal.aborted) n++; return n; })()";
  master.expression(1, loop, { timeoutMs: 30, graceMs: 5000 });
  master.expression(2, `(() => { for (;;) SleighContext.signal.throwIfAborted(); })()`, {
    timeoutMs: 30,
    graceMs: 5000,
  });
  await master.send({ job: 1, columns: [[0]] }, { job: 2, columns: [[0]] });
  expect(await master.result(1)).toMatchObject({ failures: [{ reason: "timed_out" }] });
  expect(await master.result(2)).toMatchObject({
    failures: [{ reason: "timed_out", error: { cause: { name: "TimeoutError" } } }],
  });
});

test("the time of a task counts from its start, not from when its chunk was handed out", async () => {
  await using master = await TestMaster.start();
  await master.worker();
  master.expression(1, "new Promise((resolve) => setTimeout(resolve, 100, 'in time'))", { timeoutMs: 2000 });
  await master.send({ job: 1, columns: [new Array(22).fill(0)] });
  const result = await master.result(1);
  expect(result.failures).toEqual([]);
});

test("a task that does not stop when its time is over is reported, its neighbours go back, and the worker ends", async () => {
  await using master = await TestMaster.start();
  const worker = await master.worker();
  master.expression(1, "(() => { console.log('going round'); while (SleighArguments[0] === 1); })()", {
    timeoutMs: 1000,
    graceMs: 50,
  });
  await master.send({ job: 1, columns: [[0, 1, 0]] });
  const result = await master.result(1);
  expect(result).toMatchObject({ failures: [{ at: 1, reason: "timed_out" }], unrun: [0, 2] });
  expect(result.failures[0]?.output).toContain("going round");
  expect(await worker.ended).toMatchObject({ exitCode: WorkerExit.replaced });
  expect(await worker.endThread(5000)).toBe(true);
});

test("cancelling a job aborts what runs, and leaves the rest unrun", async () => {
  await using master = await TestMaster.start();
  const token = newToken();
  await master.worker({ token });
  master.expression(1, `(SleighUserNws.store("running", 1), ${UNTIL_ABORTED})`, { graceMs: 5000 });
  master.expression(2, "'next'");
  await master.send({ job: 1, columns: [[1, 2]] }, { job: 1, chunk: 1, columns: [[3]] });
  await master.user.fetch("running");
  await master.mail(token, { kind: "cancel", job: 1, chunk: undefined });
  expect(await master.result(1)).toMatchObject({ failures: [{ at: 0, reason: "cancelled" }], unrun: [1] });
  expect(await master.result(1, 1)).toMatchObject({ failures: [], unrun: [0] });
  await master.send({ job: 2, columns: [[0]] });
  expect(valuesOf(await master.result(2))).toEqual(["next"]);
});

test("cancelling one chunk leaves the job's others alone", async () => {
  await using master = await TestMaster.start();
  const token = newToken();
  await master.worker({ token });
  master.expression(1, `SleighArguments[0] === 1 ? (SleighUserNws.store("running", 1), ${UNTIL_ABORTED}) : 'ran'`);
  await master.send({ job: 1, columns: [[1]] }, { job: 1, chunk: 1, columns: [[3]] });
  await master.user.fetch("running");
  await master.mail(token, { kind: "cancel", job: 1, chunk: 0 });
  expect(await master.result(1)).toMatchObject({ failures: [{ reason: "cancelled" }] });
  expect(valuesOf(await master.result(1, 1))).toEqual(["ran"]);
});

test("a cancelled task that does not stop costs its worker, after the grace time", async () => {
  await using master = await TestMaster.start();
  const token = newToken();
  const worker = await master.worker({ token });
  master.expression(1, "SleighUserNws.store('running', 1).then(() => { for (;;) {} })", { graceMs: 50 });
  await master.send({ job: 1, columns: [[0]] });
  await master.user.fetch("running");
  await master.mail(token, { kind: "cancel", job: 1, chunk: undefined });
  expect(await master.result(1)).toMatchObject({ unrun: [0] });
  expect(await worker.ended).toMatchObject({ exitCode: WorkerExit.replaced });
});

test("jobs that were cancelled before a worker's time are not run", async () => {
  await using master = await TestMaster.start();
  master.expression(1, "'ran'");
  await master.send({ job: 1, columns: [[1, 2]] });
  await master.worker({}, { cancelled: [1] });
  expect(await master.result(1)).toMatchObject({ failures: [], unrun: [0, 1] });
});
