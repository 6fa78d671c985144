import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { NetWorkSpace, type WebSocketConstructor } from "../../src/client/browser.ts";
import { canBeStranger, type Stranger, strangerTo } from "../access/stranger.ts";
import { TestWeb } from "./support.ts";

const webSocket = WebSocket as unknown as WebSocketConstructor;

const variable = "/api/workspaces/w/variables/x";

/** Everything that tells something, and everything that changes something. */
const looks = [
  "/api/me",
  "/api/server",
  "/api/server/history",
  "/api/workspaces",
  "/api/workspaces?variable=x&search=w",
  "/api/workspaces/w",
  "/api/workspaces/w/variables",
  variable,
  `${variable}/values`,
  `${variable}/values?search=secret`,
  `${variable}/values/0`,
  `${variable}/values/0?as=download`,
  `${variable}/values/0/text`,
  "/api/clients",
  "/api/clients/1",
  "/metrics",
  "/openapi.json",
  "/pages/",
  "/pages/index.html",
];
const acts: readonly (readonly [method: string, path: string, body?: object])[] = [
  ["POST", "/api/workspaces", { name: "made" }],
  ["DELETE", "/api/workspaces/w"],
  ["POST", "/api/workspaces/w/variables", { name: "made", mode: "fifo" }],
  ["DELETE", variable],
  ["POST", `${variable}/clear`],
  ["POST", `${variable}/take`],
  ["POST", `${variable}/values`, { descriptor: 1, bytes: "eA==" }],
  ["DELETE", "/api/clients/1"],
];

interface Answer {
  readonly status: number;
  readonly text: string;
}

async function ask(
  base: string,
  headers: Record<string, string>,
  method: string,
  path: string,
  body?: object,
): Promise<Answer> {
  const response = await fetch(base + path, {
    method,
    redirect: "manual",
    headers: { ...headers, ...(body !== undefined && { "content-type": "application/json" }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, text: await response.text() };
}

/** How an upgrade is answered: 101 when it is done. */
function upgrade(base: string, path: string, headers: Record<string, string> = {}): Promise<number> {
  return new Promise((resolve) => {
    const socket = new WebSocket(base.replace("http", "ws") + path, { headers });
    socket.on("open", () => {
      socket.terminate();
      resolve(101);
    });
    socket.on("unexpected-response", (_request, response) => {
      response.destroy();
      resolve(response.statusCode!);
    });
    socket.on("error", () => undefined);
  });
}

describe.skipIf(!canBeStranger)("another user of the machine", () => {
  let web: TestWeb;
  let relay: Stranger;
  let there: string;
  let folder: string;
  let ws: NetWorkSpace;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "nws-pages-"));
    web = await TestWeb.start({ webPages: folder });
    relay = await strangerTo(web.webPort);
    there = `http://127.0.0.1:${relay.port}`;
    ws = web.open("w") as unknown as NetWorkSpace;
    await ws.store("x", "a secret");
  });
  afterAll(async () => {
    await relay[Symbol.asyncDispose]();
    await web[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  const isUntouched = async (): Promise<void> => {
    expect(await web.get("/api/workspaces")).toMatchObject({ total: 2 });
    expect(await web.get("/api/workspaces/w/variables")).toMatchObject({ total: 1 });
    expect(await web.get(variable)).toMatchObject({ values: 1, booked: 0, stored: 1, fetched: 0 });
    expect(await ws.find("x")).toBe("a secret");
  };

  /** What he may come with. */
  const tokens: Record<string, () => Promise<Record<string, string>>> = {
    "with no token": () => Promise.resolve({}),
    "with a token that nobody has": () =>
      Promise.resolve({ authorization: `Bearer nws_${"0".repeat(12)}_${"a".repeat(43)}` }),
    "with another one's secret": async () => {
      const [one, other] = [await web.token(), await web.token()];
      return { authorization: `Bearer ${one.slice(0, 17)}${other.slice(17)}` };
    },
    "with an expired token": async () => ({
      authorization: `Bearer ${await web.token({ expires: new Date(Date.now() - 1) })}`,
    }),
    "with a password": () => Promise.resolve({ authorization: "Basic cm9vdDpyb290" }),
    "with what is no token": () => Promise.resolve({ authorization: "Bearer nws_" }),
    "with a made-up cookie": () => Promise.resolve({ cookie: `nws-session-${web.webPort}=${"A".repeat(43)}` }),
    "with made-up headers": () =>
      Promise.resolve({
        "x-forwarded-for": "127.0.0.1",
        "x-real-ip": "inside 1",
        forwarded: "for=127.0.0.1",
        from: "inside 1",
      }),
  };

  it.each(Object.entries(tokens))(
    "%s learns nothing, changes nothing, and is told what to do",
    async (_, credentials) => {
      const headers = await credentials();
      for (const path of looks) {
        for (const method of ["GET", "HEAD"]) {
          const { status, text } = await ask(there, headers, method, path);
          expect([status, path]).toEqual([401, path]);
          expect(text).not.toMatch(/secret|"w"|pid/);
          if (method === "GET" && !path.startsWith("/pages")) {
            expect(JSON.parse(text)).toMatchObject({ code: "not_authenticated" });
          }
        }
      }
      for (const [method, path, body] of acts) {
        expect([(await ask(there, headers, method, path, body)).status, path]).toEqual([401, path]);
      }
      expect(await upgrade(there, "/api/feed", headers)).toBe(401);
      await isUntouched();
    },
  );

  it("is not let in by another spelling of an address", async () => {
    for (const path of [
      "/%61pi/server",
      "/api/%73erver",
      "//api/server",
      "/api//server",
      "/API/server",
      "/api/server/",
      "/./api/server",
      "/metrics/",
      "/%6detrics",
    ]) {
      const { status, text } = await ask(there, {}, "GET", path);
      // (What is nowhere is the page, which says so.)
      expect([401, 404, 200]).toContain(status);
      expect(text).not.toMatch(/"pid"|nws_values/);
      expect(status === 200 ? text : "<!doctype html>").toContain("<!doctype html>");
    }
  });

  it("gets the pages themselves, where one logs in, and the sign that the server lives", async () => {
    for (const path of ["/", "/workspaces/w", "/healthz", "/client.js", "/icon.svg"]) {
      expect([(await ask(there, {}, "GET", path)).status, path]).toEqual([200, path]);
    }
    const own = await ask(there, {}, "GET", "/pages/");
    expect(own.text).toContain('<div id="root">');
    // Whole, whatever his browser has of that page, or wants of another one.
    const { headers } = await web.fetch("/");
    for (const wish of [{ "if-none-match": headers.get("etag")! }, { range: "bytes=0-3" }]) {
      expect(await ask(there, wish, "GET", "/pages/")).toEqual(own);
    }
  });

  it("opens no workspace over a WebSocket, but may log in there", async () => {
    const url = `${there.replace("http", "ws")}/ws`;
    const stranger = new NetWorkSpace("w", { url, webSocket, useUse: true });
    await expect(stranger.find("x")).rejects.toMatchObject({ code: "not_authenticated" });
    await stranger.close().catch(() => undefined);
    for (const headers of [{ authorization: "Bearer nws_" }, { authorization: "Basic cm9vdDpyb290" }]) {
      expect(await upgrade(there, "/ws", headers)).toBe(401);
    }
    const guest = new NetWorkSpace("w", { url, webSocket, useUse: true, token: await web.token() });
    expect(await guest.find("x")).toBe("a secret");
    await guest.close();
    await isUntouched();
  });

  it("is let in with a token, in the header or by logging in", async () => {
    const headers = { authorization: `Bearer ${await web.token()}` };
    expect((await ask(there, headers, "GET", `${variable}/values/0`)).text).toBe("a secret");
    expect((await ask(there, headers, "GET", "/metrics")).status).toBe(200);
    expect(await upgrade(there, "/api/feed", headers)).toBe(101);
    expect(await upgrade(there, "/ws", headers)).toBe(101);
    const login = await fetch(`${there}/api/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token: await web.token() }),
    });
    const cookie = login.headers.getSetCookie()[0]!.split(";")[0]!;
    expect((await ask(there, { cookie }, "GET", variable)).status).toBe(200);
  });

  it("who has got a cookie that another user's browser has sent to him is not let in by it", async () => {
    const login = await web.fetch("/api/login", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token: await web.token() }),
    });
    const cookie = login.headers.getSetCookie()[0]!.split(";")[0]!;
    expect(await (await web.fetch("/api/me", { headers: { cookie } })).json()).toMatchObject({ name: "ann" });
    expect((await ask(there, { cookie }, "GET", variable)).status).toBe(401);
  });
});
