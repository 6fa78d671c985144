import { request } from "node:http";
import { connect } from "node:net";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { startServer } from "../../src/host/index.ts";
import { securityHeaders } from "../../src/web/guards.ts";
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

test("a name that somebody else has pointed to this machine opens no WebSocket", async () => {
  await using web = await TestWeb.start();
  for (const path of ["/api/feed", "/ws"]) {
    const headers = { host: "evil.example", origin: "http://evil.example" };
    const socket = new WebSocket(`${web.base.replace("http", "ws")}${path}`, { headers });
    const status = await new Promise((resolve) => {
      socket.on("unexpected-response", (_request, response) => resolve(response.statusCode));
      socket.on("error", () => undefined);
    });
    expect(status).toBe(421);
  }
});

test("a form of somebody else's page, which a browser sends without asking, changes nothing", async () => {
  await using web = await TestWeb.start();
  const ws = web.open("w");
  await ws.store("x", 1);
  for (const path of ["/api/workspaces/w/variables/x/take", "/api/workspaces/w/variables/x/clear", "/api/workspaces"]) {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
      const headers = { "content-type": type, origin: "http://evil.example", "sec-fetch-site": "cross-site" };
      expect((await web.fetch(path, { method: "POST", headers, body: '{"name": "made"}' })).status).toBe(403);
    }
  }
  expect(await ws.find("x")).toBe(1);
  expect((await web.get<{ items: unknown[] }>("/api/workspaces")).items).toHaveLength(2);
});

test("no GET changes anything: neither those there are, nor those of the original", async () => {
  await using web = await TestWeb.start();
  const ws = web.open("w");
  await ws.storeAll("x", [1, 2]);
  const { paths } = await web.get<{ paths: Record<string, Record<string, unknown>> }>("/openapi.json");
  const inPlace: Record<string, string> = { workspace: "w", variable: "x", index: "0", client: "1" };
  const addresses = Object.keys(paths).map((path) => path.replace(/\{(\w+)\}/g, (_, name: string) => inPlace[name]!));
  expect(addresses).toContain("/api/workspaces/w/variables/x/take");
  const old = ["deleteWs&wsName=w", "deleteVar&wsName=w&varName=x", "fetchTry&wsName=w&varName=x"];
  for (const address of [...addresses, ...old.map((operation) => `/doit?op=${operation}`)]) {
    await web.fetch(address);
    await web.fetch(address, { method: "HEAD" });
  }
  expect(await web.get("/api/workspaces/w/variables/x")).toMatchObject({ values: 2, booked: 0, stored: 2, fetched: 0 });
  expect(await ws.find("x")).toBe(1);
});

test("no answer lets a page run what is in it, or be put into another one", async () => {
  await using web = await TestWeb.start();
  const ws = web.open("w");
  await ws.store("x", "<script>alert(1)</script>");
  const value = "/api/workspaces/w/variables/x/values/0";
  for (const path of [
    "/",
    "/workspaces/w",
    "/api/server",
    value,
    `${value}?as=download`,
    "/api/nothing",
    "/doit?op=listWss",
  ]) {
    const { headers } = await web.fetch(path);
    const policy = headers.get("content-security-policy") ?? "";
    expect(policy).toMatch(/default-src 'self'.*frame-ancestors 'none'/);
    // Scripts come under default-src: from here alone, and none that stand in a page.
    expect(policy).not.toMatch(/script-src|unsafe-eval/);
    expect(policy.replace("style-src 'self' 'unsafe-inline'", "")).not.toContain("unsafe-inline");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
  }
});

test("listening where others can reach it is refused, and web port none has none", async () => {
  await expect(startServer({ host: "0.0.0.0", port: 0 })).rejects.toThrow("allowPlaintext");
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

test("what no route answers has the headers of all answers, too: what is no HTTP, what is no address, and what becomes no WebSocket", async () => {
  await using web = await TestWeb.start();
  const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
  for (const [bytes, status] of [
    ["<script>\r\n\r\n", 400],
    [`GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, 431],
    [`GET /api/feed HTTP/1.1\r\nHost: evil.example\r\n${upgrade}`, 421],
    ["GET /api/workspaces/%/variables HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400],
    [`GET /ws HTTP/1.1\r\nHost: localhost\r\n${upgrade}`, 400],
    [`GET /nowhere HTTP/1.1\r\nHost: localhost\r\n${upgrade}`, 404],
  ] as const) {
    const answer = await rawAnswer(web.base, bytes);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    for (const header of Object.keys(securityHeaders)) {
      expect(answer.toLowerCase()).toContain(`\r\n${header}: `);
    }
    expect(JSON.parse(answer.split("\r\n\r\n")[1]!)).toHaveProperty("code");
  }
});

/** All that comes until the server hangs up. */
function rawAnswer(base: string, bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    connect(Number(new URL(base).port), "127.0.0.1")
      .on("data", (chunk) => (answer += chunk.toString("latin1")))
      .on("error", reject)
      .on("close", () => resolve(answer))
      .write(bytes);
  });
}
