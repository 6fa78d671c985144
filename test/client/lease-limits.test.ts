import { expect, test } from "vitest";
import { ArgumentError, LeaseLostError } from "../../src/client/index.ts";
import { failureOf, TestServer, until, untilWaiting } from "./support.ts";

/** So long that it does not pass in a test. */
const LONG_MS = 600_000;

test("a lease whose time is over gives its value to who waits for it, and is lost", async () => {
  await using server = await TestServer.start();
  const [ws, other] = [server.open("table"), server.open("table")];
  await ws.storeAll("x", [1, 2]);
  // (In one go, or the first is back before the second is taken.)
  const [lease, second] = await Promise.all([ws.fetch("x", { lease: 300 }), ws.fetch("x")]);
  expect(second).toBe(2);
  const next = await other.fetch("x", { lease: true });
  expect([next.value, next.deliveries]).toEqual([1, 2]);
  expect(await failureOf(lease.ack())).toBeInstanceOf(LeaseLostError);
  expect(await failureOf(lease.extend())).toBeInstanceOf(LeaseLostError);
  expect(await failureOf(lease.complete("y", "done"))).toBeInstanceOf(LeaseLostError);
  expect(await failureOf(lease.release())).toBeInstanceOf(LeaseLostError);
  expect(await ws.fetchTry("y")).toBeUndefined();
  await next.ack();
});

test("its value goes back to its old place", async () => {
  await using server = await TestServer.start();
  const [ws, other] = [server.open("table"), server.open("table")];
  await ws.storeAll("x", [1, 2, 3]);
  const [first] = await ws.fetchMany("x", { max: 2, lease: 100 });
  await until("all can be fetched", async () => (await ws.listVars())[0]!.values === 3);
  expect(await other.fetchMany("x")).toEqual([1, 2, 3]);
  expect(await failureOf(first!.ack())).toBeInstanceOf(LeaseLostError);
});

test("extend keeps the value for longer, and a later extend with less for shorter", async () => {
  await using server = await TestServer.start();
  const [ws, other] = [server.open("table"), server.open("table")];
  await ws.storeAll("x", [1, 2]);
  const [first, second] = await ws.fetchMany("x", { lease: 2000 });
  await first!.extend(LONG_MS);
  // Both ended at the same time, but for the first one's extension.
  expect(await other.fetch("x")).toBe(second!.value);
  expect(await other.fetchTry("x")).toBeUndefined();
  await first!.extend(1);
  expect(await other.fetch("x")).toBe(first!.value);
});

test("extend begins the time anew that the value was fetched for, and can set or take away a limit", async () => {
  await using server = await TestServer.start();
  const [ws, other] = [server.open("table"), server.open("table")];
  await ws.storeAll("x", [1, 2]);
  const lease = await ws.fetch("x", { lease: LONG_MS });
  const before = Date.now();
  expect(lease.expiresAt).toBeLessThanOrEqual(before + LONG_MS);
  await lease.extend();
  expect(lease.expiresAt).toBeGreaterThanOrEqual(before + LONG_MS);
  await lease.extend(Infinity);
  expect(lease.expiresAt).toBeUndefined();
  const unlimited = await ws.fetch("x", { lease: true });
  expect(unlimited.expiresAt).toBeUndefined();
  await unlimited.extend(1);
  expect(await other.fetch("x")).toBe(2);
  await lease.ack();
});

test("an acknowledged, completed or released value stays where it is when the time would have been over", async () => {
  await using server = await TestServer.start();
  const [ws, other] = [server.open("table"), server.open("table")];
  await ws.storeAll("x", [1, 2, 3, 4]);
  const [acknowledged, completed, released, last] = await ws.fetchMany("x", { lease: 3000 });
  await Promise.all([acknowledged!.ack(), completed!.complete("y", new Uint8Array(200_000)), released!.release()]);
  const kept = await other.fetch("x", { lease: true });
  expect(kept.value).toBe(3);
  expect(await other.fetch("x")).toBe(last!.value);
  await kept.ack();
  expect((await ws.listVars()).map(({ name, values, booked }) => [name, values, booked])).toEqual([
    ["x", 0, 0],
    ["y", 1, 0],
  ]);
});

test("fetchTry, fetchTryMany and a variable take a time limit as well", async () => {
  await using server = await TestServer.start();
  const [ws, other] = [server.open("table"), server.open("table")];
  await ws.storeAll("x", [1, 2, 3]);
  // In one go, or the first is back before the last is taken.
  await Promise.all([
    ws.fetchTry("x", undefined, { lease: 50 }),
    ws.fetchTryMany("x", { max: 1, lease: 50 }),
    ws.variable("x").fetch({ lease: 50 }),
  ]);
  for (const value of [1, 2, 3]) {
    const lease = await other.fetch("x", { lease: true });
    expect([lease.value, lease.deliveries]).toEqual([value, 2]);
  }
});

test("a lease that a waiting fetch gets lasts from when it gets it", async () => {
  await using server = await TestServer.start();
  const [ws, other] = [server.open("table"), server.open("table")];
  const fetching = ws.fetch("x", { lease: LONG_MS });
  const briefly = ws.fetch("x", { lease: 50 });
  await untilWaiting(other, "x", 2);
  const before = Date.now();
  await other.storeAll("x", [1, 2]);
  const lease = await fetching;
  expect(lease.expiresAt).toBeGreaterThanOrEqual(before + LONG_MS);
  expect((await briefly).value).toBe(2);
  expect(await other.fetch("x")).toBe(2);
  await lease.ack();
});

test("a large value on lease goes back, too, even while it is still on its way", async () => {
  await using server = await TestServer.start();
  const [ws, other] = [server.open("table"), server.open("table")];
  await ws.store("x", new Uint8Array(4_000_000).fill(7));
  const lease = await ws.fetch<Uint8Array>("x", { lease: 1 });
  expect(lease.value).toHaveLength(4_000_000);
  expect(await other.fetch<Uint8Array>("x")).toHaveLength(4_000_000);
  expect(await failureOf(lease.ack())).toBeInstanceOf(LeaseLostError);
});

test("no time limit that cannot be is taken, and nothing is fetched then", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  await ws.store("x", 1);
  for (const lease of [0, -1, Number.NaN, 2 ** 32, "30 s" as unknown as number]) {
    for (const failed of [
      ws.fetch("x", { lease }),
      ws.fetchTry("x", 0, { lease }),
      ws.fetchMany("x", { lease }),
      ws.variable("x").fetchTryMany({ lease }),
    ]) {
      const error = await failureOf(failed);
      expect(error).toBeInstanceOf(ArgumentError);
      expect((error as Error).message).toMatch(/: lease is .*, and must be a positive number of milliseconds/);
    }
  }
  const lease = await ws.fetch("x", { lease: Infinity });
  expect(lease.expiresAt).toBeUndefined();
  expect(String(await failureOf(lease.extend()))).toContain("say how many ms");
  for (const ms of [0, -1, Number.NaN, 2 ** 32]) {
    expect(await failureOf(lease.extend(ms))).toBeInstanceOf(ArgumentError);
  }
  // The longest one is longer than a timer can be set to.
  await lease.extend(2 ** 32 - 1);
  await lease.ack();
});
