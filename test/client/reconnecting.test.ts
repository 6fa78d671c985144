import { describe, expect, test } from "vitest";
import {
  AbortedError,
  ArgumentError,
  ClosedError,
  ConnectionLostError,
  type NwsError,
  NwsServer,
  TimeoutError,
} from "../../src/client/index.ts";
import { CuttingProxy } from "./cutting-proxy.ts";
import { failureOf, isSame, takeAll, TestServer, until, untilWaiting } from "./support.ts";

/** What a session has told of its connection so far. */
function eventsOf(server: NwsServer): string[] {
  const events: string[] = [];
  for (const event of ["disconnected", "reconnected", "lost"] as const) {
    server.on(event, () => void events.push(event));
  }
  return events;
}

function isOver(events: readonly string[], ...expected: readonly string[]): () => boolean {
  return () => events.join() === expected.join();
}

describe("when the connection breaks", () => {
  test("waiting operations keep their places, and what is asked meanwhile waits", async () => {
    await using server = await TestServer.start();
    await using proxy = await CuttingProxy.to(server.running);
    const [ws, other] = [server.open("table", proxy.options), server.open("table")];
    const events = eventsOf(ws.server);
    const first = ws.fetch("x");
    await untilWaiting(other, "x", 1);
    const second = other.fetch("x");
    await untilWaiting(other, "x", 2);
    proxy.refuse();
    await until("it is away", isOver(events, "disconnected"));
    await other.storeAll("x", ["one", "two"]);
    expect(await second).toBe("two");
    const found = ws.find("y");
    const stored = ws.store("y", 3);
    proxy.accept();
    expect(await Promise.all([first, found, stored])).toEqual(["one", 3, undefined]);
    await until("it is back", isOver(events, "disconnected", "reconnected"));
  });

  test("bookings, leases and ownership stay, and the deletion of a variable is heard of", async () => {
    await using server = await TestServer.start();
    await using proxy = await CuttingProxy.to(server.running);
    const [ws, other] = [server.open("mine", proxy.options), server.connect()];
    await ws.storeAll("x", [1, 2, 3]);
    const lease = await ws.fetch("x", { lease: true });
    expect(await ws.fetch("x")).toBe(2);
    const failing = failureOf(ws.fetch("y"));
    await untilWaiting(ws, "y", 1);
    proxy.cut();
    const there = await other.useWs("mine", { create: false });
    await there.deleteVar("y");
    expect(await failing).toMatchObject({ code: "variable_deleted" });
    await lease.ack();
    expect(await takeAll(there, "x")).toEqual([3]);
    expect((await ws.server.listWss()).find(({ name }) => name === "mine")).toMatchObject({ mine: true });
    await ws.close();
    expect((await other.listWss()).some(({ name }) => name === "mine")).toBe(false);
  });

  test("iterators go on, those that wait too", async () => {
    await using server = await TestServer.start();
    await using proxy = await CuttingProxy.to(server.running);
    const [ws, other] = [server.open("table", proxy.options), server.open("table")];
    await ws.opened();
    proxy.cutEvery(10);
    const read = async (values: AsyncIterable<unknown>): Promise<unknown[]> => {
      const all: unknown[] = [];
      for await (const value of values) {
        if (value === "the end") {
          break;
        }
        all.push(value);
      }
      return all;
    };
    const [found, fetched] = [read(ws.ifind("x")), read(ws.ifetch("y"))];
    const stored: number[] = [];
    while (stored.length < 300 || proxy.cuts < 4) {
      const i = stored.push(stored.length) - 1;
      await Promise.all([other.store("x", i), other.store("y", i)]);
    }
    await Promise.all([other.store("x", "the end"), other.store("y", "the end")]);
    expect(await found).toEqual(stored);
    expect(await fetched).toEqual(stored);
  });

  test("large values arrive in one piece, both ways", async () => {
    await using server = await TestServer.start({ longValueBytes: 4_000_000 });
    await using proxy = await CuttingProxy.to(server.running);
    const ws = server.open("table", proxy.options);
    await ws.opened();
    proxy.cutEvery(40);
    const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 255);
    const lengths = [200_000, 3_000_000, 8_000_000];
    for (let round = 0; round < lengths.length || proxy.cuts < 4; round++) {
      const value = bytes(lengths[round % lengths.length]!);
      const small = Array.from({ length: 50 }, (_, i) => ws.store("small", i));
      await Promise.all([ws.store("x", value), ws.store("x", value.subarray(1)), ...small]);
      const [one, other] = await Promise.all([ws.fetch("x"), ws.fetch("x")]);
      expect([isSame(one, value), isSame(other, value.subarray(1))]).toEqual([true, true]);
      expect(await takeAll(ws, "small")).toHaveLength(50);
    }
  });

  test("an abort rejects at once and a value that comes for it goes back; a timeout is the server's", async () => {
    await using server = await TestServer.start();
    await using proxy = await CuttingProxy.to(server.running);
    const [ws, other] = [server.open("table", proxy.options), server.open("table")];
    const events = eventsOf(ws.server);
    const abort = new AbortController();
    const [aborted, late] = [
      failureOf(ws.fetch("x", { signal: abort.signal })),
      failureOf(ws.fetch("late", { timeout: 50 })),
    ];
    await untilWaiting(other, "x", 1);
    proxy.refuse();
    await until("it is away", isOver(events, "disconnected"));
    await other.store("x", "v");
    abort.abort();
    expect(await aborted).toBeInstanceOf(AbortedError);
    expect(events).toEqual(["disconnected"]);
    await untilWaiting(other, "late", 0);
    await other.store("late", "v");
    proxy.accept();
    expect(await late).toBeInstanceOf(TimeoutError);
    expect(await other.fetch("x", { timeout: 5000 })).toBe("v");
    expect(await other.fetchTry("late")).toBe("v");
  });

  test("a server that does not notice it is taken over", async () => {
    await using server = await TestServer.start();
    await using proxy = await CuttingProxy.to(server.running);
    const ws = server.open("table", proxy.options);
    await ws.store("x", 1);
    proxy.cutHalf();
    expect(await ws.fetch("x")).toBe(1);
    expect(proxy.connections).toBe(2);
    expect((await ws.server.info()).connections).toBe(1);
  });

  test("confirms are not lost, even if the program closes meanwhile", async () => {
    await using server = await TestServer.start();
    await using proxy = await CuttingProxy.to(server.running);
    const other = server.open("table");
    await other.opened();
    for (let i = 0; i < 20; i++) {
      const ws = server.open("table", proxy.options);
      await other.storeAll("x", [1, 2]);
      expect(await ws.fetch("x")).toBe(1);
      proxy.cut();
      await ws.close();
      expect(await takeAll(other, "x")).toEqual([2]);
    }
  });
});

describe("a session is lost", () => {
  test("when its grace time passes: every operation is rejected, and what it had is free", async () => {
    await using server = await TestServer.start();
    await using proxy = await CuttingProxy.to(server.running);
    const other = server.open("table");
    await other.store("x", 1);
    const ws = server.open("table", { ...proxy.options, reconnect: { graceMs: 100 } });
    const events = eventsOf(ws.server);
    const lost = new Promise<NwsError>((resolve) => ws.server.on("lost", resolve));
    await ws.fetch("x", { lease: true });
    const waiting = failureOf(ws.fetch("never"));
    await untilWaiting(other, "never", 1);
    proxy.refuse();
    const error = await waiting;
    expect(error).toBeInstanceOf(ConnectionLostError);
    expect(error).toMatchObject({ code: "connection_lost", operation: "fetch", variable: "never" });
    expect((await lost).code).toBe("connection_lost");
    expect(await failureOf(ws.store("x", 1))).toBeInstanceOf(ConnectionLostError);
    expect(await other.fetch("x", { timeout: 5000 })).toBe(1);
    expect(events).toEqual(["disconnected", "lost"]);
  });

  test("when somebody has ended it meanwhile", async () => {
    await using server = await TestServer.start();
    await using proxy = await CuttingProxy.to(server.running);
    const ws = server.open("table", proxy.options);
    const events = eventsOf(ws.server);
    const identity = await ws.server.identity();
    proxy.refuse();
    await until("it is away", isOver(events, "disconnected"));
    const waiting = failureOf(ws.fetch("x"));
    await server.connect().endSession(identity);
    proxy.accept();
    expect(await waiting).toBeInstanceOf(ConnectionLostError);
    expect(await waiting).toMatchObject({ code: "session_lost" });
    await until("that is told", isOver(events, "disconnected", "lost"));
  });

  test("at once when the server stops, or when there is to be no reconnecting", async () => {
    const server = await TestServer.start();
    const proxy = await CuttingProxy.to(server.running);
    const [stopped, plain] = [server.open("a"), server.open("b", { ...proxy.options, reconnect: false })];
    const [events, plainEvents] = [eventsOf(stopped.server), eventsOf(plain.server)];
    const waiting = failureOf(plain.fetch("x"));
    await Promise.all([stopped.opened(), untilWaiting(plain, "x", 1)]);
    proxy.cut();
    expect(await waiting).toMatchObject({ code: "connection_lost" });
    expect(proxy.connections).toBe(1);
    await until("the plain one has ended", async () => (await stopped.server.info()).connections === 1);
    await proxy[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await until("both are told", () => isOver(events, "lost")() && isOver(plainEvents, "lost")());
    expect(await failureOf(stopped.store("x", 1))).toMatchObject({ code: "connection_lost" });
  });
});

describe("closing", () => {
  test("while away ends after one more attempt", async () => {
    await using server = await TestServer.start();
    await using proxy = await CuttingProxy.to(server.running);
    const ws = server.open("table", { ...proxy.options, reconnect: { backoffMs: 100_000, maxBackoffMs: 100_000 } });
    const events = eventsOf(ws.server);
    await ws.opened();
    proxy.refuse();
    await until("it is away", isOver(events, "disconnected"));
    const waiting = failureOf(ws.fetch("x"));
    const at = performance.now();
    await ws.close();
    expect(performance.now() - at).toBeLessThan(2000);
    expect(await waiting).toBeInstanceOf(ClosedError);
    expect(events).toEqual(["disconnected"]);
  });

  test("and aborting end the session at once, not only after its grace time", async () => {
    await using server = await TestServer.start();
    const other = server.connect();
    const abort = new AbortController();
    const [closed, aborted] = [server.open("a"), server.open("b", { signal: abort.signal })];
    await Promise.all([closed.opened(), aborted.opened()]);
    await closed.close();
    abort.abort();
    await until("both are gone", async () => (await other.listWss()).length === 1);
    expect(await failureOf(closed.fetch("x"))).toBeInstanceOf(ClosedError);
    expect(await failureOf(aborted.fetch("x"))).toBeInstanceOf(AbortedError);
  }, 5000);
});

describe("listeners", () => {
  test("that throw disturb nobody; who was taken off hears nothing", async () => {
    await using server = await TestServer.start();
    await using proxy = await CuttingProxy.to(server.running);
    const ws = server.open("table", proxy.options);
    await ws.opened();
    const heard: string[] = [];
    const off = (): void => void heard.push("off");
    const awayMs: number[] = [];
    ws.server
      .on("disconnected", () => {
        throw new Error("a listener's");
      })
      .on("disconnected", ({ reason }) => void heard.push(reason))
      .on("disconnected", off)
      .on("reconnected", (event) => void awayMs.push(event.awayMs))
      .off("disconnected", off);
    proxy.cut();
    await ws.store("x", 1);
    await until("it was told", () => awayMs.length === 1);
    expect(heard).toEqual(["the server closed the connection"]);
    expect(awayMs[0]).toBeGreaterThan(0);
  });
});

test("options that can never work are refused", () => {
  for (const reconnect of [{ graceMs: -1 }, { backoffMs: 0 }, { maxBackoffMs: 1.5 }]) {
    expect(() => new NwsServer({ reconnect })).toThrow(ArgumentError);
  }
});
