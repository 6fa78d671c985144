import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { NetWorkSpace } from "../../src/client/index.ts";
import { Server, type ServerOptions } from "../../src/server/server.ts";
import { WebServer } from "../../src/web/web-server.ts";
import { HeldDisk } from "../server/held-disk.ts";
import { TestWeb } from "./support.ts";

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** A server and its web port, neither of them ready yet; `load` makes them. */
async function starting(options: Partial<ServerOptions> = {}): Promise<{
  readonly server: Server;
  readonly port: number;
  readonly disk: HeldDisk;
  readonly load: () => Promise<void>;
  readonly ask: (path: string) => Promise<Answer>;
}> {
  const folder = await mkdtemp(join(tmpdir(), "nws-probes-"));
  const disk = new HeldDisk();
  const server = new Server({ version: "test", data: { folder, disk, durability: "fsync" }, ...options });
  const { host, port } = await server.listen("127.0.0.1", 0);
  let open = (): void => undefined;
  const ready = new Promise<void>((resolve) => (open = resolve));
  const web = await WebServer.listen({
    server,
    host,
    port,
    webPort: 0,
    isBackground: false,
    hostNames: [],
    pages: undefined,
    certificate: undefined,
    ready,
  });
  onTestFinished(async () => {
    open();
    disk.fault = undefined;
    disk.letGo();
    await server.stop();
    await web.close();
    await rm(folder, { recursive: true, force: true });
  });
  return {
    server,
    port,
    disk,
    load: async () => {
      await server.load();
      open();
    },
    ask: async (path) => {
      const response = await fetch(`http://127.0.0.1:${web.port}${path}`);
      return { status: response.status, body: await response.json() };
    },
  };
}

const ready: Answer = { status: 200, body: { status: "ready" } };
const notReady = (...reasons: string[]): Answer => ({ status: 503, body: { status: "not_ready", reasons } });

it("a server that still reads its data lives and is not ready; everything else waits until it is", async () => {
  const { ask, load } = await starting();
  expect(await ask("/livez")).toEqual({ status: 200, body: { status: "ok" } });
  expect(await ask("/readyz")).toEqual(notReady("starting"));
  const info = ask("/api/server");
  await load();
  expect((await info).status).toBe(200);
  expect(await ask("/readyz")).toEqual(ready);
  expect(await ask("/livez")).toEqual({ status: 200, body: { status: "ok" } });
});

it("nobody has to log in for the probes, and they tell strangers nothing else", async () => {
  await using web = await TestWeb.start({ tokensOnly: true });
  for (const path of ["/livez", "/healthz", "/readyz"]) {
    const response = await web.fetch(path);
    expect([path, response.status, Object.keys((await response.json()) as object)]).toEqual([path, 200, ["status"]]);
  }
});

it("a full disk, and a log that has failed, are reasons", async () => {
  const { ask, load, disk, port } = await starting();
  await load();
  const ws = new NetWorkSpace("kept", { serverPort: port, persistent: true, reconnect: false });
  await ws.store("x", 1);
  expect(await ask("/readyz")).toEqual(ready);

  disk.fault = Object.assign(new Error("no room"), { code: "ENOSPC" });
  const stored = ws.store("x", 2);
  while ((await ask("/readyz")).status === 200) {
    // The write is under way.
  }
  expect(await ask("/readyz")).toEqual(notReady("disk_full"));
  disk.fault = undefined;
  await stored;
  expect(await ask("/readyz")).toEqual(ready);

  disk.fault = Object.assign(new Error("it is broken"), { code: "EIO" });
  await expect(ws.store("x", 3)).rejects.toThrow();
  expect(await ask("/readyz")).toEqual(notReady("log_failed"));
});

it("whoever else has a reason is asked, too", async () => {
  const { ask, load, server } = await starting();
  await load();
  let isDraining = true;
  server.readiness.add(() => (isDraining ? "draining" : undefined));
  expect(await ask("/readyz")).toEqual(notReady("draining"));
  isDraining = false;
  expect(await ask("/readyz")).toEqual(ready);
});

it("a server that gives no value to who waits is not ready, though it answers everything else", async () => {
  const { ask, load, server } = await starting();
  await load();
  const { space } = server;
  const store = space.store.bind(space);
  // (What a bug would do: the store is answered, and nobody hears of it.)
  space.store = (session, request) => session.receiver.done(request);
  expect(await ask("/readyz")).toEqual(notReady("waiting_not_served"));
  space.store = store;
  expect(await ask("/readyz")).toEqual(ready);
});

it("a server that is full is ready: who makes room must get in", async () => {
  const { ask, load } = await starting({ limits: { maxWorkspaces: 1 } });
  await load();
  expect(await ask("/readyz")).toEqual(ready);
});

it("a server in which as many wait as may is ready: who stores what they wait for must get in", async () => {
  const { ask, load, port } = await starting({ limits: { maxWaiting: 1 } });
  await load();
  const ws = new NetWorkSpace("waited", { serverPort: port, reconnect: false });
  const waiting = ws.fetch("x");
  expect(await ws.server.info()).toMatchObject({ waiting: 1 });
  expect(await ask("/readyz")).toEqual(ready);
  await ws.store("x", 1);
  expect(await waiting).toBe(1);
  await ws.close();
});

it("asking leaves nothing behind", async () => {
  const { ask, load, server } = await starting();
  await load();
  const before = server.space.stats;
  await Promise.all(Array.from({ length: 20 }, () => ask("/readyz")));
  expect(server.space.stats).toEqual({ ...before, sessions: expect.any(Number) as number });
  expect([...server.space.workspaces.keys()]).toEqual(["__default"]);
  expect([...server.space.sessions].filter(({ peer }) => peer === "readiness")).toEqual([]);
});
