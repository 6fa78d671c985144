import { expect, test } from "vitest";
import { TestMaster, valuesOf } from "./test-master.ts";

test("a chunk's results come back in the order of its tasks, in one message", async () => {
  await using master = await TestMaster.start();
  await master.worker();
  master.expression(1, "SleighArguments[0] ** 3");
  await master.send({ job: 1, columns: [[1, 2, 3]] });
  const result = await master.result(1);
  expect(valuesOf(result)).toEqual([1, 8, 27]);
  expect(result).toMatchObject({ failures: [], unrun: [], rank: 0 });
  expect(master.heard).toHaveLength(1);
});

test("arguments come in columns or in rows, fixed ones follow, and permute picks and orders them", async () => {
  await using master = await TestMaster.start();
  await master.worker();
  master.expression(1, "[...SleighArguments]", { fixed: [99] });
  master.expression(2, "[...SleighArguments]", { fixed: [99], permute: [1, 2, 0] });
  master.expression(3, "[...SleighArguments]", { permute: [] });
  await master.send(
    {
      job: 1,
      columns: [
        [1, 2, 3],
        [11, 12, 13],
      ],
    },
    { job: 1, chunk: 1, rows: true, columns: [[1, "a"], [], [2]] },
    {
      job: 2,
      columns: [
        [1, 2],
        [11, 12],
      ],
    },
    { job: 3, columns: [[1, 2]] },
  );
  expect(valuesOf(await master.result(1))).toEqual([
    [1, 11, 99],
    [2, 12, 99],
    [3, 13, 99],
  ]);
  expect(valuesOf(await master.result(1, 1))).toEqual([[1, "a", 99], [99], [2, 99]]);
  expect(valuesOf(await master.result(2))).toEqual([
    [11, 99, 1],
    [12, 99, 2],
  ]);
  expect(valuesOf(await master.result(3))).toEqual([[], []]);
});

test("promises are waited for, one task after the other", async () => {
  await using master = await TestMaster.start();
  await master.worker();
  master.expression(
    1,
    `(async (x) => {
       globalThis.running = (globalThis.running ?? 0) + 1;
       await new Promise((resolve) => setTimeout(resolve, 1));
       const alone = globalThis.running === 1;
       globalThis.running--;
       return alone && x;
     })(SleighArguments[0])`,
  );
  await master.send({ job: 1, columns: [[1, 2, 3]] });
  expect(valuesOf(await master.result(1))).toEqual([1, 2, 3]);
});

test("what one task leaves behind the next one finds", async () => {
  await using master = await TestMaster.start();
  await master.worker();
  master.expression(1, "globalThis.count = (globalThis.count ?? 0) + SleighArguments[0]");
  await master.send({ job: 1, columns: [[1, 2]] }, { job: 1, chunk: 1, columns: [[3]] });
  expect(valuesOf(await master.result(1, 1))).toEqual([6]);
});

test("tasks know their worker, their number and the workspaces", async () => {
  await using master = await TestMaster.start();
  await master.worker({}, { rank: 2, workerCount: 5 });
  master.expression(
    1,
    "[SleighRank, SleighWorkerCount, SleighName, SleighContext.rank, SleighContext.workerCount, SleighContext.taskNumber]",
  );
  master.expression(2, "SleighUserNws.store('from task', SleighNws.name)");
  await master.send({ job: 1, first: 7, columns: [[0, 0]] }, { job: 2, columns: [[0]] });
  const { name } = master.ws;
  expect(valuesOf(await master.result(1))).toEqual([
    [2, 5, name, 2, 5, 7],
    [2, 5, name, 2, 5, 8],
  ]);
  expect(await master.user.fetch("from task")).toBe(name);
  await master.send({ job: 1, chunk: 1, numbers: [9, 4], columns: [[0, 0]] });
  expect(valuesOf(await master.result(1, 1))).toEqual([
    [2, 5, name, 2, 5, 9],
    [2, 5, name, 2, 5, 4],
  ]);
});

test("a task that throws fails alone, and its error says what, why and where", async () => {
  await using master = await TestMaster.start();
  await master.worker();
  master.expression(
    1,
    `(function work(x) {
       if (x === 2) {
         class OddError extends RangeError {}
         throw Object.assign(new OddError("not 2", { cause: new TypeError("deeper") }), { code: "E_ODD" });
       }
       return x;
     })(SleighArguments[0])`,
  );
  await master.send({ job: 1, columns: [[1, 2, 3]] });
  const result = await master.result(1);
  expect(valuesOf(result)).toEqual([1, undefined, 3]);
  expect(result.failures).toHaveLength(1);
  const [failure] = result.failures;
  expect(failure).toMatchObject({
    at: 1,
    reason: "threw",
    error: { name: "OddError", message: "not 2", code: "E_ODD", cause: { name: "TypeError", message: "deeper" } },
  });
  expect(failure?.error?.stack).toContain("at work (sleigh-expression:4");
  expect(failure?.error?.stack).not.toContain("chunk-runner");
});

test("whatever is thrown is described: strings, objects, rejections, AggregateErrors", async () => {
  await using master = await TestMaster.start();
  await master.worker();
  master.expression(1, "(() => { throw 'text' })()");
  master.expression(2, "Promise.reject({ message: 'an object' })");
  master.expression(3, "Promise.any([Promise.reject(new Error('one')), Promise.reject(new Error('two'))])");
  master.expression(4, "(() => { throw undefined })()");
  await master.send(...[1, 2, 3, 4].map((job) => ({ job, columns: [[0]] })));
  const errorOf = async (job: number): Promise<unknown> => (await master.result(job)).failures[0]?.error;
  expect(await errorOf(1)).toMatchObject({ name: "string", message: "text" });
  expect(await errorOf(2)).toMatchObject({ name: "object", message: "an object" });
  expect(await errorOf(3)).toMatchObject({ name: "AggregateError", errors: [{ message: "one" }, { message: "two" }] });
  expect(await errorOf(4)).toMatchObject({ name: "undefined" });
});

test("an expression that is none fails its tasks and not the worker", async () => {
  await using master = await TestMaster.start();
  await master.worker();
  master.expression(1, "1 +");
  master.expression(2, "1 + 1");
  await master.send({ job: 1, columns: [[1, 2]] }, { job: 2, columns: [[0]] });
  const { failures } = await master.result(1);
  expect(failures.map(({ at, error }) => [at, error?.name])).toEqual([
    [0, "SyntaxError"],
    [1, "SyntaxError"],
  ]);
  expect(valuesOf(await master.result(2))).toEqual([2]);
});

test("a result that cannot travel is an error of its task alone", async () => {
  await using master = await TestMaster.start();
  await master.worker();
  master.expression(1, "SleighArguments[0] === 2 ? { f: process.stdout } : SleighArguments[0]");
  await master.send({ job: 1, columns: [[1, 2, 3]] });
  const result = await master.result(1);
  expect(valuesOf(result)).toEqual([1, undefined, 3]);
  expect(result.failures.map(({ at }) => at)).toEqual([1]);
});

test("an exception outside fails the task that is waited for, and the worker goes on", async () => {
  await using master = await TestMaster.start();
  await master.worker();
  master.expression(1, "new Promise(() => setTimeout(() => { throw new Error('from a timer') }, 1))");
  master.expression(
    2,
    "(void Promise.reject(new Error('nobody looks')), new Promise((resolve) => setTimeout(resolve, 5000)))",
  );
  master.expression(3, "'alive'");
  await master.send({ job: 1, columns: [[0]] }, { job: 2, columns: [[0]] }, { job: 3, columns: [[0]] });
  expect((await master.result(1)).failures[0]?.error?.message).toBe("from a timer");
  expect((await master.result(2)).failures[0]?.error?.message).toBe("nobody looks");
  expect(valuesOf(await master.result(3))).toEqual(["alive"]);
});

test("many chunks are each completed once, with all their results", async () => {
  await using master = await TestMaster.start();
  await Promise.all([master.worker({ rank: 0 }), master.worker({ rank: 1 })]);
  master.expression(1, "SleighArguments[0]");
  const chunks = Array.from({ length: 2000 }, (_, chunk) => ({ job: 1, chunk, first: chunk, columns: [[chunk]] }));
  await master.send(...chunks);
  for (const { chunk } of chunks) {
    expect(valuesOf(await master.result(1, chunk))).toEqual([chunk]);
  }
  const results = master.heard.filter((each) => each.kind === "result");
  expect(results).toHaveLength(chunks.length);
  expect(new Set(results.map((each) => each.token)).size).toBe(2);
});

test("large arguments and results travel", async () => {
  await using master = await TestMaster.start();
  await master.worker();
  master.expression(1, "SleighArguments[0].map((x) => x + 1)");
  const large = new Float64Array(300_000).fill(1);
  await master.send({ job: 1, columns: [[large]] });
  expect(valuesOf(await master.result(1))).toEqual([large.map((x) => x + 1)]);
});
