import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { AbortedError, ArgumentError, type NetWorkSpace, TimeoutError } from "../../src/client/index.ts";
import { failureOf, isSame, takeAll, TestServer, until, untilWaiting } from "./support.ts";

async function values(ws: NetWorkSpace, name: string): Promise<number | undefined> {
  return (await ws.listVars()).find((listing) => listing.name === name)?.values;
}

test("a timeout ends the wait, and takes nothing", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  const error = await failureOf(ws.fetch("x", { timeout: 5 }));
  expect(error).toBeInstanceOf(TimeoutError);
  expect(error).toMatchObject({ code: "timed_out", operation: "fetch", workspace: "table", variable: "x" });
  await ws.store("x", 1);
  expect(await values(ws, "x")).toBe(1);
});

test("a value that comes in time ends the timeout", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  const found = ws.find("x", { timeout: 60_000 });
  await ws.store("x", 1);
  expect(await found).toBe(1);
});

test("an aborted wait rejects at once with the signal's reason, and the server forgets it", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  const controller = new AbortController();
  const waiting = failureOf(ws.fetch("x", { signal: controller.signal }));
  await untilWaiting(ws, "x", 1);
  const reason = new Error("enough");
  controller.abort(reason);
  const error = await waiting;
  expect(error).toBeInstanceOf(AbortedError);
  expect(error).toMatchObject({ code: "aborted", cause: reason, variable: "x" });
  await untilWaiting(ws, "x", 0);
});

test("a signal that is aborted already sends nothing", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  await ws.store("x", 1);
  expect(await failureOf(ws.fetch("x", { signal: AbortSignal.abort() }))).toBeInstanceOf(AbortedError);
  expect(await values(ws, "x")).toBe(1);
});

test("a value that crosses the abort goes back to its place", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  await ws.storeAll("x", [1, 2]);
  const controller = new AbortController();
  const fetched = [
    failureOf(ws.fetch("x", { signal: controller.signal })),
    failureOf(ws.fetch("x", { signal: controller.signal, lease: true })),
  ];
  // The requests are on their way: the values are there, so both will be answered with one.
  setImmediate(() => controller.abort());
  const outcomes = await Promise.all(fetched.map((each) => each.catch(() => undefined)));
  const aborted = outcomes.filter((outcome) => outcome instanceof AbortedError).length;
  await until("all values that were not given are back", async () => (await values(ws, "x")) === aborted);
  if (aborted === 2) {
    expect(await ws.fetchMany("x")).toEqual([1, 2]);
  }
});

test("several values that cross the abort go back in their order, also large ones", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  const big = new Uint8Array(3_000_000).fill(7);
  await ws.store("x", 1);
  await ws.store("x", big);
  await ws.store("x", 3);
  const controller = new AbortController();
  const fetched = failureOf(ws.fetchMany("x", { signal: controller.signal }));
  await ws.server.ping();
  controller.abort();
  expect(await fetched).toBeInstanceOf(AbortedError);
  await until("the values are back", async () => (await values(ws, "x")) === 3);
  const [first, second, third] = await takeAll(ws, "x");
  expect([first, isSame(second, big), third]).toEqual([1, true, 3]);
});

test("an abort after the answer changes nothing, and no listener is left on the signal", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  await ws.store("x", 1);
  const { signal } = new AbortController();
  expect(await ws.fetch("x", { signal })).toBe(1);
  await failureOf(ws.fetch("x", { signal, timeout: 1 }));
  expect(getEventListeners(signal, "abort")).toHaveLength(0);
});

test.each([[0], [-1], [NaN], ["soon"]])("a timeout of %s is refused before anything is sent", async (timeout) => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  await ws.store("x", 1);
  const error = await failureOf(ws.fetch("x", { timeout: timeout as number }));
  expect(error).toBeInstanceOf(ArgumentError);
  expect(await values(ws, "x")).toBe(1);
});
