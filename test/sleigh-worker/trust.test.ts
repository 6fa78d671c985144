import { expect, test } from "vitest";
import { newToken, Variables } from "../../src/sleigh/messages.ts";
import { Sealer } from "../../src/sleigh/seal.ts";
import { TestMaster, valuesOf } from "./test-master.ts";
import { until } from "../client/support.ts";
import { workerWorkspace } from "../../src/sleigh/messages.ts";

test("forged tasks and mail are not run, only reported", async () => {
  await using master = await TestMaster.start();
  const token = newToken();
  await master.worker({ token });
  const stranger = new Sealer(Sealer.newKey(), master.ws.name);
  const spec = master.expression(1, "SleighUserNws.store('evil', 1)");
  const mail = { kind: "call", job: 1, spec };
  await master.ws.store(Variables.tasks, stranger.seal(Variables.tasks, mail));
  await master.ws.store(Variables.tasks, "no envelope at all");
  await master.ws.store(Variables.mail(token), stranger.seal(Variables.mail(token), mail));
  // Genuine, but of another variable.
  await master.ws.store(Variables.tasks, master.sealer.seal(Variables.mail(token), mail));
  await until("four troubles", () => master.heard.filter((each) => each.kind === "trouble").length === 4);
  master.expression(2, "'honest'");
  await master.send({ job: 2, columns: [[0]] });
  expect(valuesOf(await master.result(2))).toEqual(["honest"]);
  expect(await master.user.fetchTry("evil", "nothing")).toBe("nothing");
  expect(await master.ws.fetchTry(Variables.tasks, "none")).toBe("none");
});

test("mail that comes twice is acted on once", async () => {
  await using master = await TestMaster.start();
  const token = newToken();
  await master.worker({ token });
  const spec = master.expression(1, "globalThis.times = (globalThis.times ?? 0) + 1");
  const sealed = master.sealer.seal(Variables.mail(token), { kind: "call", job: 1, spec });
  await master.ws.storeAll(Variables.mail(token), [sealed, sealed]);
  await master.next((each) => each.kind === "trouble", "trouble");
  master.expression(2, "times");
  await master.call(token, 2);
  expect(valuesOf(await master.callResult(2))).toEqual([1]);
});

test("a chunk that comes back from a dead worker is asked about, announced task by task, and spared where that is said", async () => {
  await using master = await TestMaster.start();
  master.expression(1, "SleighArguments[0]");
  await master.send({ job: 1, columns: [["a", "b", "c"]] });
  await dieWithChunk(master);
  const token = newToken();
  await master.worker({ token });
  expect(await master.next((each) => each.kind === "suspect", "suspect")).toMatchObject({
    job: 1,
    chunk: 0,
    deliveries: 2,
    token,
  });
  await master.mail(token, { kind: "verdict", job: 1, chunk: 0, lost: [1] });
  const result = await master.result(1);
  expect(valuesOf(result)).toEqual(["a", undefined, "c"]);
  expect(result.failures).toMatchObject([{ at: 1, reason: "lost" }]);
  const told = master.heard.map((each) => (each.kind === "started" ? `started ${each.at}` : each.kind));
  expect(told).toEqual(["suspect", "started 0", "started 2", "result"]);
});

test("while a suspect chunk waits for its verdict no other is held", async () => {
  await using master = await TestMaster.start();
  master.expression(1, "SleighArguments[0]");
  await master.send({ job: 1, columns: [["a"]] }, { job: 1, chunk: 1, columns: [["b"]] });
  await dieWithChunk(master);
  const token = newToken();
  await master.worker({ token });
  await master.next((each) => each.kind === "suspect", "suspect");
  // The other one is still there for others.
  const other = await master.ws.fetch<Uint8Array>(Variables.tasks, { lease: true, timeout: 2000 });
  await other.release();
  await master.mail(token, { kind: "verdict", job: 1, chunk: 0, lost: [] });
  expect(valuesOf(await master.result(1))).toEqual(["a"]);
});

test("a chunk held behind one that turns out slow goes back for others", async () => {
  await using master = await TestMaster.start();
  await master.worker();
  master.expression(
    1,
    "SleighArguments[0] === 'slow' ? (SleighUserNws.store('running', 1), SleighUserNws.find('go')) : SleighArguments[0]",
  );
  // Fast ones first, so that the worker fetches ahead.
  await master.send(...Array.from({ length: 50 }, (_, chunk) => ({ job: 1, chunk, columns: [["fast"]] })));
  await master.result(1, 49);
  await master.send({ job: 1, chunk: 50, columns: [["slow"]] }, { job: 1, chunk: 51, columns: [["behind"]] });
  await master.user.fetch("running");
  const other = await master.ws.fetch<Uint8Array>(Variables.tasks, { lease: true, timeout: 5000 });
  await other.ack();
  await master.user.store("go", "went");
  expect(valuesOf(await master.result(1, 50))).toEqual(["went"]);
});

test("a chunk that a worker gave back may come to it again, and is not suspect for that", async () => {
  await using master = await TestMaster.start();
  await master.worker();
  master.expression(
    1,
    "SleighArguments[0] === 'slow' ? (SleighUserNws.store('running', 1), SleighUserNws.find('go')) : SleighArguments[0]",
  );
  await master.send(...Array.from({ length: 50 }, (_, chunk) => ({ job: 1, chunk, columns: [["fast"]] })));
  await master.result(1, 49);
  await master.send({ job: 1, chunk: 50, columns: [["slow"]] }, { job: 1, chunk: 51, columns: [["behind"]] });
  await master.user.fetch("running");
  // It is back in its place when somebody else can have it.
  const other = await master.ws.fetch<Uint8Array>(Variables.tasks, { lease: true, timeout: 5000 });
  await other.release();
  await master.user.store("go", "went");
  expect(valuesOf(await master.result(1, 51))).toEqual(["behind"]);
  expect(master.heard.map(({ kind }) => kind)).not.toContain("trouble");
  expect(master.heard.map(({ kind }) => kind)).not.toContain("suspect");
});

test("where the master must know what has begun, each task of every chunk is announced", async () => {
  await using master = await TestMaster.start();
  await master.worker();
  master.expression(1, "SleighArguments[0]", { isAnnounced: true });
  await master.send({ job: 1, columns: [["a", "b"]] });
  expect(valuesOf(await master.result(1))).toEqual(["a", "b"]);
  const told = master.heard.map((each) => (each.kind === "started" ? `started ${each.at}` : each.kind));
  expect(told).toEqual(["started 0", "started 1", "result"]);
});

test("the heart beats, and while a task computes too", async () => {
  await using master = await TestMaster.start();
  const token = newToken();
  await master.worker({ token });
  const own = await master.connection.useWs<{ beat: number; gone: unknown }>(workerWorkspace(master.ws.name, token));
  const untilCancelled = "(() => { while (!SleighContext.signal.aborted); })()";
  master.expression(1, `SleighUserNws.store("running", 1).then(() => ${untilCancelled})`, { graceMs: 60_000 });
  await master.send({ job: 1, columns: [[0]] });
  await master.user.fetch("running");
  const before = await own.find("beat");
  await expect.poll(() => own.find("beat")).toBeGreaterThanOrEqual(before + 4);
  expect(master.heard.map(({ kind }) => kind)).not.toContain("result");
  await master.mail(token, { kind: "cancel", job: 1, chunk: undefined });
  await master.result(1);
});

/** As a worker would: takes the first chunk on lease, and is gone. */
async function dieWithChunk(master: TestMaster): Promise<void> {
  const { NwsServer } = await import("../../src/client/index.ts");
  const { host, port } = master.server;
  const doomed = new NwsServer({ serverHost: host, serverPort: port });
  const ws = await doomed.useWs(master.ws.name);
  await ws.fetch(Variables.tasks, { lease: true });
  await doomed.close();
}
