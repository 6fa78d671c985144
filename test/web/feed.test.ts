import { expect, test } from "vitest";
import type { Page, ValuePage, VariableInfo } from "../../src/web/api.ts";
import { TestWeb } from "./support.ts";

test("a watched address is answered at once, and again whenever it changes", async () => {
  await using web = await TestWeb.start();
  const ws = web.open("w");
  await ws.store("x", 1);
  const feed = await web.feed();
  feed.send({ watch: 1, path: "/api/workspaces/w/variables" });
  const first = await feed.until(({ watch }) => watch === 1);
  expect((first.body as Page<VariableInfo>).items).toMatchObject([{ name: "x", values: 1 }]);
  await ws.store("x", 2);
  await feed.until(({ body }) => (body as Page<VariableInfo>).items[0]?.values === 2);
});

test("what is not there is told, and so is that it comes", async () => {
  await using web = await TestWeb.start();
  const feed = await web.feed();
  feed.send({ watch: 5, path: "/api/workspaces/w/variables/x/values" });
  await feed.until(({ watch, status }) => watch === 5 && status === 404);
  await web.open("w").store("x", "here");
  await feed.until(({ watch, status, body }) => watch === 5 && status === 200 && (body as ValuePage).total === 1);
});

test("what is no longer watched is sent no more, and several pages may watch the same", async () => {
  await using web = await TestWeb.start();
  const ws = web.open("w");
  await ws.store("x", 1);
  const [one, two] = [await web.feed(), await web.feed()];
  for (const feed of [one, two]) {
    feed.send({ watch: 1, path: "/api/workspaces/w/variables/x/values" });
    await feed.until(({ watch }) => watch === 1);
  }
  one.send({ unwatch: 1 });
  one.send({ watch: 2, path: "/api/clients" });
  await one.until(({ watch }) => watch === 2);
  await ws.store("x", 2);
  await two.until(({ body }) => (body as ValuePage).total === 2);
  expect(one.messages.filter(({ watch, body }) => watch === 1 && (body as ValuePage).total === 2)).toEqual([]);
});

test.each([
  "no JSON",
  "[]",
  "1",
  JSON.stringify({ watch: "a", path: "/api/server" }),
  JSON.stringify({ watch: 1, path: "/metrics" }),
  JSON.stringify({ watch: 1, path: "/api/workspaces/w/variables/x/values/0" }),
  "x".repeat(100_000),
])("a page that sends %s is hung up on, and others are not", async (message) => {
  await using web = await TestWeb.start();
  const [bad, good] = [await web.feed(), await web.feed()];
  bad.socket.on("error", () => undefined);
  bad.socket.send(message);
  await new Promise((resolve) => bad.socket.once("close", resolve));
  good.send({ watch: 1, path: "/api/server" });
  await good.until(({ status }) => status === 200);
});
