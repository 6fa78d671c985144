import { expect, test } from "vitest";
import { OperationError, TimeoutError } from "../../src/client/index.ts";
import { failureOf, isSame, TestServer, untilWaiting } from "./support.ts";

async function collect(iterator: AsyncIterable<unknown>): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const value of iterator) {
    found.push(value);
  }
  return found;
}

test.each([[1], [2], [100]])("ifindTry looks at all values in order and ends (%s at a time)", async (batch) => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  await ws.storeAll("x", [1, 2, 3, 4, 5]);
  const iterator = ws.ifindTry("x", { batch });
  expect(await collect(iterator)).toEqual([1, 2, 3, 4, 5]);
  expect(await iterator.next()).toEqual({ done: true, value: undefined });
  expect(await ws.fetchMany("x")).toEqual([1, 2, 3, 4, 5]);
});

test("restart goes on from where it ended; reset begins again", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  await ws.storeAll("x", [1, 2]);
  const iterator = ws.ifindTry("x");
  expect(await collect(iterator)).toEqual([1, 2]);
  await ws.store("x", 3);
  expect(await collect(iterator)).toEqual([]);
  iterator.restart();
  expect(await collect(iterator)).toEqual([3]);
  iterator.reset();
  expect(await collect(iterator)).toEqual([1, 2, 3]);
});

test("a loop that is left ends the iterator, and restart goes on behind the last value", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  await ws.storeAll("x", [1, 2, 3]);
  const iterator = ws.ifind("x");
  for await (const value of iterator) {
    if (value === 2) {
      break;
    }
  }
  expect((await iterator.next()).done).toBe(true);
  iterator.restart();
  expect(await iterator.next()).toEqual({ done: false, value: 3 });
});

test("ifind waits for more, and sees every value once", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  const iterator = ws.ifind("x");
  const next = [iterator.next(), iterator.next(), iterator.next()];
  await untilWaiting(ws, "x", 1);
  await ws.storeAll("x", ["a", "b", "c"]);
  expect((await Promise.all(next)).map(({ value }) => value)).toEqual(["a", "b", "c"]);
});

test("ifetchTry takes the values; nothing is left or booked", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  await ws.storeAll("x", [1, 2, 3]);
  expect(await collect(ws.ifetchTry("x"))).toEqual([1, 2, 3]);
  expect((await ws.listVars())[0]).toMatchObject({ values: 0, booked: 0 });
});

test("ifetch waits for more; return ends a next that waits, and takes nothing", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  const iterator = ws.ifetch("x");
  await ws.store("x", 1);
  expect(await iterator.next()).toEqual({ done: false, value: 1 });
  const waiting = iterator.next();
  await untilWaiting(ws, "x", 1);
  await iterator.return();
  expect(await waiting).toEqual({ done: true, value: undefined });
  await untilWaiting(ws, "x", 0);
  await ws.store("x", 2);
  expect(await ws.fetchTry("x")).toBe(2);
});

test("deleting the variable ends its iterators; restart finds the new one of that name", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  await ws.store("x", 1);
  const [waiting, between] = [ws.ifind("x"), ws.ifindTry("x")];
  expect((await waiting.next()).value).toBe(1);
  expect((await between.next()).value).toBe(1);
  const next = waiting.next();
  await untilWaiting(ws, "x", 1);
  await ws.deleteVar("x");
  expect(await next).toEqual({ done: true, value: undefined });
  expect(waiting.endedBy).toMatchObject({ code: "variable_deleted" });
  await ws.store("x", 2);
  expect((await between.next()).done).toBe(true);
  expect(between.endedBy).toMatchObject({ code: "iterator_ended" });
  between.restart();
  expect((await between.next()).value).toBe(2);
});

test("a timeout rejects next and leaves the iterator where it was", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  await ws.store("x", 1);
  const iterator = ws.ifind("x", { timeout: 5 });
  expect((await iterator.next()).value).toBe(1);
  expect(await failureOf(iterator.next())).toBeInstanceOf(TimeoutError);
  await ws.store("x", 2);
  expect((await iterator.next()).value).toBe(2);
});

test("an iterator over a single variable sees each replacement that is there when it looks", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  const status = ws.variable<string>("status", "single");
  await status.store("one");
  const iterator = status.ifind();
  expect((await iterator.next()).value).toBe("one");
  await status.store("two");
  await status.store("three");
  expect((await iterator.next()).value).toBe("three");
});

test("a variable without an order refuses the second step", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  await ws.declare("x", "lifo");
  await ws.storeAll("x", [1, 2]);
  const iterator = ws.ifindTry("x");
  expect((await iterator.next()).value).toBe(2);
  const error = await failureOf(iterator.next());
  expect(error).toBeInstanceOf(OperationError);
  expect(error).toMatchObject({ code: "not_iterable" });
});

test.each([
  ["ifindTry", undefined],
  ["ifindTry", 10],
  ["ifetchTry", undefined],
] as const)("%s gives large values like small ones (batch %s)", async (verb, batch) => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  const values = [1, 2, 3].map((fill) => new Uint8Array(400_000).fill(fill));
  for (const value of values) {
    await ws.store("x", value);
  }
  const found = await collect(ws[verb]("x", { batch }));
  expect(found.map((value, index) => isSame(value, values[index]!))).toEqual([true, true, true]);
});
