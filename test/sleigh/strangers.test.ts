import { afterEach, beforeEach, expect, test } from "vitest";
import { NetWorkSpace, PermissionError } from "../../src/client/index.ts";
import { encode } from "../../src/codec/index.ts";
import { type RunningServer, startServer } from "../../src/host/index.ts";
import { range, Sleigh } from "../../src/sleigh/index.ts";
import { Sealer } from "../../src/sleigh/seal.ts";

// Somebody who can do all that anybody on the server can, and does not have the key.

let server: RunningServer;
let s: Sleigh;
let stranger: NetWorkSpace;
let warnings: string[];

beforeEach(async () => {
  warnings = [];
  server = await startServer({ port: 0 });
  s = new Sleigh({
    nwsHost: server.host,
    nwsPort: server.port,
    workerCount: 2,
    onWarning: (text) => warnings.push(text),
    onOutput: () => undefined,
  });
  await s.eachWorker("globalThis.runs = []; globalThis.forged = false");
  stranger = new NetWorkSpace(s.nws.name, { serverHost: server.host, serverPort: server.port, useUse: true });
});

afterEach(async () => {
  await stranger.close();
  await s.stop();
  await server.stop();
});

/** What the workers have done. */
async function runs(): Promise<unknown[]> {
  return (await s.eachWorkerWith<unknown[]>({ replay: false }, "runs")).flat().sort();
}

/** Gets a copy of the next value that is stored there. */
async function overhear(variable: string): Promise<{ readonly value: Promise<Uint8Array> }> {
  const value = stranger.find<Uint8Array>(variable);
  // When this is answered, the server knows of the other.
  await stranger.listVars();
  return { value };
}

async function mailOf(rank: number): Promise<string[]> {
  expect((await s.workerInfo())[rank]?.rank).toBe(rank);
  return (await stranger.listVars()).map(({ name }) => name).filter((name) => name.startsWith("mail "));
}

test("tasks are the master's alone to store: neither forged nor copied ones are run", async () => {
  const forger = new Sealer(Sealer.newKey(), s.nws.name);
  const spec = encode({ job: 1, code: { type: "eval", source: "globalThis.forged = true" } }).bytes;
  const forged = forger.seal("tasks", { kind: "call", job: 1, spec });
  const copies: Promise<unknown>[] = [];
  const genuine = await overhear("tasks");
  const pending = s.eachElem("runs.push(SleighArguments[0]), SleighArguments[0]", range(20), [], { chunkSize: 1 });
  for (const value of [forged, new Uint8Array(100).fill(1), "text", await genuine.value]) {
    copies.push(stranger.store("tasks", value));
  }
  copies.push(stranger.deleteVar("tasks"), stranger.declare("tasks", "lifo"));
  const outcomes = await Promise.allSettled(copies);
  expect(
    outcomes.map((each) => each.status === "rejected" && (each.reason as unknown) instanceof PermissionError),
  ).toEqual(Array(6).fill(true));
  expect(await pending).toEqual(Array.from({ length: 20 }, (_, x) => x));
  expect(await s.eachElem("SleighArguments[0]", [1])).toEqual([1]);
  expect(await runs()).toEqual(Array.from({ length: 20 }, (_, x) => x).sort());
  expect(await s.eachWorker("forged")).toEqual([false, false]);
});

test("forged results and copies of genuine ones are reported and count for nothing", async () => {
  const genuine = await overhear("results");
  expect(await s.eachElem("SleighArguments[0]", [1, 2])).toEqual([1, 2]);
  const pending = s.eachElem("new Promise((done) => setTimeout(done, 50, SleighArguments[0]))", range(8), [], {
    chunkSize: 1,
  });
  const forger = new Sealer(Sealer.newKey(), s.nws.name);
  for (let chunk = 1; chunk < 12; chunk++) {
    const values = { value: ["forged"], parts: [], inline: [] };
    const result = { kind: "result", job: 3, chunk, rank: 0, token: "", values, failures: [], unrun: [], elapsedMs: 0 };
    await stranger.store("results", forger.seal("results", result));
    await stranger.store("results", await genuine.value);
  }
  expect(await pending).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(pending.progress.done).toBe(8);
  await expect.poll(() => warnings.filter((text) => text.includes("was seen before")).length).toBe(11);
  expect(warnings.filter((text) => text.includes("was not sealed by this sleigh"))).toHaveLength(11);
});

test("forged exports and calls, and copies of genuine ones, are reported and change nothing", async () => {
  const [mail = ""] = await mailOf(0);
  const copy = await overhear(mail);
  await s.export("kept", "old");
  await s.export("kept", "new");
  await s.eachWorker("runs.push(kept)");
  const forger = new Sealer(Sealer.newKey(), s.nws.name);
  const value = { value: "forged", parts: [], inline: [] };
  await stranger.store(mail, forger.seal(mail, { kind: "export", name: "kept", value }));
  await stranger.store(mail, await copy.value);
  // Genuine, and of another variable.
  await stranger.store("join", await copy.value);
  await expect.poll(() => warnings.filter((text) => text.includes("was seen before")).length).toBe(1);
  await expect.poll(() => warnings.filter((text) => text.includes("was not sealed by this sleigh")).length).toBe(2);
  expect(await s.eachWorker("kept")).toEqual(["new", "new"]);
  expect(await runs()).toEqual(["new", "new"]);
  expect((await s.status()).joined).toBe(2);
});

test("what is sent once for all workers is nobody else's to change", async () => {
  await s.export("table", new Float64Array(100_000).fill(0.5));
  expect(await s.eachWorker("table[99_999]")).toEqual([0.5, 0.5]);
  const parts = (await stranger.listVars()).map(({ name }) => name).filter((name) => name.startsWith("part "));
  expect(parts.length).toBeGreaterThan(0);
  for (const part of parts) {
    await expect(stranger.store(part, new Uint8Array(100))).rejects.toBeInstanceOf(PermissionError);
    await expect(stranger.deleteVar(part)).rejects.toBeInstanceOf(PermissionError);
  }
  // One that comes later reads them.
  process.kill((await s.workerInfo())[0]!.pid, "SIGKILL");
  await expect.poll(async () => (await s.eachWorker("table[99_999]")).join(" "), { timeout: 20_000 }).toBe("0.5 0.5");
});

test("a task that a stranger takes and lets go is run once, by a worker", async () => {
  const seen = new NetWorkSpace(s.nws.name, { serverHost: server.host, serverPort: server.port, useUse: true });
  const pending = s.eachElem(
    "new Promise((done) => setTimeout(() => done(runs.push(SleighArguments[0])), 20))",
    range(30),
    [],
    { chunkSize: 1 },
  );
  await seen.fetch("tasks", { lease: true });
  await seen.close();
  await pending;
  expect(await runs()).toEqual(Array.from({ length: 30 }, (_, x) => x).sort());
});
