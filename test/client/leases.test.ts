import { expect, test } from "vitest";
import { ConnectionLostError, LeaseLostError, PermissionError } from "../../src/client/index.ts";
import { failureOf, TestServer } from "./support.ts";

test("a value on lease is seen by nobody until it is released, and then lies in its old place", async () => {
  await using server = await TestServer.start();
  const [ws, other] = [server.open("table"), server.open("table")];
  await ws.storeAll("x", [1, 2]);
  const lease = await ws.fetch("x", { lease: true });
  expect(lease.value).toBe(1);
  expect(await other.find("x")).toBe(2);
  await lease.release();
  expect(await other.fetchMany("x")).toEqual([1, 2]);
});

test("an acknowledged value is gone, and its lease with it", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  await ws.store("x", 1);
  const lease = await ws.fetch("x", { lease: true });
  await lease.ack();
  expect(await ws.fetchTry("x")).toBeUndefined();
  expect(await failureOf(lease.ack())).toBeInstanceOf(LeaseLostError);
  expect(await failureOf(lease.release())).toBeInstanceOf(LeaseLostError);
});

test("complete acknowledges and stores in one step", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  await ws.store("tasks", 3);
  const lease = await ws.fetch("tasks", { lease: true });
  await lease.complete("results", 27);
  expect(await ws.fetch("results")).toBe(27);
  expect((await ws.listVars()).map(({ name, booked }) => [name, booked])).toEqual([
    ["results", 0],
    ["tasks", 0],
  ]);
});

test("complete of a lease that is lost stores nothing, however large the value", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  await ws.storeAll("tasks", [1, 2]);
  const leases = [await ws.fetch("tasks", { lease: true }), await ws.fetch("tasks", { lease: true })];
  await ws.deleteVar("tasks");
  expect(await failureOf(leases[0]!.complete("results", 1))).toBeInstanceOf(LeaseLostError);
  expect(await failureOf(leases[1]!.complete("results", new Uint8Array(2_000_000)))).toBeInstanceOf(LeaseLostError);
  expect(await ws.fetchTry("results", "nothing")).toBe("nothing");
});

test("complete takes a large value", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  await ws.store("tasks", 1);
  const lease = await ws.fetch("tasks", { lease: true });
  const result = new Uint8Array(2_000_000).fill(9);
  await lease.complete("results", result);
  expect(Buffer.compare(await ws.fetch<Uint8Array>("results"), result)).toBe(0);
});

test("await using puts back what was not acknowledged", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  await ws.storeAll("x", [1, 2]);
  {
    await using first = await ws.fetch("x", { lease: true });
    await using second = await ws.fetch("x", { lease: true });
    await second.ack();
    expect(first.value).toBe(1);
  }
  expect(await ws.fetchTryMany("x")).toEqual([1]);
});

test("a lease of a session that is over is disposed of without complaint", async () => {
  await using server = await TestServer.start();
  const [ws, other] = [server.open("table"), server.open("keeper")];
  await ws.store("x", 1);
  {
    await using lease = await ws.fetch("x", { lease: true });
    expect(lease.value).toBe(1);
    await ws.close();
  }
  await other.close();
});

test("what a session holds on lease goes back when it ends, in order", async () => {
  await using server = await TestServer.start();
  const [ws, worker] = [server.open("table"), server.open("table", { useUse: true })];
  await ws.storeAll("x", [1, 2, 3]);
  const leases = await worker.fetchMany("x", { max: 2, lease: true });
  expect(leases.map((lease) => lease.value)).toEqual([1, 2]);
  await worker.close();
  expect(await ws.fetchMany("x")).toEqual([1, 2, 3]);
});

test("fetchTry on lease gives what is given for missing when there is nothing", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  expect(await ws.fetchTry("x", "none", { lease: true })).toBe("none");
  await ws.store("x", 5);
  const lease = await ws.fetchTry("x", undefined, { lease: true });
  expect(lease?.value).toBe(5);
});

test("a lease tells how often its value was given out: what was released does not count, what a session's end gave back does", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  await ws.store("x", 1);
  const first = await ws.fetch("x", { lease: true });
  expect(first.deliveries).toBe(1);
  await first.release();
  const dying = server.connect();
  expect((await (await dying.useWs("table")).fetch("x", { lease: true })).deliveries).toBe(1);
  await dying.close();
  const second = await ws.fetch("x", { lease: true });
  expect(second.deliveries).toBe(2);
  await second.ack();
  await ws.store("x", 2);
  const other = await ws.fetch("x", { lease: true });
  expect(other.deliveries).toBe(1);
});

test("a session that is ended by another gives back what it has", async () => {
  await using server = await TestServer.start();
  await using hanging = server.connect();
  await using master = server.connect();
  const ws = await hanging.useWs("table");
  await ws.store("x", 1);
  await ws.fetch("x", { lease: true });
  const identity = await hanging.identity();
  expect(await failureOf(master.endSession({ ...identity, secret: "guess" }))).toBeInstanceOf(PermissionError);
  await master.endSession(identity);
  const other = await master.useWs("table");
  expect(await other.fetchTry("x")).toBe(1);
  expect(await failureOf(ws.store("x", 2))).toBeInstanceOf(ConnectionLostError);
  expect(await failureOf(master.endSession(identity))).toBeInstanceOf(PermissionError);
});
