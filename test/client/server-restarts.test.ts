import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type NetWorkSpace, NetWorkSpace as Workspace, type WorkspaceOptions } from "../../src/client/index.ts";
import { type RunningServer, startServer } from "../../src/host/index.ts";
import { failureOf, takeAll, until, untilWaiting } from "./support.ts";

/** A server with a data folder, which can be stopped and started again on its port. */
class Restarted implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), "nws-restart-"));
  #running: RunningServer | undefined;
  port = 0;

  static async start(): Promise<Restarted> {
    const server = new Restarted();
    onTestFinished(() => rmSync(server.folder, { recursive: true }));
    await server.begin();
    return server;
  }

  async begin(): Promise<void> {
    this.#running = await startServer({ port: this.port, data: this.folder, longValueBytes: 150_000 });
    this.port = this.#running.port;
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = undefined;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.begin();
  }

  open(name: string, options: WorkspaceOptions = {}): NetWorkSpace {
    const serverAt = { serverHost: "127.0.0.1", serverPort: this.port };
    const reconnect = { backoffMs: 5, maxBackoffMs: 20 };
    return new Workspace(name, { ...serverAt, persistent: true, reconnect, ...options });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

describe("when the server restarts, a session with persistent workspaces", () => {
  test("goes on waiting, and what is asked meanwhile waits", async () => {
    await using server = await Restarted.start();
    const ws = server.open("kept");
    await ws.declare("y", "lifo");
    const fetching = ws.fetch("x");
    const finding = ws.find("y");
    const timing = ws.fetch("z", { timeout: 200 }).catch((error: unknown) => error);
    await untilWaiting(ws, "x", 1);
    await server.stop();
    const stored = ws.storeAll("x", [1, 2]);
    await server.begin();
    await stored;
    expect(await fetching).toBe(1);
    await ws.store("y", "seen");
    expect(await finding).toBe("seen");
    expect(await timing).toMatchObject({ code: "timed_out" });
    expect(await ws.listVars()).toMatchObject([
      { name: "x", values: 1, booked: 0 },
      { name: "y", mode: "lifo", values: 1 },
      { name: "z", fetchers: 0 },
    ]);
    await ws.close();
  });

  test("keeps what it owns, its guards, its leases, and what it had fetched", async () => {
    await using server = await Restarted.start();
    const [ws, other] = [server.open("mine"), server.open("mine", { useUse: true })];
    await ws.guard("x");
    await ws.storeAll("x", [1, 2, 3, 4]);
    expect(await ws.fetch("x")).toBe(1);
    const done = await ws.fetch("x", { lease: true });
    const held = await other.fetch("x", { lease: true });
    await server.restart();
    await done.ack();
    await ws.store("x", 5);
    expect(await failureOf(other.store("x", 6))).toMatchObject({ code: "not_permitted" });
    expect(await ws.server.listWss()).toMatchObject([{ name: "__default" }, { name: "mine", mine: true }]);
    await held.release();
    expect(await takeAll(ws, "x")).toEqual([3, 4, 5]);
    await Promise.all([ws.close(), other.close()]);
  });

  test("goes on waiting for room, and bounds and times to live are kept", async () => {
    await using server = await Restarted.start();
    const ws = server.open("kept", { idleTimeout: 60_000 });
    await ws.declare("x", "fifo", { maxValues: 2, ttl: 60_000 });
    await ws.storeAll("x", [1, 2]);
    const storing = ws.store("x", 3);
    const timing = failureOf(ws.store("x", 4, { timeout: 200 }));
    const controller = new AbortController();
    const aborting = failureOf(ws.store("x", 5, { signal: controller.signal }));
    await ws.declare("y", "fifo", { ttl: 1 });
    await server.stop();
    controller.abort();
    await server.begin();
    expect(await timing).toMatchObject({ code: "timed_out" });
    expect(await aborting).toMatchObject({ code: "aborted" });
    expect(await ws.listVars()).toMatchObject([
      { name: "x", values: 2, storers: 1, maxValues: 2, whenFull: "block", ttl: 60_000 },
      { name: "y", ttl: 1 },
    ]);
    expect(await ws.fetch("x")).toBe(1);
    await storing;
    expect(await takeAll(ws, "x")).toEqual([2, 3]);
    expect((await ws.server.listWss()).at(-1)).toMatchObject({ name: "kept", idleTimeout: 60_000 });
    await ws.close();
  });

  test("does not find what was over while the server was stopped", async () => {
    await using server = await Restarted.start();
    const ws = server.open("kept");
    await ws.storeAll("x", ["short", "as well"], { ttl: 300 });
    await ws.store("x", "long", { ttl: 60_000 });
    const until = Date.now() + 300;
    await server.stop();
    await new Promise((resolve) => setTimeout(resolve, until - Date.now()));
    await server.begin();
    expect(await takeAll(ws, "x")).toEqual(["long"]);
    await ws.close();
  });

  test("keeps the time limits of its leases", async () => {
    await using server = await Restarted.start();
    const [ws, other] = [server.open("kept"), server.open("kept")];
    await ws.storeAll("x", [1, 2, 3]);
    // (In one go, or the first is back before the last is taken.)
    const [short, long, extended] = await Promise.all([
      ws.fetch("x", { lease: 200 }),
      ws.fetch("x", { lease: 60_000 }),
      ws.fetch("x", { lease: 60_000 }),
    ]);
    await extended.extend(200);
    await server.restart();
    expect([await other.fetch("x"), await other.fetch("x")].sort()).toEqual([1, 3]);
    expect(await failureOf(short.ack())).toMatchObject({ code: "lease_lost" });
    await long.ack();
    await Promise.all([ws.close(), other.close()]);
  });

  test("has nothing done twice, whatever was under way, and nothing lost", async () => {
    await using server = await Restarted.start();
    const workers = Array.from({ length: 4 }, () => server.open("kept"));
    const [first] = workers;
    const count = 2_000;
    const got: number[] = [];
    const lane = async (ws: NetWorkSpace, from: number): Promise<void> => {
      for (let i = from; i < count; i += 32) {
        await ws.store("x", i);
        if (i % 3 === 0) {
          const lease = await ws.fetch("x", { lease: true });
          await lease.complete("y", lease.value);
        } else {
          got.push((await ws.fetch("x")) as number);
        }
      }
    };
    const running = Promise.all(Array.from({ length: 32 }, (_, i) => lane(workers[i % 4]!, i)));
    for (let restarts = 0; restarts < 4; restarts++) {
      const before = got.length;
      await until("it has gone on", () => got.length > before + 100);
      await server.restart();
    }
    await running;
    const all = [...got, ...((await takeAll(first!, "y")) as number[])];
    expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, i) => i));
    expect(await first!.fetchTry("x", "none")).toBe("none");
    await Promise.all(workers.map((ws) => ws.close()));
  });

  test("sends and gets large values again that were under way; iterators go on", async () => {
    await using server = await Restarted.start();
    const ws = server.open("kept");
    const large = new Uint8Array(20_000_000).fill(7);
    await ws.storeAll("x", [1, 2, 3]);
    const iterator = ws.ifind("x");
    expect((await iterator.next()).value).toBe(1);
    await ws.store("large", large);
    const storing = ws.store("more", large);
    const fetching = ws.fetch("large");
    const begun = ws.store("x", 4);
    await begun;
    await server.restart();
    await storing;
    expect((await fetching) as Uint8Array).toHaveLength(large.length);
    expect((await ws.fetch("more")) as Uint8Array).toHaveLength(large.length);
    expect([(await iterator.next()).value, (await iterator.next()).value]).toEqual([2, 3]);
    expect(await takeAll(ws, "x")).toEqual([1, 2, 3, 4]);
    await ws.close();
  });

  test("keeps the order of what is stored behind large values, also when the server restarts again and again", async () => {
    await using server = await Restarted.start();
    const ws = server.open("kept");
    const pad = "x".repeat(400_000);
    const values = Array.from({ length: 60 }, (_, n) => (n % 5 === 0 ? { n, pad } : { n }));
    await ws.store("x", { n: -1 });
    const stored = Promise.all(values.map((value) => ws.store("x", value)));
    for (let restarts = 0; restarts < 4; restarts++) {
      await server.restart();
    }
    await stored;
    const found = (await takeAll(ws, "x")) as { n: number }[];
    expect(found.map(({ n }) => n)).toEqual([-1, ...values.map(({ n }) => n)]);
    await ws.close();
  });

  test("is told when another workspace of it was not persistent", async () => {
    await using server = await Restarted.start();
    const ws = server.open("kept");
    const other = await ws.server.openWs("gone");
    await ws.store("x", 1);
    await other.store("x", 1);
    const waiting = failureOf(other.fetch("y"));
    await untilWaiting(other, "y", 1);
    await server.restart();
    expect(await waiting).toMatchObject({
      code: "no_such_workspace",
      message: expect.stringMatching(/not persistent, and the server was restarted/) as string,
    });
    expect(await failureOf(other.store("x", 2))).toMatchObject({ code: "no_such_workspace" });
    expect(await ws.fetch("x")).toBe(1);
    await ws.close();
  });

  test("keeps what is not persistent and has a durability, until its owner goes", async () => {
    await using server = await Restarted.start();
    const ws = server.open("mine", { persistent: false, durability: "os" });
    await ws.store("x", 1);
    const user = server.open("mine", { useUse: true });
    await Promise.all([ws.guard("x"), user.opened()]);
    await server.restart();
    expect(await ws.server.listWss()).toMatchObject([{ name: "__default" }, { mine: true, persistent: false }]);
    await user.store("y", 2);
    await ws.store("x", 2);
    expect(await user.fetch("x")).toBe(1);
    await server.restart();
    expect(await takeAll(user, "x")).toEqual([2]);
    await ws.close();
    expect(await failureOf(user.fetch("y"))).toMatchObject({ code: "no_such_workspace" });
    await server.restart();
    expect(await user.server.listWss()).toHaveLength(1);
    await user.close();
  });

  test("loses what is not persistent and has a durability when its owner does not come back", async () => {
    await using server = await Restarted.start();
    const ws = server.open("mine", { persistent: false, durability: "os", reconnect: false });
    await ws.store("x", 1);
    await server.restart();
    const other = server.open("other");
    expect(await other.server.listWss()).toMatchObject([{ name: "__default" }, { name: "other" }]);
    await other.close();
  });

  test("that has no persistent workspace is lost with its server", async () => {
    await using server = await Restarted.start();
    const ws = server.open("table", { persistent: false });
    const waiting = failureOf(ws.fetch("x"));
    await untilWaiting(ws, "x", 1);
    await server.restart();
    expect(await waiting).toMatchObject({ code: "shutting_down" });
  });

  test("that does not come back ends when its grace time is over, also after the next restart", async () => {
    await using server = await Restarted.start();
    const ws = server.open("kept", { reconnect: { graceMs: 2000, backoffMs: 5 } });
    await ws.storeAll("x", [1, 2]);
    await ws.fetch("x", { lease: true });
    await server.stop();
    const lost = failureOf(ws.fetch("x"));
    expect(await lost).toMatchObject({ code: "connection_lost" });
    await server.begin();
    await server.restart();
    const late = server.open("kept");
    expect(await late.fetch("x")).toBe(2);
    expect(await late.fetch("x", { timeout: 30_000 })).toBe(1);
    await late.close();
  });
});
