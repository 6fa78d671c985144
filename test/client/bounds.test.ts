import { Readable } from "node:stream";
import { describe, expect, test } from "vitest";
import {
  AbortedError,
  ArgumentError,
  ClosedError,
  LeaseLostError,
  LimitError,
  type NetWorkSpace,
  TimeoutError,
  VariableFullError,
} from "../../src/client/index.ts";
import { failureOf, takeAll, TestServer, until } from "./support.ts";

async function listing(ws: NetWorkSpace, name = "x") {
  return (await ws.listVars()).find((each) => each.name === name);
}

async function untilStoring(ws: NetWorkSpace, count: number): Promise<void> {
  await until(`${count} waiting to store`, async () => (await listing(ws))?.storers === count);
}

describe("a bounded variable", () => {
  test("makes stores wait, and shows its limits and who waits", async () => {
    await using server = await TestServer.start();
    const ws = server.open("table");
    await ws.declare("x", "fifo", { maxValues: 2, maxBytes: 1000, ttl: 60_000 });
    await ws.storeAll("x", [1, 2]);
    const third = ws.store("x", 3);
    await untilStoring(ws, 1);
    expect(await listing(ws)).toMatchObject({
      values: 2,
      storers: 1,
      maxValues: 2,
      maxBytes: 1000,
      whenFull: "block",
      ttl: 60_000,
    });
    expect(await ws.fetch("x")).toBe(1);
    await third;
    expect(await takeAll(ws, "x")).toEqual([2, 3]);
  });

  test("keeps what is not said again, and lets a limit be taken away", async () => {
    await using server = await TestServer.start();
    const ws = server.open("table");
    const x = ws.variable<number>("x", "fifo", { maxValues: 1, whenFull: "reject" });
    await x.store(1);
    expect(await failureOf(x.store(2))).toBeInstanceOf(VariableFullError);
    expect(await failureOf(x.storeAll([2, 3]))).toBeInstanceOf(LimitError);
    await ws.declare("x", "fifo");
    expect(await failureOf(x.store(2))).toMatchObject({ code: "variable_full", variable: "x" });
    await ws.declare("x", "fifo", { whenFull: "dropOldest" });
    await x.store(2);
    await ws.declare("x", "fifo", { maxValues: Infinity });
    await x.store(3);
    expect(await takeAll(ws, "x")).toEqual([2, 3]);
  });

  test("a store times out, or is aborted, with nothing stored", async () => {
    await using server = await TestServer.start();
    const ws = server.open("table");
    await ws.declare("x", "fifo", { maxValues: 1 });
    await ws.store("x", 1);
    expect(await failureOf(ws.store("x", 2, { timeout: 5 }))).toBeInstanceOf(TimeoutError);
    const controller = new AbortController();
    const storing = failureOf(ws.store("x", 3, { signal: controller.signal }));
    const several = failureOf(ws.storeAll("x", [4], { signal: controller.signal }));
    const large = failureOf(ws.store("x", new Uint8Array(300_000), { signal: controller.signal }));
    await untilStoring(ws, 3);
    controller.abort(new Error("enough"));
    for (const error of await Promise.all([storing, several, large])) {
      expect(error).toBeInstanceOf(AbortedError);
    }
    await untilStoring(ws, 0);
    expect(await takeAll(ws, "x")).toEqual([1]);
  });

  test("a store that crosses its abort is stored, and says so", async () => {
    await using server = await TestServer.start();
    const ws = server.open("table");
    const controller = new AbortController();
    const storing = ws.store("x", 1, { signal: controller.signal });
    controller.abort();
    await storing;
    expect(await ws.fetch("x")).toBe(1);
    expect(await failureOf(ws.store("x", 2, { signal: controller.signal }))).toBeInstanceOf(AbortedError);
  });

  test("a lease is completed when there is room, or lost", async () => {
    await using server = await TestServer.start();
    const ws = server.open("table");
    await ws.declare("results", "fifo", { maxValues: 1 });
    await ws.store("results", 0);
    await ws.storeAll("jobs", [1, 2]);
    const first = await ws.fetch("jobs", { lease: true });
    const second = await ws.fetch("jobs", { lease: true });
    expect(await failureOf(second.complete("results", "two", { timeout: 5 }))).toBeInstanceOf(TimeoutError);
    const [completed, lost] = [first.complete("results", "one"), failureOf(second.complete("results", "two"))];
    await second.release();
    expect(await lost).toBeInstanceOf(LeaseLostError);
    expect(await ws.fetch("results")).toBe(0);
    await completed;
    expect(await ws.fetch("results")).toBe("one");
    expect(await takeAll(ws, "jobs")).toEqual([2]);
  });

  test("closing the workspace ends a store that waits", async () => {
    await using server = await TestServer.start();
    const ws = server.open("table");
    const other = server.open("table", { useUse: true });
    await other.opened();
    await ws.declare("x", "fifo", { maxValues: 1 });
    await ws.store("x", 1);
    const storing = failureOf(ws.store("x", 2));
    await untilStoring(other, 1);
    await ws.close();
    expect(await storing).toBeInstanceOf(ClosedError);
  });

  test("refuses what can never work before anything is sent", async () => {
    await using server = await TestServer.start();
    const ws = server.open("table");
    for (const options of [
      { maxValues: 0 },
      { maxBytes: 1.5 },
      { ttl: 0 },
      { ttl: -1 },
      { whenFull: "wait" as "block" },
    ]) {
      expect(await failureOf(ws.declare("x", "fifo", options))).toBeInstanceOf(ArgumentError);
    }
    expect(await failureOf(ws.store("x", 1, { ttl: NaN }))).toBeInstanceOf(ArgumentError);
    expect(await failureOf(ws.store("x", 1, { timeout: -1 }))).toBeInstanceOf(ArgumentError);
    expect(() => ws.variable("x", undefined, { maxValues: 1 })).toThrow(ArgumentError);
    expect(() => server.open("table", { idleTimeout: 0 })).toThrow(ArgumentError);
    expect(await failureOf(ws.declare("x", "single", { maxValues: 1 }))).toMatchObject({ code: "bad_arguments" });
    expect(await ws.listVars()).toEqual([]);
  });
});

test("values go when their time is over: the variable's, or their own", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  await ws.declare("x", "fifo", { ttl: 5 });
  await ws.store("x", "short");
  await ws.store("x", "for ever", { ttl: Infinity });
  await ws.storeFile("x", Readable.from([Buffer.alloc(200_000)]), { length: 200_000, ttl: 5 });
  await until("only one is left", async () => (await listing(ws))?.values === 1);
  expect(await takeAll(ws, "x")).toEqual(["for ever"]);
});

test("a workspace that nobody has open goes when its time is over", async () => {
  await using server = await TestServer.start();
  await using nws = server.connect();
  const ws = server.open("idle", { useUse: true, idleTimeout: 5 });
  await ws.store("x", 1);
  expect((await nws.listWss()).find(({ name }) => name === "idle")).toMatchObject({ idleTimeout: 5 });
  await ws.close();
  await until("it is gone", async () => (await nws.listWss()).every(({ name }) => name !== "idle"));
});
