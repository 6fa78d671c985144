import { request } from "node:http";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { startServer } from "../../src/host/index.ts";
import { TestWeb } from "./support.ts";

/** With a Host or Origin that `fetch` would not send. */
function ask(base: string, method: string, path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    request(`${base}${path}`, { method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode!);
    })
      .on("error", reject)
      .end();
  });
}

test("a name that somebody else has pointed to this machine is not answered", async () => {
  await using web = await TestWeb.start();
  expect(await ask(web.base, "GET", "/api/server", { host: "evil.example" })).toBe(421);
  expect(await ask(web.base, "GET", "/", { host: "evil.example:80" })).toBe(421);
  for (const host of ["localhost", "localhost:8766", "127.0.0.1", "[::1]:8766", "x.localhost"]) {
    expect(await ask(web.base, "GET", "/api/server", { host })).toBe(200);
  }
});

test("a name that the operator knows is", async () => {
  await using web = await TestWeb.start({ webNames: ["nws.example"] });
  expect(await ask(web.base, "GET", "/api/server", { host: "nws.example" })).toBe(200);
});

test("a page of somebody else can change nothing and watch nothing", async () => {
  await using web = await TestWeb.start();
  const ws = web.open("w");
  await ws.store("x", 1);
  const host = new URL(web.base).host;
  expect(await ask(web.base, "DELETE", "/api/workspaces/w", { host, origin: "http://evil.example" })).toBe(403);
  expect(await ask(web.base, "DELETE", "/api/workspaces/w", { host, origin: "null" })).toBe(403);
  for (const path of ["/api/feed", "/ws"]) {
    const socket = new WebSocket(`${web.base.replace("http", "ws")}${path}`, { origin: "http://evil.example" });
    const status = await new Promise((resolve) => {
      socket.on("unexpected-response", (_request, response) => resolve(response.statusCode));
      socket.on("error", () => undefined);
    });
    expect(status).toBe(403);
  }
  expect(await ws.find("x")).toBe(1);
  expect(await ask(web.base, "DELETE", "/api/workspaces/w", { host, origin: web.base })).toBe(200);
});

test("no answer lets a page run what is in it, or be put into another one", async () => {
  await using web = await TestWeb.start();
  for (const path of ["/", "/api/server", "/api/nothing"]) {
    const { headers } = await web.fetch(path);
    expect(headers.get("content-security-policy")).toMatch(/default-src 'self'.*frame-ancestors 'none'/);
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  }
});

test("listening where others can reach it is refused, and web port none has none", async () => {
  await expect(startServer({ host: "0.0.0.0", port: 0 })).rejects.toThrow("insecure");
  await using server = await startServer({ port: 0, webPort: false });
  expect(server.webPort).toBeUndefined();
});

test("when the port after the server's is taken, and nobody asked for it, the web interface takes a free one", async () => {
  await using taken = await startServer({ port: 0 });
  // (Its web port is the only one here that is certainly taken.)
  const server = await startServer({ port: taken.webPort! - 1 }).catch(() => undefined);
  if (server !== undefined) {
    expect(server.webPort).not.toBe(taken.webPort);
    expect((await fetch(`http://127.0.0.1:${server.webPort!}/healthz`)).status).toBe(200);
    await server.stop();
  }
  await expect(startServer({ port: 0, webPort: taken.webPort! })).rejects.toThrow("EADDRINUSE");
});
