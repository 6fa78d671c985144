import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { changeAccessFile, createToken } from "../../src/host/index.ts";
import { NetWorkSpace, type WebSocketConstructor } from "../../src/client/browser.ts";
import { LOGIN_ENDED } from "../../src/web/api.ts";
import { TestFeed, TestWeb } from "./support.ts";

interface Login {
  readonly status: number;
  readonly body: unknown;
  /** As the browser would send it back. */
  readonly cookie: string;
  readonly setCookie: string;
}

async function logIn(web: TestWeb, token: unknown, headers: Record<string, string> = {}): Promise<Login> {
  const response = await web.fetch("/api/login", {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ token }),
  });
  const [setCookie = ""] = response.headers.getSetCookie();
  return { status: response.status, body: await response.json(), setCookie, cookie: setCookie.split(";")[0]! };
}

/** As whom one is with a cookie. */
async function nameWith(web: TestWeb, cookie: string): Promise<unknown> {
  const { name } = (await (await web.fetch("/api/me", { headers: { cookie } })).json()) as { readonly name: unknown };
  return name;
}

test("a login brings a cookie that no script reads and no other site sends, and a random one each time", async () => {
  await using web = await TestWeb.start();
  const token = await web.token();
  const first = await logIn(web, ` ${token}\n`);
  expect(first).toMatchObject({
    status: 200,
    body: { name: "ann", role: "use", workspaces: ["*"], canLogout: true },
    setCookie: expect.stringMatching(
      new RegExp(`^nws-session-${web.webPort}=[\\w-]{43}; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict$`),
    ) as string,
  });
  const second = await logIn(web, token);
  expect(second.cookie).not.toBe(first.cookie);
  expect(await nameWith(web, first.cookie)).toBe("ann");
  expect(await nameWith(web, `other=1; ${second.cookie}; more=2`)).toBe("ann");
  // (Without one this user of this machine is known anyway.)
  expect(await nameWith(web, "other=1")).toBe("owner");
});

test("a cookie counts before what else is known, and only at its own server", async () => {
  await using web = await TestWeb.start();
  await using other = await TestWeb.start();
  const { cookie } = await logIn(web, await web.token({ role: "read" }));
  const headers = { cookie, "content-type": "application/json" };
  const made = await web.fetch("/api/workspaces", { method: "POST", headers, body: '{"name":"made"}' });
  expect(made.status).toBe(403);
  expect(await nameWith(other, cookie.replace(String(web.webPort), String(other.webPort)))).toBe("owner");
});

test("logging out ends the session on the server, its pages and its programs", async () => {
  await using web = await TestWeb.start();
  const { cookie } = await logIn(web, await web.token());
  const feed = await TestFeed.at(web.base, { cookie });
  const closed = new Promise((resolve) => feed.socket.once("close", (code) => resolve(code)));
  class WithCookie extends WebSocket {
    constructor(url: string, protocols: string[] = []) {
      super(url, protocols, { headers: { cookie } });
    }
  }
  const webSocket = WithCookie as unknown as WebSocketConstructor;
  const program = new NetWorkSpace("w", { url: `${web.base.replace("http", "ws")}/ws`, webSocket, reconnect: false });
  await program.store("x", 1);
  expect(await web.get("/api/clients")).toMatchObject({ items: [{ user: "ann" }] });
  const response = await web.fetch("/api/logout", { method: "POST", headers: { cookie } });
  expect(await response.json()).toEqual({ done: true });
  expect(response.headers.getSetCookie()[0]).toMatch(
    /^nws-session-\d+=; Path=\/; Max-Age=0; HttpOnly; SameSite=Strict$/,
  );
  expect(await closed).toBe(LOGIN_ENDED);
  await expect(program.find("never")).rejects.toMatchObject({ code: "connection_lost" });
  expect(await nameWith(web, cookie)).toBe("owner");
  // Twice is no fault.
  expect((await web.fetch("/api/logout", { method: "POST", headers: { cookie } })).status).toBe(200);
});

test("a new login of a browser ends the one before", async () => {
  await using web = await TestWeb.start();
  const first = await logIn(web, await web.token());
  const second = await logIn(web, await web.token({ name: "bob" }), { cookie: first.cookie });
  expect(await nameWith(web, first.cookie)).toBe("owner");
  expect(await nameWith(web, second.cookie)).toBe("bob");
});

test("when a token is taken back, its logins, pages and requests end at once", async () => {
  const folder = await mkdtemp(join(tmpdir(), "nws-access-"));
  const accessFile = join(folder, "access.json");
  const { token, record } = await createToken({ name: "ann", role: "use" });
  await changeAccessFile(accessFile, () => [record]);
  {
    await using web = await TestWeb.start({ accessFile });
    const { cookie } = await logIn(web, token);
    const authorization = `Bearer ${token}`;
    expect((await web.fetch("/api/me", { headers: { authorization } })).status).toBe(200);
    const feeds = [await TestFeed.at(web.base, { cookie }), await TestFeed.at(web.base, { authorization })];
    const closes = feeds.map((feed) => new Promise((resolve) => feed.socket.once("close", (code) => resolve(code))));
    for (const feed of feeds) {
      feed.send({ watch: 1, path: "/api/server" });
      await feed.until(({ watch }) => watch === 1);
    }
    await changeAccessFile(accessFile, () => []);
    await web.server.reload();
    expect((await web.fetch("/api/me", { headers: { authorization } })).status).toBe(401);
    expect(await nameWith(web, cookie)).toBe("owner");
    expect((await logIn(web, token)).status).toBe(401);
    expect(await Promise.all(closes)).toEqual([LOGIN_ENDED, LOGIN_ENDED]);
  }
  await rm(folder, { recursive: true });
});

test("an expired token ends its login", async () => {
  await using web = await TestWeb.start();
  // (The first request has the server load what it needs.)
  await web.get("/api/me");
  const expires = new Date(Date.now() + 3000);
  const { status, cookie } = await logIn(web, await web.token({ expires }));
  expect(status).toBe(200);
  const feed = await TestFeed.at(web.base, { cookie });
  feed.send({ watch: 1, path: "/api/server" });
  expect(await new Promise((resolve) => feed.socket.once("close", (code) => resolve(code)))).toBe(LOGIN_ENDED);
  expect(Date.now()).toBeGreaterThanOrEqual(expires.getTime());
  expect(await nameWith(web, cookie)).toBe("owner");
});

test("a page of somebody else can neither log this browser in nor out", async () => {
  await using web = await TestWeb.start();
  const token = await web.token();
  for (const origin of ["http://evil.example", "null", "http://127.0.0.1:1"]) {
    const { status, setCookie } = await logIn(web, token, { origin });
    expect([status, setCookie]).toEqual([403, ""]);
  }
  const { cookie } = await logIn(web, token, { origin: web.base });
  const headers = { cookie, origin: "http://evil.example" };
  expect((await web.fetch("/api/logout", { method: "POST", headers })).status).toBe(403);
  expect(await nameWith(web, cookie)).toBe("ann");
  // What a form can send without asking is no login.
  for (const type of ["text/plain", "application/x-www-form-urlencoded"]) {
    const response = await web.fetch("/api/login", {
      method: "POST",
      headers: { "content-type": type },
      body: JSON.stringify({ token }),
    });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.headers.getSetCookie()).toEqual([]);
  }
});

test.each([
  [undefined],
  [null],
  [1],
  [{}],
  [""],
  ["nws_"],
  ["x".repeat(200)],
  ["x".repeat(201)],
  ["x".repeat(100_000)],
])("what is no token is refused: %j", async (token) => {
  await using web = await TestWeb.start();
  const { status, body, setCookie } = await logIn(web, token);
  expect([400, 401, 413]).toContain(status);
  expect(body).toMatchObject({ code: expect.any(String) as string, message: expect.any(String) as string });
  expect(setCookie).toBe("");
});

test("who tries one token after the other is held up, and who is logged in is not", async () => {
  await using web = await TestWeb.start();
  const token = await web.token();
  const { cookie } = await logIn(web, token);
  const authorization = `Bearer ${token}`;
  expect((await web.fetch("/api/me", { headers: { authorization } })).status).toBe(200);
  const wrong = (i: number): string => `${token.slice(0, 17)}${String(i).padStart(43, "0")}`;
  const statuses: number[] = [];
  for (let i = 0; !statuses.includes(429); i++) {
    statuses.push((await logIn(web, wrong(i))).status);
  }
  expect(statuses.filter((status) => status === 401).length).toBeGreaterThanOrEqual(20);
  expect(statuses.length).toBeLessThan(60);
  // Good ones are not looked at either, unless they were good just now.
  const good = await web.token();
  // (Right after a wrong one: every few seconds one more is looked at.)
  let other = 100;
  while ((await logIn(web, wrong(other))).status !== 429) {
    other++;
  }
  expect((await logIn(web, good)).status).toBe(429);
  expect((await web.fetch("/api/me", { headers: { authorization: `Bearer ${wrong(99)}` } })).status).toBe(429);
  expect((await web.fetch("/api/me", { headers: { authorization } })).status).toBe(200);
  expect(await nameWith(web, cookie)).toBe("ann");
  expect((await web.fetch("/api/me")).status).toBe(200);
});

test("a script that comes with the same wrong token again and again holds nobody up", async () => {
  await using web = await TestWeb.start();
  const token = await web.token();
  const wrong = `${token.slice(0, 17)}${"0".repeat(43)}`;
  for (let i = 0; i < 100; i++) {
    expect((await web.fetch("/metrics", { headers: { authorization: `Bearer ${wrong}` } })).status).toBe(401);
  }
  expect((await logIn(web, token)).status).toBe(200);
});
