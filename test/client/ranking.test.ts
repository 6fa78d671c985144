import { expect, test } from "vitest";
import { OperationError } from "../../src/client/index.ts";
import { failureOf, TestServer, untilWaiting } from "./support.ts";

test("the first workspaces by each measure, with numbers of their own", async () => {
  await using server = await TestServer.start();
  const nws = server.connect();
  const [many, large, idle] = [await nws.openWs("many"), await nws.useWs("large"), await nws.useWs("idle")];
  await many.storeAll("x", [1, 2, 3]);
  await many.fetch("x");
  await many.fetch("x", { lease: true });
  await large.store("x", "y".repeat(10_000));
  const waiting = failureOf(idle.fetch("x"));
  await untilWaiting(idle, "x", 1);
  const first = async (by: "name" | "values" | "bytes" | "waiting" | "operations"): Promise<string | undefined> =>
    (await nws.rank("workspaces", { by, most: 1 })).rows[0]?.name;
  expect(await first("name")).toBe("__default");
  expect(await first("values")).toBe("many");
  expect(await first("bytes")).toBe("large");
  expect(await first("waiting")).toBe("idle");
  expect(await first("operations")).toBe("many");
  const { rows, total, isPartial } = await nws.rank("workspaces", { by: "values", most: 100 });
  expect({ total, isPartial, count: rows.length }).toEqual({ total: 4, isPartial: false, count: 4 });
  expect(rows[0]).toMatchObject({ variables: 1, values: 1, booked: 1, waiting: 0, stored: 3, fetched: 2 });
  expect(rows[0]?.owner).toMatch(/^127\.0\.0\.1.*\(.+\)$/);
  await nws.close();
  await waiting;
});

test("the first of more variables than are wanted, of all workspaces or one, by part of a name", async () => {
  await using server = await TestServer.start();
  const nws = server.connect();
  const [a, b] = [await nws.openWs("a"), await nws.openWs("b")];
  // In an order that makes each better than all before it.
  for (let i = 0; i < 100; i++) {
    await a.storeAll(`v${i}`, Array<number>(i + 1).fill(0));
  }
  await b.store("V1", 1);
  const top = await nws.rank("variables", { by: "values", most: 3 });
  expect(top.total).toBe(101);
  expect(top.rows.map(({ name, values, stored }) => [name, values, stored])).toEqual([
    ["v99", 100, 100],
    ["v98", 99, 99],
    ["v97", 98, 98],
  ]);
  expect((await nws.rank("variables", { by: "name", most: 2, workspace: "b" })).rows).toMatchObject([{ name: "V1" }]);
  const filtered = await nws.rank("variables", { by: "values", most: 100, filter: "v1" });
  expect(filtered.total).toBe(12);
  expect(filtered.rows.map(({ workspace }) => workspace)).toContain("b");
  expect((await nws.rank("variables", { by: "values", most: 0 })).rows).toEqual([]);
  await nws.close();
});

test("names are what they are, in any language", async () => {
  await using server = await TestServer.start();
  const nws = server.connect();
  await (await nws.openWs("grüße")).store("名前", 1);
  const { rows } = await nws.rank("variables", { by: "name", most: 10, filter: "名" });
  expect(rows).toMatchObject([{ workspace: "grüße", name: "名前" }]);
  await nws.close();
});

test("names that are no UTF-8 spoil no other", async () => {
  await using server = await TestServer.start();
  const nws = server.connect();
  const ws = await nws.openWs("grüße");
  await ws.store("ü", 1);
  await ws.store("\udcff", 1);
  const { rows } = await nws.rank("variables", { by: "name", most: 10, workspace: "grüße" });
  expect(rows.map(({ workspace, name }) => `${workspace} ${name}`)).toEqual(["grüße ü", "grüße \udcff"]);
  await nws.close();
});

test("clients, with what they do", async () => {
  await using server = await TestServer.start();
  const nws = server.connect();
  const ws = server.open("a", { label: "älter" });
  await ws.store("x", 1);
  await ws.fetch("x", { lease: true });
  const waiting = failureOf(ws.fetch("y"));
  await untilWaiting(await nws.useWs("a"), "y", 1);
  const { rows, total } = await nws.rank("clients", { by: "waiting", most: 10 });
  expect(total).toBe(2);
  expect(rows[0]).toMatchObject({ label: "älter", user: "owner", protocol: "multiplexed", isAway: false, waiting: 1 });
  expect(rows[0]).toMatchObject({ booked: 1, owns: 1, last: "fetch" });
  expect(rows[0]?.bytesIn).toBeGreaterThan(50);
  expect((await nws.rank("clients", { by: "name", most: 10, filter: "ÄLTER" })).total).toBe(0);
  expect((await nws.rank("clients", { by: "name", most: 10, filter: "LTER" })).total).toBe(1);
  await ws.close();
  await waiting;
  await nws.close();
});

test("what cannot be ranked is refused", async () => {
  await using server = await TestServer.start();
  const nws = server.connect();
  const nothing = "nothing" as "clients";
  expect(await failureOf(nws.rank(nothing, { by: "name", most: 1 }))).toBeInstanceOf(OperationError);
  await nws.close();
});
