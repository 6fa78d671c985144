import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { WebSocketServer, WebSocket } from "ws";
import type { FeedMessage, Page, ValuePage, VariableInfo } from "../../src/web/api.ts";
import { Feed } from "../../src/web/feed.ts";
import { TestFeed, TestWeb, until } from "./support.ts";

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

/** A feed of states that change all the time, and the server's ends of its connections. */
class ChangingFeed implements AsyncDisposable {
  /** When it was looked, by path. */
  readonly looks = new Map<string, number[]>();
  readonly ends: WebSocket[] = [];
  readonly #feed: Feed<string>;
  readonly #server = new WebSocketServer({ host: "127.0.0.1", port: 0 });
  readonly #pages: WebSocket[] = [];

  constructor(stateBytes: number) {
    const padding = "x".repeat(stateBytes);
    const answer = (path: string): Promise<{ statusCode: number; payload: string }> => {
      const looks = this.looks.get(path) ?? [];
      this.looks.set(path, looks);
      looks.push(performance.now());
      return Promise.resolve({ statusCode: 200, payload: `{"state":${looks.length},"padding":"${padding}"}` });
    };
    this.#feed = new Feed({ answer, keyOf: (viewer) => viewer, isStillHere: () => true });
    this.#server.on("connection", (socket) => {
      this.ends.push(socket);
      this.#feed.add(socket, "somebody");
    });
  }

  async page(path: string): Promise<TestFeed> {
    if (this.#server.address() === null) {
      await once(this.#server, "listening");
    }
    const socket = new WebSocket(`ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`);
    await once(socket, "open");
    this.#pages.push(socket);
    const page = new TestFeed(socket);
    page.send({ watch: 1, path });
    return page;
  }

  lookCount(path: string): number {
    return this.looks.get(path)?.length ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#feed.close();
    this.#pages.forEach((page) => page.terminate());
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

const stateOf = ({ body }: FeedMessage): number => (body as { readonly state: number }).state;

test("however much happens, and however many look: each address is looked at four times a second at most, for all of them", async () => {
  await using changing = new ChangingFeed(10);
  const pages: TestFeed[] = [];
  for (let i = 0; i < 5; i++) {
    const page = await changing.page("/api/busy");
    await page.until(({ watch }) => watch === 1);
    pages.push(page);
  }
  const looks = changing.looks.get("/api/busy")!;
  const before = looks.length;
  const sent = pages.map(({ messages }) => messages.length);
  await until(() => Promise.resolve(looks.length >= before + 6));
  for (let i = before + 1; i < looks.length; i++) {
    expect(looks[i]! - looks[i - 1]!).toBeGreaterThan(245);
  }
  for (const [i, { messages }] of pages.entries()) {
    expect(messages.length - sent[i]!).toBeLessThanOrEqual(looks.length - before + 1);
  }
});

test("a page that does not read is sent no more than a little; others are, and it gets the newest state when it reads again", async () => {
  const stateBytes = 2 * 2 ** 20;
  await using changing = new ChangingFeed(stateBytes);
  const slow = await changing.page("/api/busy");
  await slow.until(({ watch }) => watch === 1);
  slow.socket.pause();
  const quick = await changing.page("/api/busy");
  const unsent = (): number => changing.ends[0]!.bufferedAmount;
  // The kernel's buffers at both ends are full, and this process has begun to keep what does not fit.
  await until(() => Promise.resolve(unsent() > 2 ** 20));
  const kept = unsent();
  expect(kept).toBeLessThan(2 ** 20 + 1.1 * stateBytes);
  const now = changing.lookCount("/api/busy");
  await quick.until((message) => stateOf(message) >= now + 4);
  expect(unsent()).toBe(kept);
  slow.socket.resume();
  await slow.until((message) => stateOf(message) >= now + 4);
  const states = slow.messages.map(stateOf);
  expect(states).toEqual([...states].sort((a, b) => a - b));
  expect(states).not.toContain(now + 2);
});
