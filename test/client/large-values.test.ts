import { randomBytes } from "node:crypto";
import { expect, test } from "vitest";
import { AbortedError, ClosedError, LimitError, TimeoutError } from "../../src/client/index.ts";
import { failureOf, isSame, takeAll, TestServer } from "./support.ts";

const MIB = 1_048_576;

test.each([131_071, 131_072, 131_073, MIB, 8 * MIB + 1])("%s random bytes come back as they were", async (length) => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  const value = new Uint8Array(randomBytes(length));
  await ws.store("x", value);
  const [found, fetched] = [await ws.find("x"), await ws.fetch("x")];
  expect(isSame(found, value)).toBe(true);
  expect(isSame(fetched, value)).toBe(true);
  expect((await ws.listVars())[0]).toMatchObject({ values: 0, booked: 0 });
});

test("a large value that lives in a file on the server comes back too", async () => {
  await using server = await TestServer.start({ longValueBytes: MIB });
  const ws = server.open("table");
  const value = new Uint8Array(randomBytes(5 * MIB));
  await ws.store("x", value);
  expect(isSame(await ws.fetch("x"), value)).toBe(true);
});

test("large texts and structures are large values too", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  const text = "ä".repeat(MIB);
  const numbers = Array.from({ length: 100_000 }, (_, index) => index);
  void ws.store("x", text);
  void ws.store("x", numbers);
  expect(await ws.fetch("x")).toBe(text);
  expect(await ws.fetch("x")).toEqual(numbers);
});

test("what comes after a large value on its variable stays after it, and other variables do not wait", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  const big = new Uint8Array(20 * MIB);
  const order: string[] = [];
  const stored = ws.store("x", big).then(() => order.push("big"));
  const behind = [ws.store("x", "after"), ws.fetch("x"), ws.fetchTry("x"), ws.fetchTry("x", "nothing")];
  await ws.store("y", "beside").then(() => order.push("beside"));
  expect(order).toEqual(["beside"]);
  const [, first, second, third] = await Promise.all(behind);
  expect((first as Uint8Array).length).toBe(big.length);
  expect([second, third]).toEqual(["after", "nothing"]);
  await stored;
});

test("many large values at once take turns and all arrive", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  const values = Array.from({ length: 8 }, (_, fill) => new Uint8Array(3 * MIB).fill(fill));
  await Promise.all(values.map((value, index) => ws.store(`x${index}`, value)));
  const fetched = await Promise.all(values.map((_, index) => ws.fetch(`x${index}`)));
  fetched.forEach((value, index) => {
    expect(isSame(value, values[index]!)).toBe(true);
  });
});

test("a list that is large altogether is stored in chunks, all or nothing", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  const values = Array.from({ length: 30_000 }, (_, index) => `value ${index}`);
  await ws.storeAll("x", values);
  expect(await ws.fetchMany("x", { max: 100_000 })).toEqual(values);
});

test("one request fetches large values among small ones", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  const [big, medium] = [new Uint8Array(2 * MIB).fill(1), new Uint8Array(200_000).fill(2)];
  for (const value of ["small", medium, "next", big, "last"]) {
    await ws.store("x", value);
  }
  const taken = await takeAll(ws, "x");
  expect(taken.map((value) => (typeof value === "string" ? value : (value as Uint8Array).length))).toEqual([
    "small",
    medium.length,
    "next",
    big.length,
    "last",
  ]);
  expect(isSame(taken[3], big)).toBe(true);
  expect((await ws.listVars())[0]).toMatchObject({ values: 0, booked: 0 });
});

test.each([
  ["in memory", 1_000_000_000],
  ["in files", 150_000],
])("one request fetches many large values %s, more together than may be under way", async (_where, longValueBytes) => {
  await using server = await TestServer.start({ longValueBytes });
  const ws = server.open("table");
  const values = Array.from({ length: 20 }, (_, i) => new Uint8Array(200_000).fill(i));
  for (const value of values) {
    await ws.store("x", value);
  }
  const seen: unknown[] = [];
  for await (const value of ws.ifindTry("x", { batch: 20 })) {
    seen.push(value);
  }
  expect(isSame(Buffer.concat(seen as Uint8Array[]), Buffer.concat(values))).toBe(true);
  const fetched = await takeAll(ws, "x");
  expect(isSame(Buffer.concat(fetched as Uint8Array[]), Buffer.concat(values))).toBe(true);
});

test("a value over the server's limit is refused while it is sent, and the connection goes on", async () => {
  await using server = await TestServer.start({ limits: { maxValueBytes: MIB } });
  const ws = server.open("table");
  const refused = failureOf(ws.store("x", new Uint8Array(8 * MIB)));
  const behind = ws.store("x", "after");
  const error = await refused;
  expect(error).toBeInstanceOf(LimitError);
  expect(error).toMatchObject({ code: "value_too_large", variable: "x" });
  await behind;
  expect(await ws.fetchMany("x")).toEqual(["after"]);
});

test("a value over maxValueBytes is not collected, and stays", async () => {
  await using server = await TestServer.start();
  const [ws, small] = [server.open("table"), server.open("table", { maxValueBytes: MIB })];
  await ws.store("x", new Uint8Array(3 * MIB));
  const error = await failureOf(small.fetch("x"));
  expect(error).toBeInstanceOf(LimitError);
  expect(error).toMatchObject({ code: "value_too_large" });
  await small.store("y", 1);
  expect(((await ws.fetch("x")) as Uint8Array).length).toBe(3 * MIB);
});

test("a read that is held back behind a large value can be aborted, and its timeout counts from the call", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  const stored = ws.store("x", new Uint8Array(10 * MIB));
  const controller = new AbortController();
  const aborted = failureOf(ws.fetch("x", { signal: controller.signal }));
  controller.abort();
  expect(await aborted).toBeInstanceOf(AbortedError);
  await stored;
  const again = ws.store("x", new Uint8Array(10 * MIB));
  expect(await ws.fetchMany("x", { timeout: 60_000 })).toHaveLength(1);
  await again;
  expect(await takeAll(ws, "x")).toHaveLength(1);
  expect(await failureOf(ws.fetch("x", { timeout: 1 }))).toBeInstanceOf(TimeoutError);
});

test("an aborted fetch of a large value puts it back", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  const big = new Uint8Array(randomBytes(16 * MIB));
  await ws.store("x", big);
  const controller = new AbortController();
  const fetched = failureOf(ws.fetch("x", { signal: controller.signal }));
  await ws.server.ping();
  controller.abort();
  expect(await fetched).toBeInstanceOf(AbortedError);
  expect(isSame(await ws.fetch("x"), big)).toBe(true);
});

test("close sends large values to their end first", async () => {
  await using server = await TestServer.start();
  const [ws, keeper] = [server.open("table", { useUse: true }), server.open("table")];
  await keeper.opened();
  const stored = ws.store("x", new Uint8Array(10 * MIB));
  const behind = ws.store("x", "after");
  await ws.close();
  await Promise.all([stored, behind]);
  expect(await failureOf(ws.store("x", 1))).toBeInstanceOf(ClosedError);
  expect((await takeAll(keeper, "x")).at(1)).toBe("after");
});

test("a large value that is under way when the client closes is its caller's, and nobody else's", async () => {
  await using server = await TestServer.start();
  const keeper = server.open("table");
  for (let round = 0; round < 10; round++) {
    await keeper.store("x", new Uint8Array(800_000));
    const ws = server.open("table", { useUse: true });
    await ws.opened();
    const fetching = ws.fetchTry("x");
    await ws.close();
    expect(await fetching).toHaveLength(800_000);
    expect(await keeper.fetchTry("x", "none")).toBe("none");
  }
});
