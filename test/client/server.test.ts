import { expect, test } from "vitest";
import {
  ArgumentError,
  ClosedError,
  NetWorkSpace,
  NoSuchWorkspaceError,
  OperationError,
} from "../../src/client/index.ts";
import { failureOf, TestServer, until, untilWaiting } from "./support.ts";

test("workspaces that share a server share its session", async () => {
  await using server = await TestServer.start();
  const nws = server.connect();
  const [a, b] = [await nws.openWs("a"), await nws.openWs<{ x: number }>("b")];
  await a.store("x", 1);
  await b.store("x", 2);
  expect(await Promise.all([a.fetch("x"), b.fetch("x")])).toEqual([1, 2]);
  expect(a.server).toBe(nws);
  expect((await nws.info()).connections).toBe(1);
});

test("closing a workspace that shares its server gives up that workspace only", async () => {
  await using server = await TestServer.start();
  const nws = server.connect();
  const [a, b] = [await nws.openWs("a"), await nws.openWs("b")];
  const waiting = failureOf(a.fetch("x"));
  await untilWaiting(a, "x", 1);
  await a.close();
  expect(await waiting).toBeInstanceOf(ClosedError);
  expect(await failureOf(a.store("x", 1))).toBeInstanceOf(ClosedError);
  await b.store("x", 1);
  expect((await nws.listWss()).map(({ name }) => name)).toEqual(["__default", "b"]);
});

test("two objects of one workspace on one session: the workspace is given up when both are closed", async () => {
  await using server = await TestServer.start();
  const nws = server.connect();
  const [one, two] = [await nws.openWs("a"), await nws.openWs("a")];
  await one.store("x", 1);
  await one.close();
  expect(await two.fetch("x")).toBe(1);
  await two.close();
  expect((await nws.listWss()).map(({ name }) => name)).toEqual(["__default"]);
});

test("closing a workspace with a session of its own ends the session", async () => {
  await using server = await TestServer.start();
  const [ws, other] = [server.open("a"), server.connect()];
  void ws.store("x", 1);
  await ws.close();
  await ws.close();
  expect(await failureOf(ws.fetchTry("x"))).toBeInstanceOf(ClosedError);
  expect(await failureOf(ws.server.listWss())).toBeInstanceOf(ClosedError);
  expect((await other.listWss()).map(({ name }) => name)).toEqual(["__default"]);
  await until("the connection is gone", async () => (await other.info()).connections === 1);
});

test("a value that comes while its session or workspace is being closed is the caller's, and nobody else's", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  // (The first owns the workspace: it goes when its owner closes it.)
  await ws.storeAll("x", [1, 2]);
  const session = server.connect();
  const shared = new NetWorkSpace("table", { server: session });
  const own = server.open("table");
  await Promise.all([shared.opened(), own.opened()]);
  for (const [closing, value] of [
    [shared, 1],
    [own, 2],
  ] as const) {
    const taken = closing.fetchTry("x");
    await closing.close();
    expect(await taken).toBe(value);
  }
  expect(await ws.fetchTry("x")).toBe(undefined);
});

test("two objects of one workspace that are closed at once give it up together", async () => {
  await using server = await TestServer.start();
  const session = server.connect();
  const [one, two] = [new NetWorkSpace("table", { server: session }), new NetWorkSpace("table", { server: session })];
  await Promise.all([one.opened(), two.opened()]);
  await Promise.all([one.close(), two.close()]);
  expect((await session.listWss()).map(({ name }) => name)).not.toContain("table");
});

test("await using closes", async () => {
  await using server = await TestServer.start();
  const nws = server.connect();
  {
    await using ws = await nws.openWs("a");
    await ws.store("x", 1);
  }
  expect((await nws.listWss()).map(({ name }) => name)).toEqual(["__default"]);
});

test("listWss tells name, owner, persistence and variables", async () => {
  await using server = await TestServer.start();
  const nws = server.connect();
  const mine = await nws.openWs("mine", { persistent: true });
  await mine.store("b", 1);
  await mine.store("a", 1);
  const theirs = server.open("theirs", { label: "the others" });
  await theirs.opened();
  expect(await nws.listWss()).toMatchObject([
    { name: "__default", mine: false, owner: "[system]", persistent: true, variableCount: 0, variables: [] },
    { name: "mine", mine: true, persistent: true, variableCount: 2, variables: ["a", "b"] },
    { name: "theirs", mine: false, persistent: false },
  ]);
  expect((await nws.listWss())[2]!.owner).toContain("the others");
  expect(await nws.listWssText("__default")).toBe(" __default\t[system]\tTrue\t0\t\n");
});

test("a durability is one that there is; listWss tells it", async () => {
  await using server = await TestServer.start();
  const nws = server.connect();
  await nws.openWs("hasty", { persistent: true, durability: "memory" });
  await nws.openWs("owned", { durability: "os" });
  await nws.openWs("usual", { persistent: true });
  const listed = await nws.listWss();
  expect(listed.map(({ name, durability }) => [name, durability])).toEqual([
    ["__default", undefined],
    ["hasty", "memory"],
    ["owned", "os"],
    ["usual", undefined],
  ]);
  expect(await nws.listWssText("hasty")).toMatch(/^>hasty\t[^\t]*\tTrue\t0\t\n$/);
  expect(await nws.listWssText("nowhere")).toBe("\n");
  const durability = "very" as "memory";
  expect(() => server.open("table", { persistent: true, durability })).toThrow(
    'durability is "very", and must be one of fsync, os, memory',
  );
});

test("who uses a workspace does not own it: it stays until deleted", async () => {
  await using server = await TestServer.start();
  const nws = server.connect();
  const used = server.open("used", { useUse: true });
  await used.store("x", 1);
  await used.close();
  expect((await nws.listWss()).at(-1)).toMatchObject({ name: "used", owner: "" });
  await nws.deleteWs("used");
  expect(await failureOf(nws.deleteWs("used"))).toBeInstanceOf(NoSuchWorkspaceError);
});

test("a workspace that must be there and is not fails every operation, and nothing else", async () => {
  await using server = await TestServer.start();
  const ws = server.open("missing", { create: false });
  const errors = await Promise.all([ws.store("x", 1), ws.fetch("x"), ws.listVars(), ws.opened()].map(failureOf));
  for (const error of errors) {
    expect(error).toBeInstanceOf(NoSuchWorkspaceError);
    expect(error).toMatchObject({ code: "no_such_workspace", workspace: "missing" });
  }
  expect(errors[0]).toMatchObject({ operation: "store", variable: "x" });
  expect(await failureOf(ws.store("x", 1))).toMatchObject({ code: "no_such_workspace", operation: "store" });
  expect(await failureOf(server.connect().useWs("missing", { create: false }))).toBeInstanceOf(NoSuchWorkspaceError);
});

test("a workspace that was deleted and made again is another one", async () => {
  await using server = await TestServer.start();
  const [ws, nws] = [server.open("table"), server.connect()];
  await ws.store("x", 1);
  await nws.deleteWs("table");
  const again = await nws.openWs("table");
  await again.store("x", 2);
  expect(await failureOf(ws.fetch("x"))).toBeInstanceOf(NoSuchWorkspaceError);
  await again.deleteVar("x");
  await nws.deleteWs("table");
});

test("the system's workspace cannot be deleted", async () => {
  await using server = await TestServer.start();
  const nws = server.connect();
  const error = await failureOf(nws.deleteWs("__default"));
  expect(error).toBeInstanceOf(OperationError);
  expect(error).toMatchObject({ code: "workspace_not_deletable" });
});

test("mktempWs makes names that nobody else has; openTempWs opens one", async () => {
  await using server = await TestServer.start();
  const [nws, other] = [server.connect(), server.connect()];
  const names = await Promise.all([nws.mktempWs(), nws.mktempWs("job %04d"), other.mktempWs("job %04d")]);
  expect(new Set(names).size).toBe(3);
  expect(names[1]).toMatch(/^job \d{4}/);
  const temporary = await nws.openTempWs("mine %d");
  await temporary.store("x", 1);
  expect((await nws.listWss()).find(({ name }) => name === temporary.name)).toMatchObject({ mine: true });
  const error = await failureOf(nws.mktempWs("no number"));
  expect(error).toBeInstanceOf(ArgumentError);
  expect(error).toMatchObject({ code: "bad_template", workspace: undefined });
  expect((error as Error).message).toMatch(/^mktempWs failed: template 'no number' needs /);
});

test("ping and info are answered", async () => {
  await using server = await TestServer.start();
  const nws = server.connect();
  await nws.ping();
  expect(await nws.info()).toMatchObject({ pid: process.pid, connections: 1, waiting: 0 });
});

test("a Unix socket does as well", async () => {
  const socketPath = `/tmp/nws-client-test-${process.pid}.sock`;
  await using server = await TestServer.start({ socketPath });
  const ws = server.open("table", { socketPath });
  await ws.store("x", 1);
  expect(await ws.fetch("x")).toBe(1);
  expect(ws.server.address).toBe(socketPath);
  await ws.close();
});
