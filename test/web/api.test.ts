import { describe, expect, test } from "vitest";
import type {
  ClientInfo,
  Page,
  ServerInfo,
  Taken,
  ValuePage,
  VariableDetail,
  VariableInfo,
  WorkspaceInfo,
} from "../../src/web/api.ts";
import { TestWeb, until } from "./support.ts";

describe("the API", () => {
  test("lists workspaces with what is in them: searched, sorted, a page at a time", async () => {
    await using web = await TestWeb.start();
    for (const [name, count] of [
      ["apples", 3],
      ["pears", 1],
      ["apple tart", 2],
    ] as const) {
      await web.open(name).storeAll(
        "x",
        Array.from({ length: count }, (_, i) => i),
      );
    }
    const all = await web.get<Page<WorkspaceInfo>>("/api/workspaces");
    expect(all.items.map(({ name }) => name)).toEqual(["__default", "apple tart", "apples", "pears"]);
    expect(all.items[0]).toMatchObject({ owner: "[system]", persistent: true });
    expect(all.items[2]).toMatchObject({ id: "apples", variables: 1, values: 3, stored: 3, persistent: false });
    expect(all.items[1]!.id).toBe("apple~20tart");
    const found = await web.get<Page<WorkspaceInfo>>("/api/workspaces?search=APPLE&sort=values&order=desc&limit=1");
    expect(found).toMatchObject({ total: 2, items: [{ name: "apples" }] });
    const second = await web.get<Page<WorkspaceInfo>>("/api/workspaces?search=apple&sort=values&order=desc&offset=1");
    expect(second.items.map(({ name }) => name)).toEqual(["apple tart"]);
    await web.open("plums", { persistent: true, durability: "os" }).opened();
    expect(await web.get<WorkspaceInfo>("/api/workspaces/plums")).toMatchObject({ persistent: true, durability: "os" });
  });

  test("shows a variable, who waits for it and who holds values of it", async () => {
    await using web = await TestWeb.start();
    const ws = web.open("w", { label: "the waiter" });
    await ws.declare("x", "lifo");
    await ws.storeAll("x", [1, 2, 3]);
    const lease = await ws.fetch("x", { lease: true });
    const waiting = ws.fetch("y");
    await until(
      async () =>
        (await web.get<VariableDetail>("/api/workspaces/w/variables/y").catch(() => undefined))?.fetchers === 1,
    );
    const x = await web.get<VariableDetail>("/api/workspaces/w/variables/x");
    expect(x).toMatchObject({
      mode: "lifo",
      values: 2,
      booked: 1,
      stored: 3,
      fetched: 1,
      holders: [{ label: "the waiter", values: 1 }],
    });
    const y = await web.get<VariableDetail>("/api/workspaces/w/variables/y");
    expect(y).toMatchObject({ mode: "unknown", waiters: [{ label: "the waiter", verb: "fetch" }] });
    expect(Math.abs(Date.parse(y.waiters[0]!.since) - Date.now())).toBeLessThan(60_000);
    await lease.ack();
    await ws.store("y", 1);
    await waiting;
  });

  test("shows values by index, in pages, and finds text in them", async () => {
    await using web = await TestWeb.start();
    const ws = web.open("w");
    await ws.storeAll(
      "x",
      Array.from({ length: 120 }, (_, i) => `value ${i}`),
    );
    await ws.fetch("x");
    await ws.server.ping();
    const first = await web.get<ValuePage>("/api/workspaces/w/variables/x/values?limit=2");
    expect(first).toMatchObject({
      total: 119,
      more: true,
      values: [{ index: 1 }, { index: 2, language: 11, bytes: 7 }],
    });
    expect(Buffer.from(first.values[0]!.head, "base64").toString()).toBe("value 1");
    const last = await web.get<ValuePage>("/api/workspaces/w/variables/x/values?after=117");
    expect(last.values.map(({ index }) => index)).toEqual([118, 119]);
    expect(last.more).toBe(false);
    const found = await web.get<ValuePage>("/api/workspaces/w/variables/x/values?search=value%2011");
    expect(found.values.map(({ index }) => index)).toEqual([11, 110, 111, 112, 113, 114, 115, 116, 117, 118, 119]);
  });

  test("declares limits, shows them with who waits to store, and waits for nobody itself", async () => {
    await using web = await TestWeb.start();
    const ws = web.open("w", { useUse: true, label: "the storer", idleTimeout: 60_000 });
    await ws.opened();
    const path = "/api/workspaces/w/variables";
    expect(await web.get("/api/workspaces/w")).toMatchObject({ idleTimeoutMs: 60_000 });
    const declared = await web.send("POST", path, { name: "x", mode: "fifo", maxValues: 1, ttlMs: 60_000 });
    const limits = { maxValues: 1, whenFull: "block", ttlMs: 60_000 };
    expect(declared).toMatchObject({ status: 201, body: { storers: 0, limits } });
    await ws.store("x", 1);
    const waiting = ws.store("x", 2);
    await until(async () => (await web.get<VariableDetail>(`${path}/x`)).storers === 1);
    expect(await web.get(`${path}/x`)).toMatchObject({ limits, waiters: [{ label: "the storer", verb: "store" }] });
    expect(await web.send("POST", `${path}/x/values`, { descriptor: 1, bytes: "MQ==" })).toMatchObject({
      status: 409,
      body: { code: "variable_full" },
    });
    expect((await web.send("POST", path, { name: "y", mode: "single", maxValues: 1 })).status).toBe(400);
    await web.send("POST", `${path}/x/take`);
    await waiting;
  });

  test("gives the bytes of a value, as bytes and nothing else, from memory and from a file", async () => {
    await using web = await TestWeb.start({ longValueBytes: 100_000 });
    const ws = web.open("w");
    await ws.store("x", "<script>alert(1)</script>");
    await ws.store("x", new Uint8Array(300_000).fill(7));
    const page = await web.fetch("/api/workspaces/w/variables/x/values/0");
    expect(page.headers.get("content-type")).toBe("application/octet-stream");
    expect(page.headers.get("x-content-type-options")).toBe("nosniff");
    expect(await page.text()).toBe("<script>alert(1)</script>");
    const file = await web.fetch("/api/workspaces/w/variables/x/values/1?as=download");
    expect(file.headers.get("content-disposition")).toBe('attachment; filename="x-1.bin"');
    const bytes = new Uint8Array(await file.arrayBuffer());
    expect(bytes.length).toBe(300_000);
    expect(bytes.every((byte) => byte === 7)).toBe(true);
    expect((await web.fetch("/api/workspaces/w/variables/x/values/2")).status).toBe(404);
  });

  test("stores, takes, clears, declares, creates and deletes, as a client does", async () => {
    await using web = await TestWeb.start();
    expect(await web.send("POST", "/api/workspaces", { name: "new ü" })).toMatchObject({
      status: 201,
      body: { name: "new ü" },
    });
    const path = "/api/workspaces/new~20~c3~bc/variables";
    expect(await web.send("POST", path, { name: "x", mode: "lifo" })).toMatchObject({
      status: 201,
      body: { mode: "lifo" },
    });
    expect((await web.send("POST", path, { name: "x", mode: "fifo" })).status).toBe(409);
    const ws = web.open("new ü", { useUse: true });
    for (const text of ["one", "two", "three"]) {
      const bytes = Buffer.from(text).toString("base64");
      expect((await web.send("POST", `${path}/x/values`, { descriptor: (11 << 24) | 1, bytes })).status).toBe(200);
    }
    expect(await ws.find("x")).toBe("three");
    const taken = (await web.send("POST", `${path}/x/take`)).body as Taken;
    expect(Buffer.from(taken.value!.content, "base64").toString()).toBe("three");
    expect((await web.send("POST", `${path}/x/clear`)).body).toEqual({ values: 2 });
    expect((await web.send("POST", `${path}/x/take`)).body).toEqual({});
    expect((await web.send("DELETE", `${path}/x`)).status).toBe(200);
    expect((await web.send("DELETE", `${path}/x`)).status).toBe(404);
    expect((await web.send("DELETE", "/api/workspaces/new~20~c3~bc")).status).toBe(200);
    await expect(ws.find("x")).rejects.toMatchObject({ code: "no_such_workspace" });
    expect(await web.send("DELETE", "/api/workspaces/__default")).toMatchObject({
      status: 409,
      body: { code: "workspace_not_deletable" },
    });
  });

  test("takes no value that it could not answer whole: that stays in its place, and others can be fetched as before", async () => {
    await using web = await TestWeb.start({ longValueBytes: 17 * 2 ** 20 });
    const ws = web.open("w");
    const path = "/api/workspaces/w/variables/x";
    const sizes = [16 * 2 ** 20, 16 * 2 ** 20 + 1, 18 * 2 ** 20];
    for (const [i, size] of sizes.entries()) {
      await ws.store("x", new Uint8Array(size).fill(i));
    }
    const taken = (await web.send("POST", `${path}/take`)).body as Taken;
    expect(Buffer.from(taken.value!.content, "base64").equals(Buffer.alloc(sizes[0]!, 0))).toBe(true);
    for (const i of [1, 2]) {
      expect(await web.send("POST", `${path}/take`)).toMatchObject({
        status: 413,
        body: {
          code: "too_large",
          message: `value ${i} of variable 'x' has ${sizes[i]!} bytes: too many to be taken from here. It is still there; download it, or take it with a program, or with 'nws fetch'`,
        },
      });
      expect(await web.get(path)).toMatchObject({ values: 3 - i, booked: 0 });
      const value = await ws.fetch<Uint8Array>("x");
      expect([value.length, value[0], value.at(-1)]).toEqual([sizes[i], i, i]);
    }
    expect((await web.send("POST", `${path}/take`)).body).toEqual({});
  });

  test("shows clients and ends one", async () => {
    await using web = await TestWeb.start();
    const ws = web.open("mine", { label: "me" });
    const waiting = ws.fetch("x");
    waiting.catch(() => undefined);
    let client: ClientInfo | undefined;
    await until(async () => (client = (await web.get<Page<ClientInfo>>("/api/clients")).items[0])?.waiting === 1);
    expect(client).toMatchObject({
      label: "me",
      protocol: "multiplexed",
      lastOperation: "fetch",
      owns: [{ name: "mine" }],
      waits: [{ workspace: { name: "mine" }, variable: { name: "x" }, verb: "fetch" }],
    });
    expect(client!.operations).toBeGreaterThanOrEqual(2);
    expect((await web.send("DELETE", `/api/clients/${client!.id}`)).status).toBe(200);
    await expect(waiting).rejects.toMatchObject({ code: "connection_lost" });
    await until(async () => (await web.get<ServerInfo>("/api/server")).sessions === 0);
  });

  test("a name that is not UTF-8 has an address, too", async () => {
    await using web = await TestWeb.start();
    const path = "/api/workspaces/__default/variables";
    // (What a classic client may have named with the byte ff.)
    const { connect } = await import("node:net");
    const socket = connect(web.port, "127.0.0.1");
    const args = (...list: string[]): string =>
      String(list.length).padStart(4, "0") + list.map((a) => String(a.length).padStart(20, "0") + a).join("");
    socket.write(
      Buffer.from(
        `2222${args("use ws", "__default", "", "no")}${args("store", "__default", "a\xff/", "1", "v")}`,
        "latin1",
      ),
    );
    await until(async () => (await web.get<Page<VariableInfo>>(path)).total === 1);
    const { items } = await web.get<Page<VariableInfo>>(path);
    expect(items[0]).toMatchObject({ id: "a~ff~2f", name: "aÿ/" });
    expect((await web.get<ValuePage>(`${path}/a~ff~2f/values`)).values).toHaveLength(1);
    socket.destroy();
  });

  test.each([
    ["GET", "/api/workspaces/none", undefined, 404],
    ["GET", "/api/workspaces/__default/variables/none", undefined, 404],
    ["GET", "/api/workspaces?limit=0", undefined, 400],
    ["GET", "/api/workspaces?limit=1e9", undefined, 400],
    ["GET", "/api/workspaces/__default/variables/x/values/abc", undefined, 400],
    ["POST", "/api/workspaces", {}, 400],
    ["POST", "/api/workspaces", { name: "a\tb" }, 400],
    ["POST", "/api/workspaces/__default/variables", { name: "x", mode: "queue" }, 400],
    ["POST", "/api/nothing", {}, 404],
    ["DELETE", "/api/clients/none", undefined, 404],
  ])("%s %s with %j is answered with %i and a sentence", async (method, path, body, status) => {
    await using web = await TestWeb.start();
    const answer = await web.send(method, path, body);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject({ code: expect.any(String) as string, message: expect.any(String) as string });
  });

  test("describes itself as OpenAPI, with every address that it has", async () => {
    await using web = await TestWeb.start();
    const { paths } = await web.get<{ readonly paths: Record<string, unknown> }>("/openapi.json");
    expect(Object.keys(paths).sort()).toMatchInlineSnapshot(`
      [
        "/api/clients",
        "/api/clients/{client}",
        "/api/login",
        "/api/logout",
        "/api/me",
        "/api/server",
        "/api/server/history",
        "/api/workspaces",
        "/api/workspaces/{workspace}",
        "/api/workspaces/{workspace}/variables",
        "/api/workspaces/{workspace}/variables/{variable}",
        "/api/workspaces/{workspace}/variables/{variable}/clear",
        "/api/workspaces/{workspace}/variables/{variable}/take",
        "/api/workspaces/{workspace}/variables/{variable}/values",
        "/api/workspaces/{workspace}/variables/{variable}/values/{index}",
        "/api/workspaces/{workspace}/variables/{variable}/values/{index}/text",
      ]
    `);
  });

  test("is healthy, and counts for Prometheus", async () => {
    await using web = await TestWeb.start();
    await web.open("w").store("x", 1);
    expect(await web.get("/healthz")).toEqual({ status: "ok" });
    const metrics = await (await web.fetch("/metrics")).text();
    expect(metrics).toMatch(/^nws_values 1$/m);
    expect(metrics).toMatch(/^nws_connections 1$/m);
    expect(metrics).toMatch(/^nws_operations_total\{protocol="multiplexed",verb="store",outcome="done"\} 1$/m);
  });
});

test.each([
  ["op=listWss", "/"],
  ["op=listVars&wsName=my%20ws", "/workspaces/my~20ws"],
  ["op=showVar&wsName=w&varName=x%2Fy", "/workspaces/w/variables/x~2fy"],
  ["op=listClients", "/clients"],
  ["op=showServerInfo", "/server"],
])("the old address /doit?%s leads to %s", async (query, to) => {
  await using web = await TestWeb.start();
  const response = await web.fetch(`/doit?${query}`);
  expect(response.status).toBe(302);
  expect(response.headers.get("location")).toBe(to);
});
