import { describe, expect, it } from "vitest";
import { OpenFlag, Reply, Verb } from "../../src/wire/verbs.ts";
import { until } from "./harness.ts";
import { keep, type KeptServer, open, watched } from "./kept-server.ts";
import { RawClassic } from "./raw-classic.ts";
import { byteString, describe as failure, RawMultiplexed, readValue, text, u32, u64, u8 } from "./raw-multiplexed.ts";

async function heldUp(server: KeptServer): Promise<void> {
  await until(() => server.disk.heldCount > 0, "the log writes");
}

/** The durabilities that a server tells of its workspaces, but for `__default`. */
async function told(server: KeptServer): Promise<Record<string, string | undefined>> {
  await using ws = open(server, "asking", false);
  const listed = await ws.server.listWss();
  return Object.fromEntries(
    listed.flatMap(({ name, durability, persistent }) =>
      persistent && name !== "__default" ? [[name, durability]] : [],
    ),
  );
}

describe("a workspace's own durability", () => {
  it("is waited for though the server's is weaker, and only by who asked for it", async () => {
    await using server = await keep("memory");
    const safe = open(server, "safe", true, { durability: "fsync" });
    const usual = open(server, "usual");
    await Promise.all([safe.opened(), usual.opened()]);
    server.disk.hold();
    const stored = safe.store("x", 1);
    const state = watched(stored);
    await heldUp(server);
    for (let i = 0; i < 20; i++) {
      await usual.store("x", i);
    }
    expect(state.isSettled).toBe(false);
    server.disk.letGo();
    await stored;
    await using after = await server.crashed();
    await using again = open(after, "safe");
    expect(await again.fetch("x")).toBe(1);
    await Promise.all([safe.close(), usual.close()]);
  });

  it("may be weaker than the server's: then nobody waits for the disk, nor for what others do not ask to be safe", async () => {
    await using server = await keep("fsync");
    const hasty = open(server, "hasty", true, { durability: "memory" });
    const usual = open(server, "usual");
    await usual.store("x", 1);
    await hasty.opened();
    server.disk.hold();
    await hasty.store("x", 1);
    expect(await hasty.fetch("x")).toBe(1);
    await heldUp(server);
    // What is said here depends on nothing that is under way.
    expect(await usual.find("x")).toBe(1);
    expect((await usual.listVars()).length).toBe(1);
    expect((await usual.server.listWss()).length).toBe(3);
    const stored = usual.store("x", 2);
    const state = watched(stored);
    await hasty.store("x", 2);
    expect(state.isSettled).toBe(false);
    server.disk.letGo();
    await stored;
    await Promise.all([hasty.close(), usual.close()]);
  });

  it("of os waits for the system, and not for the disk", async () => {
    await using server = await keep("fsync");
    const quick = open(server, "quick", true, { durability: "os" });
    const usual = open(server, "usual");
    await Promise.all([quick.opened(), usual.opened()]);
    server.disk.holdSyncs();
    await quick.store("x", 1);
    const stored = usual.store("x", 1);
    const state = watched(stored);
    await heldUp(server);
    expect(state.isSettled).toBe(false);
    server.disk.letGo();
    await stored;
    server.disk.hold();
    const slow = quick.store("x", 2);
    const slowState = watched(slow);
    await heldUp(server);
    await using bystander = open(server, "bystander", false);
    await bystander.store("x", 1);
    expect(slowState.isSettled).toBe(false);
    server.disk.letGo();
    await slow;
    await Promise.all([quick.close(), usual.close()]);
  });

  it("makes all that came before a safe change safe with it", async () => {
    await using server = await keep("memory");
    const hasty = open(server, "hasty");
    const safe = open(server, "safe", true, { durability: "fsync" });
    for (let i = 0; i < 100; i++) {
      await hasty.store("x", i);
    }
    await safe.store("x", "safe");
    await using after = await server.crashed();
    await using again = open(after, "hasty");
    expect(await again.fetchMany("x")).toEqual(Array.from({ length: 100 }, (_, i) => i));
    await Promise.all([hasty.close(), safe.close()]);
  });

  it("counts for each workspace that an answer tells of", async () => {
    await using server = await keep("memory");
    const client = await RawMultiplexed.ready(server);
    const flags = u8(OpenFlag.own | OpenFlag.persistent | OpenFlag.create | OpenFlag.durability);
    await client.ask(1, Verb.open, u32(1), flags, byteString("safe"), u8(1));
    await client.ask(1, Verb.open, u32(2), flags, byteString("hasty"), u8(3));
    client.send(1, Verb.name, u32(1), u32(1), text("x"));
    client.send(1, Verb.name, u32(2), u32(2), text("x"));
    const lease = async (variable: number): Promise<number> => {
      await client.store(2, "task", variable);
      return readValue(await client.ask(3, Verb.fetch, u32(variable), u8(1))).lease;
    };
    const [ofSafe, ofHasty] = [await lease(1), await lease(2)];
    for (const [number, into] of [
      [ofSafe, 2],
      [ofHasty, 1],
    ] as const) {
      server.disk.hold();
      client.send(4, Verb.complete, u64(number), u32(into), u32(1), text("result"));
      const answered = client.next();
      const state = watched(answered);
      await heldUp(server);
      await using bystander = open(server, "bystander", false);
      await bystander.store("x", 1);
      expect(state.isSettled).toBe(false);
      server.disk.letGo();
      expect((await answered).verb).toBe(Reply.done);
    }
  });

  it("stays over a restart and when its owner goes; a later owner may change it", async () => {
    await using server = await keep("memory");
    const first = open(server, "safe", true, { durability: "fsync" });
    const second = open(server, "other", true, { durability: "os" });
    const usual = open(server, "usual");
    await Promise.all([first.opened(), second.opened(), usual.opened()]);
    const ignored = open(server, "safe", true, { durability: "memory" });
    await ignored.store("x", 1);
    expect(await told(server)).toEqual({ safe: "fsync", other: "os", usual: undefined });
    await Promise.all([first, second, usual, ignored].map((ws) => ws.close()));
    await server.server.stop();

    await using next = await keep("memory", server.folder);
    const owner = open(next, "safe");
    await owner.opened();
    const changing = open(next, "other", true, { durability: "fsync" });
    await changing.opened();
    expect(await told(next)).toEqual({ safe: "fsync", other: "fsync", usual: undefined });
    next.disk.hold();
    const stored = [owner.store("x", 2), changing.store("x", 2)];
    const states = stored.map(watched);
    await heldUp(next);
    await using bystander = open(next, "usual");
    await bystander.store("x", 1);
    expect(states.map(({ isSettled }) => isSettled)).toEqual([false, false]);
    next.disk.letGo();
    await Promise.all(stored);
    await using crashed = await next.crashed();
    expect(await told(crashed)).toEqual({ safe: "fsync", other: "fsync", usual: undefined });
    await Promise.all([owner.close(), changing.close()]);
  });

  it("that becomes stronger is told of when what was there before is as safe", async () => {
    await using server = await keep("memory");
    const before = open(server, "w");
    await before.opened();
    server.disk.hold();
    await before.store("x", 1);
    await before.close();
    const after = open(server, "w", true, { durability: "fsync" });
    const state = watched(after.opened());
    await heldUp(server);
    await using bystander = open(server, "bystander", false);
    await bystander.store("x", 1);
    expect(state.isSettled).toBe(false);
    server.disk.letGo();
    await after.opened();
    await using crashed = await server.crashed();
    await using again = open(crashed, "w");
    expect(await again.fetch("x")).toBe(1);
    await after.close();
  });

  it("can be asked for by a classic client", async () => {
    await using server = await keep("memory");
    const client = await RawClassic.to(server);
    expect(await client.short("open ws", "w", "me", "yes", "yes", "fsync")).toBe(0);
    expect(await client.short("open ws", "v", "me", "yes", "yes", "very")).toBe(1);
    expect(await client.short("use ws", "w", "me", "yes", "yes", "fsync")).toBe(1);
    expect((await client.long("list wss", "w")).text).toMatch(/^>w\t[^\t]*\tTrue\t0\t\n$/);
    expect(await told(server)).toEqual({ w: "fsync" });
  });

  it("that is none is refused, and nothing is opened", async () => {
    await using server = await keep("memory");
    const client = await RawMultiplexed.ready(server);
    const flags = u8(OpenFlag.own | OpenFlag.persistent | OpenFlag.create | OpenFlag.durability);
    for (const number of [0, 4, 255]) {
      const reply = await client.ask(1, Verb.open, u32(1), flags, byteString("new"), u8(number));
      expect(failure(reply)).toBe("bad_arguments");
    }
    expect(await told(server)).toEqual({});
  });
});
