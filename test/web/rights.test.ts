import { expect, test } from "vitest";
import type { ClientInfo, Page, ServerInfo, WorkspaceInfo } from "../../src/web/api.ts";
import { TestFeed, TestWeb } from "./support.ts";

const variable = "/api/workspaces/w/variables/x";

/** What somebody with a token gets. */
async function ask(
  web: TestWeb,
  token: string,
  method: string,
  path: string,
  body?: object,
): Promise<{ readonly status: number; readonly body: unknown }> {
  const response = await web.fetch(path, {
    method,
    headers: { authorization: `Bearer ${token}`, ...(body !== undefined && { "content-type": "application/json" }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text.startsWith("{") || text.startsWith("[") ? JSON.parse(text) : text };
}

test("a reader sees what there is, and changes nothing", async () => {
  await using web = await TestWeb.start();
  const ws = web.open("w");
  await ws.storeAll("x", [1, 2]);
  const token = await web.token({ name: "rita", role: "read" });
  const me = { name: "rita", role: "read", workspaces: ["*"], canLogout: false };
  expect(await ask(web, token, "GET", "/api/me")).toEqual({ status: 200, body: me });
  const [client] = (await web.get<Page<ClientInfo>>("/api/clients")).items;
  for (const path of [
    variable,
    `${variable}/values`,
    `${variable}/values/0`,
    "/api/server",
    "/api/server/history",
    "/api/clients",
    "/metrics",
    "/openapi.json",
  ]) {
    expect([(await ask(web, token, "GET", path)).status, path]).toEqual([200, path]);
  }
  for (const [method, path, body] of [
    ["POST", "/api/workspaces", { name: "made" }],
    ["DELETE", "/api/workspaces/w"],
    ["POST", "/api/workspaces/w/variables", { name: "made", mode: "fifo" }],
    ["DELETE", variable],
    ["POST", `${variable}/clear`],
    ["POST", `${variable}/take`],
    ["POST", `${variable}/values`, { descriptor: 1, bytes: "eA==" }],
    ["DELETE", `/api/clients/${client!.id}`],
  ] as const) {
    const { status, body: problem } = await ask(web, token, method, path, body);
    expect([status, path]).toEqual([403, path]);
    expect(problem).toMatchObject({ code: "not_permitted" });
  }
  expect(await web.get(variable)).toMatchObject({ values: 2, stored: 2, fetched: 0 });
  expect(await web.get("/api/workspaces")).toMatchObject({ total: 2 });
  expect(await ws.find("x")).toBe(1);
});

test("only an administrator disconnects others", async () => {
  await using web = await TestWeb.start();
  const ws = web.open("w", { label: "victim" });
  await ws.opened();
  const waiting = ws.fetch("never");
  waiting.catch(() => undefined);
  const [client] = (await web.get<Page<ClientInfo>>("/api/clients")).items;
  expect(client).toMatchObject({ label: "victim", user: "owner" });
  const path = `/api/clients/${client!.id}`;
  expect(await ask(web, await web.token({ role: "use" }), "DELETE", path)).toMatchObject({
    status: 403,
    body: { message: "'ann' is no administrator (its role is 'use')" },
  });
  expect(await ask(web, await web.token({ role: "admin" }), "DELETE", path)).toMatchObject({ status: 200 });
  await expect(waiting).rejects.toMatchObject({ code: "connection_lost" });
});

test("what is outside of a token's patterns is not there: to see, to find, to count or to change", async () => {
  await using web = await TestWeb.start();
  const [mine, hidden] = [web.open("jobs-1"), web.open("secret")];
  await mine.store("x", 1);
  await hidden.storeAll("x", [1, 2, 3]);
  const token = await web.token({ role: "admin", workspaces: ["jobs-*"] });
  for (const query of ["", "?variable=x", "?search=s", "?sort=values", "?sort=values&search=s&variable=x"]) {
    const { body } = await ask(web, token, "GET", `/api/workspaces${query}`);
    expect((body as Page<WorkspaceInfo>).items.map(({ name }) => name)).toEqual(["jobs-1"]);
    expect(body).toMatchObject({ total: 1 });
    // (Nor does he get what was found for others.)
    expect(await web.get(`/api/workspaces${query}`)).not.toMatchObject({ total: 1 });
    expect((await ask(web, token, "GET", `/api/workspaces${query}`)).body).toMatchObject({ total: 1 });
  }
  const path = "/api/workspaces/secret/variables/x";
  for (const [method, what, body] of [
    ["GET", "/api/workspaces/secret"],
    ["GET", "/api/workspaces/secret/variables"],
    ["GET", path],
    ["GET", `${path}/values`],
    ["GET", `${path}/values/0`],
    ["GET", `${path}/values/0/text`],
    ["DELETE", "/api/workspaces/secret"],
    ["POST", "/api/workspaces/secret/variables", { name: "y", mode: "fifo" }],
    ["DELETE", path],
    ["POST", `${path}/take`],
    ["POST", `${path}/clear`],
    ["POST", `${path}/values`, { descriptor: 1, bytes: "eA==" }],
  ] as const) {
    const unseen = await ask(web, token, method, what, body);
    const unknown = await ask(web, token, method, what.replace("secret", "nothing"), body);
    expect([unseen.status, what]).toEqual([404, what]);
    expect(JSON.stringify(unseen)).toBe(JSON.stringify(unknown).replace("nothing", "secret"));
  }
  for (const name of ["secret", "new"]) {
    expect((await ask(web, token, "POST", "/api/workspaces", { name })).status).toBe(403);
  }
  expect((await ask(web, token, "POST", "/api/workspaces", { name: "jobs-2" })).status).toBe(201);
  expect((await ask(web, token, "POST", "/api/workspaces/jobs-1/variables/x/take")).status).toBe(200);
  expect(await web.get(path)).toMatchObject({ values: 3, stored: 3, fetched: 0 });
});

test("pages about the whole server are for who may see all of it; others see the sums of what is theirs", async () => {
  await using web = await TestWeb.start({ tmpDir: "/tmp" });
  await web.open("jobs-1").store("x", new Uint8Array(1000));
  await web.open("secret").storeAll("y", [1, 2, 3]);
  const token = await web.token({ role: "admin", workspaces: ["jobs-*"] });
  const [client] = (await web.get<Page<ClientInfo>>("/api/clients")).items;
  for (const path of [
    "/api/clients",
    `/api/clients/${client!.id}`,
    "/api/clients/none",
    "/api/server/history",
    "/metrics",
  ]) {
    expect([(await ask(web, token, "GET", path)).status, path]).toEqual([403, path]);
  }
  expect((await ask(web, token, "DELETE", `/api/clients/${client!.id}`)).status).toBe(403);
  const server = (await ask(web, token, "GET", "/api/server")).body as ServerInfo;
  expect(server).toMatchObject({ workspaces: 1, variables: 1, values: 1, waiting: 0 });
  expect(server.memoryBytes).toBeLessThan((await web.get<ServerInfo>("/api/server")).memoryBytes);
  for (const field of ["connections", "sessions", "operations", "residentBytes", "dataFolder"]) {
    expect(server).not.toHaveProperty(field);
  }
});

test("the feed shows each page what its own viewer may see", async () => {
  await using web = await TestWeb.start();
  await web.open("jobs-1").store("x", 1);
  await web.open("secret").store("x", 1);
  const token = await web.token({ role: "read", workspaces: ["jobs-*"] });
  const narrow = await TestFeed.at(web.base, { authorization: `Bearer ${token}` });
  const owner = await web.feed();
  for (const [feed, total] of [
    [owner, 3],
    [narrow, 1],
    [owner, 3],
  ] as const) {
    feed.messages.length = 0;
    feed.send({ watch: 1, path: "/api/workspaces" });
    expect((await feed.until(({ watch }) => watch === 1)).body).toMatchObject({ total });
  }
  narrow.send({ watch: 2, path: "/api/workspaces/secret/variables/x/values" });
  narrow.send({ watch: 3, path: "/api/clients" });
  expect(await narrow.until(({ watch }) => watch === 2)).toMatchObject({ status: 404 });
  expect(await narrow.until(({ watch }) => watch === 3)).toMatchObject({ status: 403 });
  await web.open("jobs-2").store("x", 1);
  await web.open("secret-2").store("x", 1);
  await owner.until(({ body }) => (body as { total?: number }).total === 5);
  await narrow.until(({ body }) => (body as { total?: number }).total === 2);
  expect(JSON.stringify(narrow.messages)).not.toContain('"name":"secret');
  owner.socket.terminate();
  narrow.socket.terminate();
});

test("where nobody is asked, everybody may do everything, whatever he sends", async () => {
  await using web = await TestWeb.start({ insecure: true });
  const me = { name: "owner", role: "admin", workspaces: ["*"], canLogout: false };
  expect(await ask(web, "nws_", "GET", "/api/me")).toEqual({ status: 200, body: me });
});

test("who changes something is noted, as whom, from where and what", async () => {
  const lines: Record<string, unknown>[] = [];
  const note = (details: object, message: string): void => void lines.push({ ...details, message });
  const logger = { debug: note, info: note, warn: note, error: note };
  await using web = await TestWeb.start({ logger });
  const token = await web.token();
  const id = token.slice(4, 16);
  const steps = [
    ["POST", "/api/workspaces", { name: "ü" }, 201],
    ["POST", "/api/workspaces/~c3~bc/variables", { name: "x", mode: "fifo" }, 201],
    ["POST", "/api/workspaces/~c3~bc/variables/x/values", { descriptor: 1, bytes: "eA==" }, 200],
    ["POST", "/api/workspaces/~c3~bc/variables/x/take", undefined, 200],
    ["POST", "/api/workspaces/~c3~bc/variables/x/take", undefined, 200],
    ["POST", "/api/workspaces/~c3~bc/variables/x/values", { descriptor: 1, bytes: "eA==" }, 200],
    ["POST", "/api/workspaces/~c3~bc/variables/x/clear", undefined, 200],
    ["DELETE", "/api/workspaces/~c3~bc/variables/x", undefined, 200],
    ["DELETE", "/api/workspaces/__default", undefined, 409],
    ["DELETE", "/api/workspaces/~c3~bc", undefined, 200],
    ["POST", "/api/login", { token: `${token.slice(0, -1)}!` }, 401],
  ] as const;
  for (const [method, path, body, status] of steps) {
    expect([(await ask(web, token, method, path, body)).status, path]).toEqual([status, path]);
  }
  const x = { workspace: "ü", variable: "x" };
  const notes = lines.filter(({ audit }) => audit === true);
  expect(notes.map(({ message, on }) => [message, on])).toEqual([
    ["make workspace", { workspace: "ü" }],
    ["declare variable", { ...x, mode: "fifo" }],
    ["store value", x],
    ["take value", x],
    ["store value", x],
    ["clear variable", { ...x, values: "1" }],
    ["delete variable", x],
    ["delete workspace", { workspace: "ü" }],
    ["refused to log in", { token: "", reason: "not_authenticated" }],
  ]);
  for (const one of notes.slice(0, -1)) {
    expect(one).toMatchObject({ user: "ann", id, from: expect.stringMatching(/^127\.0\.0\.1:\d+$/) as string });
  }
  expect(JSON.stringify(lines)).not.toContain(token.slice(17));
});
