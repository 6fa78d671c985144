import { expect, test } from "vitest";
import { NetWorkSpace, NwsServer } from "../../src/client/index.ts";
import { startServer } from "../../src/host/index.ts";
import { failureOf, isSame, TestServer, until, untilWaiting } from "./support.ts";

/** A session with a server of the same process, without a socket. */
const connect = ({ running }: TestServer): NwsServer => new NwsServer({ localServer: running });

test("a client in the server's process shares workspaces with those that come by sockets", async () => {
  await using server = await TestServer.start();
  await using local = connect(server);
  const here = await local.openWs("table");
  const there = server.open("table", { useUse: true });
  await here.store("x", { from: "here" });
  expect(await there.fetch("x")).toEqual({ from: "here" });
  const waiting = here.fetch("y");
  await there.store("y", "there");
  expect(await waiting).toBe("there");
  expect(local.address).toBe(`${server.running.host}:${server.running.port}`);
  expect((await local.info()).connections).toBe(2);
  expect((await local.listWss()).find(({ name }) => name === "table")?.owner).toMatch(/in-process/);
});

test.each([100_000, 1_000_000, 20_000_000])("a value of %d bytes goes both ways", async (count) => {
  await using server = await TestServer.start();
  await using local = connect(server);
  const ws = await local.openWs("table");
  const value = new Uint8Array(count).map((_, index) => index % 251);
  await ws.store("x", value);
  const copy = value.slice();
  // What was stored is the server's own, and so is what was read.
  value.fill(0);
  const found = (await ws.find("x")) as Uint8Array;
  expect(isSame(found, copy)).toBe(true);
  found.fill(0);
  const there = server.open("table", { useUse: true });
  expect(isSame(await there.fetch("x"), copy)).toBe(true);
});

test("ten thousand operations are under way at once, and keep their order", async () => {
  await using server = await TestServer.start();
  await using local = connect(server);
  const ws = await local.openWs("table");
  const count = 10_000;
  const fetched = Promise.all(Array.from({ length: count / 2 }, () => ws.fetch("x")));
  await untilWaiting(ws, "x", count / 2);
  const stored = Promise.all(Array.from({ length: count }, (_, index) => ws.store("x", index)));
  const rest = Promise.all(Array.from({ length: count / 2 }, () => ws.fetch("x")));
  await stored;
  expect([...(await fetched), ...(await rest)]).toEqual(Array.from({ length: count }, (_, index) => index));
});

test("many values at once, more than may be unsent, all arrive in order", async () => {
  await using server = await TestServer.start();
  await using local = connect(server);
  const ws = await local.openWs("table");
  const values = Array.from({ length: 300 }, (_, index) => new Uint8Array(50_000).fill(index));
  await Promise.all(values.map((value) => ws.store("x", value)));
  const found = await Promise.all(values.map(() => ws.fetch("x")));
  expect(found.every((value, index) => isSame(value, values[index]!))).toBe(true);
});

test("timers run while a program does nothing but ask", async () => {
  await using server = await TestServer.start();
  await using local = connect(server);
  const ws = await local.openWs("table");
  let hasRung = false;
  setTimeout(() => (hasRung = true), 5);
  while (!hasRung) {
    await ws.store("x", 1);
    await ws.fetch("x");
  }
});

test("its session ends when it is closed, and what it owned and had not confirmed is as with any client", async () => {
  await using server = await TestServer.start();
  const there = server.open("elsewhere");
  await there.store("x", "leased");
  const local = connect(server);
  const own = await local.openWs("own");
  const waiting = failureOf(own.fetch("x"));
  const lease = await new NetWorkSpace("elsewhere", { server: local, useUse: true }).fetch("x", { lease: true });
  expect(lease.value).toBe("leased");
  await local.close();
  expect(await waiting).toMatchObject({ code: "closed" });
  await until("its session is over", async () => (await there.server.info()).connections === 1);
  expect((await there.server.listWss()).map(({ name }) => name)).not.toContain("own");
  expect(await there.fetch("x")).toBe("leased");
  expect(await failureOf(own.store("x", 1))).toMatchObject({ code: "closed" });
});

test("a signal ends it at once", async () => {
  await using server = await TestServer.start();
  const stop = new AbortController();
  const local = new NwsServer({ localServer: server.running, signal: stop.signal });
  const ws = await local.openWs("table");
  const waiting = failureOf(ws.fetch("x"));
  stop.abort();
  expect(await waiting).toMatchObject({ code: "aborted" });
  const other = server.connect();
  await until("the server knows", async () => (await other.info()).connections === 1);
});

test("what waits is told when the server stops", async () => {
  const server = await startServer({ port: 0 });
  const local = new NwsServer({ localServer: server });
  const ws = await local.openWs("table");
  const waiting = [failureOf(ws.fetch("x")), failureOf(ws.find("y", { timeout: 60_000 }))];
  await ws.store("z", 1);
  await server.stop();
  for (const failure of await Promise.all(waiting)) {
    expect(failure).toHaveProperty("code", expect.stringMatching(/shutting_down|connection_lost/));
  }
  expect(await failureOf(ws.store("z", 1))).toMatchObject({ code: "connection_lost" });
  expect(await failureOf(new NwsServer({ localServer: server }).ping())).toMatchObject({ code: "connect_failed" });
});

test("limits hold for it", async () => {
  await using server = await TestServer.start({ limits: { maxConnections: 1 } });
  await using local = connect(server);
  await local.ping();
  expect(await failureOf(connect(server).ping())).toMatchObject({ code: "too_many_connections" });
});
