import { expect, it } from "vitest";
import { NwsServer } from "../../src/client/index.ts";
import { startServer } from "../../src/host/index.ts";
import { untilWaiting } from "../client/support.ts";

const grant = { name: "ann", role: "use" } as const;

it("all connections of a token together are at most so many; others are not counted", async () => {
  await using server = await startServer({ port: 0, webPort: false });
  const where = { serverHost: server.host, serverPort: server.port };
  const token = await server.createToken({ ...grant, limits: { maxConnections: 2 } });
  await using first = new NwsServer({ ...where, token });
  const second = new NwsServer({ ...where, token });
  await Promise.all([first.ping(), second.ping()]);
  await using third = new NwsServer({ ...where, token });
  await expect(third.ping()).rejects.toMatchObject({ code: "too_many_connections" });
  await using other = new NwsServer({ ...where, token: await server.createToken(grant) });
  await other.ping();
  await second.close();
  await using again = new NwsServer({ ...where, token });
  await again.ping();
});

it("all operations that wait, and all open workspaces, of a token are counted together", async () => {
  await using server = await startServer({ port: 0, webPort: false });
  const where = { serverHost: server.host, serverPort: server.port };
  const token = await server.createToken({ ...grant, limits: { maxWaiting: 2, maxWorkspaces: 3 } });
  await using one = new NwsServer({ ...where, token });
  await using two = new NwsServer({ ...where, token });
  const [a, b] = await Promise.all([one.openWs("a"), two.openWs("b")]);
  const waiting = [a.fetch("x"), b.fetch("x")];
  await Promise.all([untilWaiting(a, "x", 1), untilWaiting(b, "x", 1)]);
  await expect(b.fetch("x")).rejects.toMatchObject({ code: "too_many_waiting" });
  await Promise.all([a.store("x", 1), b.store("x", 2)]);
  expect(await Promise.all(waiting)).toEqual([1, 2]);
  await two.openWs("c");
  await expect(one.openWs("d")).rejects.toMatchObject({ code: "quota_exceeded" });
});
