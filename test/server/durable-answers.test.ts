import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ConnectionLostError, NetWorkSpace } from "../../src/client/index.ts";
import { until } from "./harness.ts";
import { diskError } from "./held-disk.ts";
import { keep, type KeptServer, open, watched } from "./kept-server.ts";
import { Verb } from "../../src/wire/verbs.ts";
import { RawClassic } from "./raw-classic.ts";
import { byteString, frame, RawMultiplexed, readValue, text, u32, u8 } from "./raw-multiplexed.ts";
import { RawSocket } from "./raw-socket.ts";

/** Of values. */
function filesOf({ folder }: KeptServer): string[] {
  return readdirSync(join(folder, "values"));
}

describe("an answer that depends on a change", () => {
  it("leaves when the log has the change; who touches nothing persistent never waits", async () => {
    await using server = await keep();
    const kept = open(server);
    const other = open(server, "other", false);
    await kept.store("x", 0);
    server.disk.hold();
    const stored = kept.store("x", 1);
    const state = watched(stored);
    await until(() => server.disk.heldCount > 0, "the log writes");
    for (let i = 0; i < 20; i++) {
      await other.store("y", i);
      await other.fetch("y");
    }
    expect(state.isSettled).toBe(false);
    server.disk.letGo();
    await stored;
    await Promise.all([kept.close(), other.close()]);
  });

  it("is also that of who sees or takes the value, and what the same client is told after it", async () => {
    await using server = await keep();
    const [ann, bob, carl] = [open(server), open(server), open(server)];
    await Promise.all([ann, bob, carl].map((ws) => ws.opened()));
    const finding = bob.find("x");
    const fetching = carl.fetch("x");
    await until(() => server.server.space.stats.waiting === 2, "both wait");
    server.disk.hold();
    const all = [ann.store("x", 1), finding, fetching, ann.server.listWss()];
    const states = all.map(watched);
    await until(() => server.disk.heldCount > 0, "the log writes");
    const late = bob.listVars();
    states.push(watched(late));
    await new NetWorkSpace("free", { serverHost: "127.0.0.1", serverPort: server.port }).store("z", 1);
    expect(states.map(({ isSettled }) => isSettled)).toEqual(states.map(() => false));
    server.disk.letGo();
    expect(await finding).toBe(1);
    expect(await fetching).toBe(1);
    await Promise.all([...all, late]);
    await Promise.all([ann, bob, carl].map((ws) => ws.close()));
  });

  it("is of many sessions at once: they share a write", async () => {
    await using server = await keep();
    const sessions = Array.from({ length: 20 }, () => open(server));
    await Promise.all(sessions.map((ws) => ws.opened()));
    server.disk.hold();
    const stored = sessions.map((ws, i) => ws.store("x", i));
    await until(() => server.server.space.workspaces.get("kept")?.storedCount === 20, "all have stored");
    expect(server.disk.heldCount).toBe(1);
    server.disk.letGo();
    await Promise.all(stored);
    await Promise.all(sessions.map((ws) => ws.close()));
  });
});

describe("after a crash", () => {
  it("what was acknowledged is there, what was not may be missing, what was confirmed stays taken", async () => {
    await using server = await keep();
    const ws = open(server);
    await ws.storeAll("x", [1, 2, 3, 4]);
    expect(await ws.fetch("x")).toBe(1);
    const lease = await ws.fetch("x", { lease: true });
    await lease.ack();
    const held = await ws.fetch("x", { lease: true });
    expect(held.value).toBe(3);
    server.disk.hold();
    const lost = ws.store("x", 5).catch(() => undefined);
    await until(() => server.disk.heldCount > 0, "the log writes");
    await using after = await server.crashed();
    const again = open(after);
    const back = await again.fetch("x", { lease: true });
    expect([back.value, back.deliveries]).toEqual([3, 2]);
    await back.ack();
    expect(await again.fetch("x")).toBe(4);
    expect(await again.fetchTry("x")).toBeUndefined();
    await again.close();
    server.disk.letGo();
    await lost;
    await ws.close();
  });

  it("a value whose lease was over is there, whoever got it next, and the end of the lease has counted", async () => {
    await using server = await keep();
    const [ws, other] = [open(server), open(server)];
    await ws.storeAll("x", [1, 2]);
    await ws.fetchMany("x", { lease: 50 });
    expect(await other.find("x")).toBe(1);
    const next = await other.fetch("x", { lease: true });
    expect([next.value, next.deliveries]).toEqual([1, 2]);
    await using after = await server.crashed();
    const again = open(after);
    const back = await again.fetchMany("x", { lease: true });
    expect(back.map(({ value, deliveries }) => [value, deliveries])).toEqual([
      [1, 3],
      [2, 2],
    ]);
    await Promise.all([ws, other, again].map((each) => each.close()));
  });

  it("the end of a session is told when what it had taken is gone for good", async () => {
    await using server = await keep();
    const ws = open(server);
    await ws.storeAll("x", [1, 2]);
    expect(await ws.fetch("x")).toBe(1);
    server.disk.hold();
    const closing = ws.close();
    const state = watched(closing);
    await until(() => server.disk.heldCount > 0, "the log writes");
    expect(state.isSettled).toBe(false);
    server.disk.letGo();
    await closing;
    await using after = await server.crashed();
    expect(await open(after).fetchTry("x")).toBe(2);
  });

  it("the end of a session is told when the workspace that goes with it is gone for good", async () => {
    await using server = await keep();
    const ws = open(server, "own", false, { durability: "fsync" });
    await ws.store("x", 1);
    server.disk.hold();
    const closing = ws.server.close();
    const state = watched(closing);
    await until(() => !server.server.space.workspaces.has("own") && server.disk.heldCount > 0, "the log writes");
    // (Whatever was said by now has come when a later answer to somebody else has.)
    await open(server, "other", false).store("y", 1);
    expect(state.isSettled).toBe(false);
    server.disk.letGo();
    await closing;
    await using after = await server.crashed();
    expect(after.server.space.workspaces.has("own")).toBe(false);
  });

  it("that a workspace is not there is told when it has gone for good", async () => {
    await using server = await keep();
    const [ann, bob, carl] = [open(server), open(server), open(server, "other", false)];
    await ann.store("x", 1);
    await bob.find("x");
    server.disk.hold();
    const deleted = ann.server.deleteWs("kept");
    await until(() => server.disk.heldCount > 0, "the log writes");
    const found = bob.find("x").catch((error: unknown) => error);
    const used = carl.server.useWs("kept", { create: false }).catch((error: unknown) => error);
    const states = [deleted, found, used].map(watched);
    await open(server, "free", false).store("y", 1);
    expect(states.map(({ isSettled }) => isSettled)).toEqual([false, false, false]);
    server.disk.letGo();
    await deleted;
    expect(await found).toMatchObject({ code: "no_such_workspace" });
    expect(await used).toMatchObject({ code: "no_such_workspace" });
    await Promise.all([ann, bob, carl].map((ws) => ws.server.close()));
  });

  it("that a workspace is not persistent any more is told when that is kept", async () => {
    await using server = await keep();
    const first = open(server);
    await first.store("x", 1);
    await first.server.close();
    server.disk.hold();
    const second = open(server, "kept", false);
    const opened = second.opened();
    const state = watched(opened);
    await until(() => server.disk.heldCount > 0, "the log writes");
    await open(server, "free", false).store("y", 1);
    expect(state.isSettled).toBe(false);
    server.disk.letGo();
    await opened;
    expect(await second.fetch("x")).toBe(1);
    await using after = await server.crashed();
    expect(after.server.space.workspaces.has("kept")).toBe(false);
    await second.server.close();
  });

  it("a classic fetch whose reply has come counts as taken", async () => {
    await using server = await keep();
    const ws = open(server, "__default");
    await ws.store("x", "1");
    await ws.store("x", "2");
    const classic = await RawClassic.to(server);
    expect(await classic.short("use ws", "__default", "", "no")).toBe(0);
    server.disk.hold();
    classic.send("fetch", "__default", "x");
    await until(() => server.disk.heldCount > 0, "the log writes");
    {
      await using before = await server.crashed();
      const early = open(before, "__default");
      expect(await early.fetchTry("x")).toBe("1");
      await early.close();
    }
    server.disk.letThrough();
    expect((await classic.readLong()).text).toBe("1");
    await using after = await server.crashed();
    const late = open(after, "__default");
    expect(await late.fetchTry("x")).toBe("2");
    await late.close();
    server.disk.letGo();
    classic.raw.socket.destroy();
    await ws.close();
  });

  it("a value whose reply was held back when its client went away goes to somebody else", async () => {
    await using server = await keep();
    const ws = open(server, "__default");
    await ws.store("x", "1");
    const classic = await RawClassic.to(server);
    await classic.short("use ws", "__default", "", "no");
    server.disk.hold();
    classic.send("fetch", "__default", "x");
    await until(() => server.disk.heldCount > 0, "the log writes");
    classic.raw.socket.resetAndDestroy();
    const fetched = ws.fetch("x");
    await until(() => server.server.connectionCount === 1, "it is gone");
    server.disk.letGo();
    expect(await fetched).toBe("1");
    await ws.close();
  });

  it("large values are there, whole, and files that belong to nobody are not", async () => {
    await using server = await keep();
    const ws = open(server);
    const user = open(server, "tmp", false);
    const long = (letter: string): string => letter.repeat(300_000);
    await ws.store("x", long("a"));
    await ws.store("x", long("b"));
    await user.store("y", long("c"));
    expect(await ws.fetch("x")).toBe(long("a"));
    await ws.listVars();
    await until(() => filesOf(server).length === 2, "the file of what was taken is removed");
    await using after = await server.crashed();
    await until(() => after.server.blobs.fileCount === 1, "one file");
    const again = open(after);
    expect(await again.fetch("x")).toBe(long("b"));
    await again.close();
    await until(() => after.server.blobs.fileCount === 0, "no file");
    await Promise.all([ws.close(), user.close()]);
  });

  it("the file of a value that is gone is removed when the last reader is done, though nothing changes any more", async () => {
    await using server = await keep();
    const ws = open(server);
    await ws.store("x", new Uint8Array(8_000_000));
    const reader = await RawMultiplexed.ready(server);
    await reader.open("kept", "x");
    reader.send(1, Verb.find, u32(0), u8(0));
    expect(readValue(await reader.next()).chunkedLength).toBe(8_000_000);
    await ws.fetch("x");
    await ws.close();
    expect(filesOf(server)).toHaveLength(1);
    await reader.download(1, 8_000_000);
    await until(() => filesOf(server).length === 0, "its file is removed");
  });

  it("a large value whose acknowledgement was not kept is there with its file", async () => {
    await using server = await keep();
    const ws = open(server);
    await ws.store("x", "a".repeat(300_000));
    const lease = await ws.fetch("x", { lease: true });
    server.disk.hold();
    const acknowledged = lease.ack();
    await until(() => server.disk.heldCount > 0, "the log writes");
    await using after = await server.crashed();
    const again = open(after);
    expect(await again.fetchTry("x")).toBe("a".repeat(300_000));
    await again.close();
    server.disk.letGo();
    await acknowledged;
    await ws.close();
  });
});

it("who says goodbye while much is held back is still read, so that nothing of that is lost on the way", async () => {
  await using server = await keep();
  const ws = open(server);
  await ws.store("large", "x".repeat(100_000));
  await ws.store("less", "x".repeat(50_000));
  const raw = await RawSocket.to(server, true);
  const client = await RawMultiplexed.connect(raw);
  await client.ask(1, Verb.hello, u8(1), u32(0), byteString("test"));
  await client.open("kept", "large", "less", "other");
  server.disk.hold();
  const large = frame(2, Verb.find, u32(0), u8(0));
  raw.write(
    Buffer.concat([
      frame(1, Verb.store, u32(2), u32(1), text("1")),
      ...Array<Buffer>(10).fill(large),
      frame(3, Verb.find, u32(1), u8(0)),
      frame(4, Verb.goodbye),
    ]),
  );
  await until(() => server.disk.heldCount > 0, "the log writes");
  await open(server, "free", false).store("y", 1);
  server.disk.letGo();
  expect((await raw.readToEnd()).length).toBeGreaterThan(1_048_576);
  // More than the system takes by itself.
  const failure = await new Promise((resolve) => raw.socket.write(Buffer.alloc(32_000_000), resolve));
  expect(failure ?? undefined).toBeUndefined();
  raw.socket.destroy();
  await ws.close();
});

describe("a disk that is full", () => {
  it("refuses what is stored, goes on giving what is there, and takes stores again when there is room", async () => {
    await using server = await keep();
    const ws = open(server);
    const text = "x".repeat(50_000);
    server.disk.fault = diskError("ENOSPC");
    server.disk.isOnlyForNewFiles = true;
    let stored = 0;
    const failure = await (async () => {
      for (;;) {
        try {
          await ws.store("x", text);
          stored++;
        } catch (error) {
          return error;
        }
      }
    })();
    expect(failure).toMatchObject({ code: "disk_full" });
    expect(stored).toBeGreaterThan(1);
    expect(await ws.find("x")).toBe(text);
    expect(await ws.fetch("x")).toBe(text);
    server.disk.fault = undefined;
    const isRefused = (): Promise<boolean> => ws.store("y", 1).then(...([() => false, () => true] as const));
    while (await isRefused()) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await using after = await server.crashed();
    const again = open(after);
    expect((await again.fetchTryMany("x", { max: 1000 })).length).toBe(stored - 1);
    await Promise.all([ws.close(), again.close()]);
  });

  it("that fails drops who waits for it, refuses every change, and goes on showing what is there", async () => {
    await using server = await keep();
    const ws = open(server);
    await ws.store("x", 1);
    server.disk.fault = diskError("EIO");
    await expect(ws.store("x", 2)).rejects.toBeInstanceOf(ConnectionLostError);
    const again = open(server);
    await expect(again.store("x", 3)).rejects.toMatchObject({ code: "storage_failed" });
    await expect(again.fetch("x")).rejects.toMatchObject({ code: "storage_failed" });
    expect(await again.find("x")).toBe(1);
    await using after = await server.crashed();
    const recovered = open(after);
    expect(await recovered.fetchTry("x")).toBe(1);
    await Promise.all([ws.close().catch(() => undefined), again.close(), recovered.close()]);
  });
});
