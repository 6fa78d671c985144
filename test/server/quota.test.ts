import { describe, expect, it } from "vitest";
import { AddressLimits } from "../../src/server/address-limits.ts";
import { defaultLimits } from "../../src/server/limits.ts";
import { Portion, Quota } from "../../src/server/quota.ts";
import { TokenBucket } from "../../src/server/token-bucket.ts";
import { Reply, Verb } from "../../src/wire/verbs.ts";
import { serve, type TestServer, until } from "./harness.ts";
import { classicRequest, RawClassic } from "./raw-classic.ts";
import { byteString, describe as failure, frame, RawMultiplexed, text, u32, u8 } from "./raw-multiplexed.ts";
import { StubbornClient } from "./stubborn-client.ts";
import { TestClock } from "./test-clock.ts";

describe("a token bucket", () => {
  it("gives a second's worth at once, then so much a second, and lets one owe", () => {
    let now = 0;
    const bucket = new TokenBucket(100, () => now);
    expect(bucket.take(100)).toBe(0);
    expect(bucket.take(1)).toBe(10);
    expect(bucket.take(4)).toBe(50);
    now += 50;
    expect(bucket.tryTake(1)).toBe(false);
    now += 10;
    expect(bucket.tryTake(1)).toBe(true);
    expect(bucket.isFull).toBe(false);
    now += 5000;
    expect(bucket.isFull).toBe(true);
    expect(bucket.take(101)).toBe(10);
  });
});

describe("a quota", () => {
  it("is one for all who share it", () => {
    const quota = new Quota({ ...defaultLimits, maxSessionWaiting: 3 }, () => 0);
    const [one, other] = [new Portion(quota.waiting), new Portion(quota.waiting)];
    one.set(2);
    other.set(1);
    expect(quota.waiting.hasRoom).toBe(false);
    one.set(0);
    expect(quota.waiting).toMatchObject({ used: 1, hasRoom: true });
  });
});

describe("a session with a limit on operations a second", () => {
  it("is slowed when it sends more, and all is answered in order (multiplexed)", async () => {
    const clock = new TestClock();
    await using test = await serve({ clock, limits: { maxOperationsPerSecond: 10 } });
    const client = await RawMultiplexed.ready(test);
    const other = await RawMultiplexed.ready(test);
    const before = operations(test, 0);
    client.raw.write(Buffer.concat(Array.from({ length: 30 }, (_, request) => frame(request, Verb.ping))));
    await until(() => operations(test, 0) > 10, "the first are answered");
    expect(operations(test, 0)).toBe(11);
    expect((await other.ask(1, Verb.ping)).verb).toBe(Reply.done);
    for (let request = 0; request < 30; request++) {
      const answer = client.next();
      if (request >= 11 - before) {
        clock.pass(100);
        await until(() => operations(test, 0) === before + request + 1, "one more is answered");
      }
      expect(await answer).toMatchObject({ request, verb: Reply.done });
    }
  });

  it("is slowed when it sends more, and all is answered (classic)", async () => {
    const clock = new TestClock();
    await using test = await serve({ clock, limits: { maxOperationsPerSecond: 10 } });
    const client = await RawClassic.to(test);
    client.raw.write(Buffer.concat(Array.from({ length: 20 }, () => classicRequest("use ws", "w", "", "no"))));
    await until(() => operations(test, 0) > 10, "the first are answered");
    expect(operations(test, 0)).toBe(11);
    clock.pass(450);
    await until(() => operations(test, 0) === 15, "some more are answered");
    clock.pass(10_000);
    expect((await client.raw.read(80)).toString()).toBe("0000".repeat(20));
  });
});

describe("a session with a limit on bytes a second", () => {
  it("is read no more until what it has sent is paid for", async () => {
    const clock = new TestClock();
    await using test = await serve({ clock, limits: { maxBytesPerSecond: 1000 } });
    using client = await new StubbornClient(test.server).begin();
    client.request("store", "w", "x", "1", "v".repeat(9000));
    client.request("use ws", "w", "", "no");
    await until(() => client.stream.isPaused(), "it is read no more");
    expect(operations(test, 0)).toBe(1);
    clock.pass(5000);
    expect(operations(test, 0)).toBe(1);
    clock.pass(5000);
    expect(await client.read(8)).toBe("00000000");
  });
});

describe("a limit of a session is refused, and it goes on:", () => {
  it("operations that wait", async () => {
    await using test = await serve({ limits: { maxSessionWaiting: 1 } });
    const client = await RawMultiplexed.ready(test);
    const other = await RawMultiplexed.ready(test);
    client.send(1, Verb.fetch, u32(0), u8(0));
    expect(failure(await client.ask(2, Verb.fetch, u32(0), u8(0)))).toBe("too_many_waiting");
    await other.store(1, "first");
    expect(await client.next()).toMatchObject({ request: 1, verb: Reply.value });
    await other.store(1, "second");
    expect((await client.ask(2, Verb.fetch, u32(0), u8(0))).verb).toBe(Reply.value);
    client.send(3, Verb.fetch, u32(0), u8(0));
    expect(failure(await client.ask(4, Verb.fetch, u32(0), u8(0)))).toBe("too_many_waiting");
    client.send(3, Verb.cancel);
    expect(failure(await client.next())).toBe("cancelled");
    client.send(5, Verb.fetch, u32(0), u8(0));
    await until(() => test.server.space.stats.waiting === 1, "it waits again");
  });

  it("none may wait", async () => {
    await using test = await serve({ limits: { maxSessionWaiting: 0 } });
    const classic = await RawClassic.to(test);
    await classic.short("use ws", "w", "", "no");
    expect((await classic.long("fetch", "w", "x")).status).toBe(1);
    expect(test.server.space.stats.waiting).toBe(0);
    expect(await classic.short("store", "w", "x", "1", "v")).toBe(0);
    expect(await classic.fetchText("w", "x")).toBe("v");
  });

  it("workspaces that are open", async () => {
    await using test = await serve({ limits: { maxSessionWorkspaces: 2 } });
    const client = await RawMultiplexed.ready(test);
    expect((await client.ask(1, Verb.open, u32(1), u8(4), byteString("v"))).verb).toBe(Reply.done);
    expect(failure(await client.ask(1, Verb.open, u32(2), u8(4), byteString("u")))).toBe("quota_exceeded");
    expect(failure(await client.ask(1, Verb.mktemp, u32(2), text("t%d")))).toBe("quota_exceeded");
    expect((await client.ask(1, Verb.open, u32(2), u8(4), byteString("v"))).verb).toBe(Reply.done);
    expect((await client.ask(1, Verb.leave, u32(1))).verb).toBe(Reply.done);
    expect((await client.ask(1, Verb.mktemp, u32(2), text("t%d"))).verb).toBe(Reply.value);
    const classic = await RawClassic.to(test);
    expect(await classic.short("use ws", "a", "", "no")).toBe(0);
    expect((await classic.long("mktemp ws")).status).toBe(0);
    expect(await classic.short("use ws", "b", "", "no")).toBe(1);
    expect(await classic.short("use ws", "a", "", "no")).toBe(0);
  });

  it("a limit a second of 0 is no limit that anybody wants", async () => {
    await expect(serve({ limits: { maxOperationsPerSecond: 0 } })).rejects.toThrow(/maxOperationsPerSecond is 0/);
  });
});

describe("connections from one address", () => {
  it("are so many at a time, but from this machine, and from each network of IPv6", async () => {
    await using test = await serve({ limits: { maxAddressConnections: 1 } });
    using first = await new StubbornClient(test.server, "192.0.2.1:1").begin();
    using second = new StubbornClient(test.server, "192.0.2.1:2");
    second.send("2222");
    expect(await second.read(4)).toBe("2223");
    using other = await new StubbornClient(test.server, "192.0.2.2:1 (web)").begin();
    using six = await new StubbornClient(test.server, "2001:db8::1:5000").begin();
    using beside = new StubbornClient(test.server, "2001:db8:0:0:9::2:5000");
    beside.send("2222");
    expect(await beside.read(4)).toBe("2223");
    using far = await new StubbornClient(test.server, "2001:db8:0:1::2:5000").begin();
    const local = [await RawMultiplexed.ready(test), await RawMultiplexed.ready(test)];
    expect([first.isGone, other.isGone, six.isGone, far.isGone]).toEqual([false, false, false, false]);
    expect(local).toHaveLength(2);
    first[Symbol.dispose]();
    await until(() => test.server.connectionCount === 5, "the first one is gone");
    using again = await new StubbornClient(test.server, "192.0.2.1:3").begin();
    expect(again.isGone).toBe(false);
  });

  it("are forgotten when there is nothing to know about them", () => {
    let now = 0;
    const limits = new AddressLimits({ maxAddressConnections: 2, maxConnectsPerSecond: 1 }, () => now);
    limits.began("198.51.100.1:1");
    for (let i = 0; i < 10_000; i++) {
      now += 10;
      const peer = `10.0.${i >> 8}.${i & 255}:1`;
      expect(limits.mayConnect(peer)).toBe(true);
      limits.began(peer);
      limits.ended(peer);
    }
    expect(limits.count).toBeLessThan(3000);
    limits.began("198.51.100.1:2");
    expect(limits.isFull("198.51.100.1:3")).toBe(true);
  });

  it("are so many a second", async () => {
    const clock = new TestClock();
    await using test = await serve({ clock, limits: { maxConnectsPerSecond: 2 } });
    const connect = (): boolean => {
      using client = new StubbornClient(test.server);
      return !client.isGone;
    };
    expect([connect(), connect(), connect()]).toEqual([true, true, false]);
    clock.pass(500);
    expect([connect(), connect()]).toEqual([true, false]);
  });
});

function operations({ server }: TestServer, which: number): number {
  return [...server.clients()][which]?.operations ?? 0;
}
