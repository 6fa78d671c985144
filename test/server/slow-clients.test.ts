import { describe, expect, it } from "vitest";
import { serve, type TestServer, until } from "./harness.ts";
import { RawClassic } from "./raw-classic.ts";
import { StubbornClient } from "./stubborn-client.ts";
import { TestClock } from "./test-clock.ts";

const VALUE = "v".repeat(100_000);

describe("a client that does not take what is said to it", () => {
  it("is dropped when it has taken nothing for too long, and its values go back", async () => {
    const clock = new TestClock();
    await using test = await serve({ clock, limits: { maxStalledMs: 60_000 } });
    const other = await storing(test, 3);
    using slow = await fetching(test);
    clock.pass(59_000);
    expect(slow.isGone).toBe(false);
    clock.pass(1000);
    expect(slow.isGone).toBe(true);
    expect(test.server.slowClients.count).toBe(0);
    for (let i = 0; i < 3; i++) {
      expect((await other.long("fetchTry", "w", "x")).text).toHaveLength(VALUE.length);
    }
  });

  it("is not dropped as long as it takes a little now and then", async () => {
    const clock = new TestClock();
    await using test = await serve({ clock, limits: { maxStalledMs: 60_000 } });
    await storing(test, 10);
    using slow = await fetching(test);
    for (let i = 0; i < 5; i++) {
      clock.pass(59_000);
      await slow.takeOne();
      slow.request("fetch", "w", "x");
      await until(() => slow.stream.writableLength > 0, "there is more for it");
    }
    expect(slow.isGone).toBe(false);
    clock.pass(59_000);
    expect(slow.isGone).toBe(false);
    clock.pass(2000);
    expect(slow.isGone).toBe(true);
  });

  it("is forgotten when it has taken all, and may be idle for ever", async () => {
    const clock = new TestClock();
    await using test = await serve({ clock, limits: { maxStalledMs: 60_000 } });
    await storing(test, 1);
    using slow = await fetching(test);
    slow.goOn();
    await slow.read(84 + VALUE.length);
    clock.pass(24 * 60 * 60_000);
    expect(test.server.slowClients.count).toBe(0);
    expect(slow.isGone).toBe(false);
    slow.request("use ws", "w", "", "no");
    expect(await slow.read(4)).toBe("0000");
  });

  it("makes room when too much waits for all together: who has taken nothing for longest goes first", async () => {
    const clock = new TestClock();
    const limits = { maxTotalUnsentBytes: 470_000, maxStalledMs: 60_000 };
    await using test = await serve({ clock, limits });
    await storing(test, 5);
    using stalled = await fetching(test);
    using slow = await fetching(test);
    clock.pass(10_000);
    await slow.takeOne();
    slow.request("fetch", "w", "x");
    await until(() => slow.stream.writableLength > 0, "there is more for it");
    clock.pass(5000);
    using fresh = await fetching(test);
    expect([stalled.isGone, slow.isGone, fresh.isGone]).toEqual([false, false, false]);
    using last = await fetching(test);
    await until(() => stalled.isGone, "one is dropped");
    expect([slow.isGone, fresh.isGone, last.isGone]).toEqual([false, false, false]);
  });

  it("makes room when too much waits for all together: of those alike, the one for whom most waits", async () => {
    const clock = new TestClock();
    await using test = await serve({ clock, limits: { maxTotalUnsentBytes: 350_000 } });
    await storing(test, 4);
    using small = await fetching(test);
    using large = await fetching(test);
    large.request("fetch", "w", "x");
    await until(() => large.stream.writableLength > 190_000, "two wait for it");
    using last = await fetching(test);
    await until(() => large.isGone, "one is dropped");
    expect([small.isGone, last.isGone]).toEqual([false, false]);
  });
});

async function storing(test: TestServer, count: number): Promise<RawClassic> {
  const client = await RawClassic.to(test);
  await client.short("open ws", "w", "", "no");
  for (let i = 0; i < count; i++) {
    await client.short("store", "w", "x", "1", VALUE);
  }
  return client;
}

/** A client that fetches a value and does not take it. */
async function fetching({ server }: TestServer): Promise<StubbornClient> {
  const client = await new StubbornClient(server).begin();
  client.isStuck = true;
  client.request("fetch", "w", "x");
  await until(() => client.stream.writableLength > 0 || client.isGone, "it is answered");
  return client;
}
