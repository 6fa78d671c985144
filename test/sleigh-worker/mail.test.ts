import { expect, test } from "vitest";
import { encode } from "../../src/codec/index.ts";
import { newToken, Variables } from "../../src/sleigh/messages.ts";
import { createHash } from "node:crypto";
import { plain, TestMaster, valuesOf } from "./test-master.ts";

test("a call runs once on the worker it was sent to, with its rank as the task's number", async () => {
  await using master = await TestMaster.start();
  const token = newToken();
  await master.worker({ token, rank: 3 });
  master.expression(1, "[SleighContext.taskNumber, ...SleighArguments]", { fixed: ["a", "b"] });
  await master.call(token, 1);
  const result = await master.callResult(1);
  expect(result).toMatchObject({ rank: 3, token, failures: [], unrun: [] });
  expect(valuesOf(result)).toEqual([[3, "a", "b"]]);
});

test("mail is acted on in order, before tasks that were handed out after it", async () => {
  await using master = await TestMaster.start();
  const token = newToken();
  await master.worker({ token });
  master.expression(1, "(globalThis.seen ??= []).push(typeof it === 'undefined' ? 'nothing' : it)");
  master.expression(2, "seen");
  for (let i = 0; i < 20; i++) {
    void master.mail(token, { kind: "export", name: "it", value: plain(i) });
    void master.call(token, 1);
  }
  void master.mail(token, { kind: "unexport", name: "it" });
  await master.send({ job: 1, columns: [[0]] }, { job: 2, columns: [[0]] });
  const expected = [...Array.from({ length: 20 }, (_, i) => i), "nothing"];
  expect(valuesOf(await master.result(2))).toEqual([expected]);
});

test("many exports that come in a burst are all there before a task of a new job runs", async () => {
  await using master = await TestMaster.start();
  const token = newToken();
  await master.worker({ token });
  const names = Array.from({ length: 200 }, (_, i) => `name${i}`);
  master.expression(1, `[${names.join()}].length`);
  for (const name of names) {
    void master.mail(token, { kind: "export", name, value: plain(new Array(100).fill(name)) });
  }
  await master.send({ job: 1, columns: [[0]] });
  const result = await master.result(1);
  expect(result.failures).toEqual([]);
  expect(valuesOf(result)).toEqual([200]);
});

test("what was exported and called before a worker's time is replayed before its first task", async () => {
  await using master = await TestMaster.start();
  master.expression(1, "0");
  const spec = master.expression(2, "globalThis.twice = given * 2");
  const failing = master.expression(3, "missing()");
  await master.send({ job: 1, columns: [[0]] });
  await master.worker(
    {},
    {
      replay: [
        { kind: "export", name: "given", value: plain(21) },
        { kind: "call", job: 2, spec },
        { kind: "call", job: 3, spec: failing },
      ],
    },
  );
  master.expression(4, "twice");
  await master.send({ job: 4, columns: [[0]] });
  expect(valuesOf(await master.result(4))).toEqual([42]);
  expect(await master.next((each) => each.kind === "trouble", "trouble")).toMatchObject({
    error: { name: "ReferenceError" },
  });
  expect(master.heard.some((each) => each.kind === "result" && (each.job === 2 || each.job === 3))).toBe(false);
});

test("a job and its arguments may lie in parts, which a worker finds once and checks", async () => {
  await using master = await TestMaster.start();
  const token = newToken();
  await master.worker({ token });
  const spec = master.expression(1, "'from a part'");
  const hash = createHash("sha256").update(spec).digest("hex");
  const put = (bytes: Uint8Array): Promise<void> =>
    master.ws.store(Variables.part(hash), master.sealer.seal(Variables.part(hash), { kind: "part", hash, bytes }));
  await put(encode("something else").bytes.slice());
  await master.mail(token, { kind: "call", job: 1, spec: hash });
  expect((await master.callResult(1)).failures[0]?.error?.message).toContain("damaged");
  await master.ws.deleteVar(Variables.part(hash));
  await put(spec);
  await master.mail(token, { kind: "call", job: 2, spec: hash });
  expect(valuesOf(await master.callResult(2))).toEqual(["from a part"]);
});

test("the number of workers is kept up to date", async () => {
  await using master = await TestMaster.start();
  const token = newToken();
  await master.worker({ token });
  await master.mail(token, { kind: "count", workerCount: 7 });
  master.expression(1, "[SleighWorkerCount, SleighContext.workerCount]");
  await master.call(token, 1);
  expect(valuesOf(await master.callResult(1))).toEqual([[7, 7]]);
});

test("a worker that is told to stop finishes what runs, and ends well", async () => {
  await using master = await TestMaster.start();
  const token = newToken();
  const worker = await master.worker({ token });
  master.expression(1, "SleighUserNws.store('running', 1).then(() => SleighUserNws.fetch('go on'))");
  await master.send({ job: 1, columns: [[0]] });
  await master.user.fetch("running");
  await master.mail(token, { kind: "stop", graceMs: 5000 });
  await master.user.store("go on", "done");
  expect(await worker.ended).toMatchObject({ exitCode: 0 });
  expect(valuesOf(await master.result(1))).toEqual(["done"]);
});

test("a worker that is told to stop waits no longer than it was told for what runs", async () => {
  await using master = await TestMaster.start();
  const token = newToken();
  const worker = await master.worker({ token });
  master.expression(1, "SleighUserNws.store('running', 1).then(() => new Promise(() => {}))");
  await master.send({ job: 1, columns: [[0]] });
  await master.user.fetch("running");
  await master.mail(token, { kind: "stop", graceMs: 10 });
  expect(await worker.ended).toMatchObject({ exitCode: 0 });
});

test("a worker that the master refuses, and one without a sleigh, say so and end", async () => {
  await using master = await TestMaster.start();
  const refused = await master.worker({}, { refused: "the group is closed" });
  expect(await refused.ended).toEqual({
    exitCode: 1,
    reason: expect.stringContaining("the group is closed") as string,
  });
  const { Worker } = await import("../../src/sleigh/worker/worker.ts");
  const lost = new Worker({ ...master.options, sleigh: "no such ride" });
  master.workers.push(lost);
  expect(await lost.ended).toEqual({
    exitCode: 1,
    reason: expect.stringContaining("no sleigh 'no such ride'") as string,
  });
});

test("a worker ends when the sleigh's workspace is gone, even in the middle of a computation", async () => {
  await using master = await TestMaster.start();
  const worker = await master.worker();
  master.expression(1, "(() => { SleighUserNws.store('x', 1); for (;;) {} })()");
  await master.send({ job: 1, columns: [[0]] });
  await master.connection.deleteWs(master.ws.name);
  expect(await worker.ended).toMatchObject({ exitCode: 0 });
  expect(await worker.endThread(5000)).toBe(true);
});

test("a worker ends when its server goes away", async () => {
  await using master = await TestMaster.start();
  const worker = await master.worker();
  await master.server.stop();
  expect((await worker.ended).exitCode).toBeGreaterThan(0);
});
