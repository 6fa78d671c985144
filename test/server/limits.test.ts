import { describe, expect, it } from "vitest";
import { Reply, Verb } from "../../src/wire/verbs.ts";
import { serve, until } from "./harness.ts";
import { classicRequest, RawClassic } from "./raw-classic.ts";
import { byteString, describe as failure, RawMultiplexed, text, u32, u64, u8 } from "./raw-multiplexed.ts";
import { RawSocket } from "./raw-socket.ts";

const long = (count: number): string => "v".repeat(count);

describe("a limit is refused with its own failure, and the session goes on:", () => {
  it("the length of a value", async () => {
    await using test = await serve({ limits: { maxValueBytes: 1000 } });
    const client = await RawMultiplexed.ready(test);
    const tooLong = await client.ask(1, Verb.store, u32(0), u32(1), text(long(1001)));
    expect(failure(tooLong)).toBe("value_too_large");
    const announced = await client.ask(1, Verb.store | 0x80, u32(0), u32(1), u64(2 ** 52));
    expect(failure(announced)).toBe("value_too_large");
    // Chunks that were on their way are ignored.
    client.send(1, Verb.chunk, text("abc"));
    await client.store(2, long(1000));

    const classic = await RawClassic.to(test);
    await classic.short("use ws", "w", "", "no");
    expect(await classic.short("store", "w", "x", "1", long(1001))).toBe(1);
    expect(await classic.short("store", "w", "x", "1", long(1000))).toBe(0);
  });

  it("the length of a name", async () => {
    await using test = await serve({ limits: { maxNameBytes: 10 } });
    const client = await RawMultiplexed.ready(test);
    expect(failure(await client.ask(1, Verb.open, u32(1), u8(4), byteString(long(11))))).toBe("name_too_long");
    expect(failure(await client.ask(1, Verb.mktemp, u32(1), text("%d" + long(9))))).toBe("name_too_long");
    expect(failure(await client.ask(1, Verb.declare, u32(0), text(long(11))))).toBe("name_too_long");
    client.send(1, Verb.name, u32(1), u32(0), text(long(11)));
    expect(failure(await client.ask(1, Verb.fetchTry, u32(1), u8(0)))).toBe("name_too_long");
    await client.store(2, "still here");

    const classic = await RawClassic.to(test);
    expect(await classic.short("use ws", long(11), "", "no")).toBe(1);
    expect(await classic.short("use ws", "w", "", "no")).toBe(0);
  });

  it("the number of arguments", async () => {
    await using test = await serve();
    const classic = await RawClassic.to(test);
    expect((await classic.long("fetch", ...Array<string>(16).fill("a"))).status).toBe(1);
    expect(await classic.short("use ws", "w", "", "no")).toBe(0);
  });

  it("the number of connections", async () => {
    await using test = await serve({ limits: { maxConnections: 1 } });
    const first = await RawMultiplexed.ready(test);
    const second = await RawMultiplexed.connect(test);
    expect(failure(await second.ask(1, Verb.hello, u8(1), u32(0), byteString("")))).toBe("too_many_connections");
    await second.raw.readToEnd();
    const third = await RawSocket.to(test);
    third.write("2222");
    expect((await third.readToEnd()).toString()).toBe("2223");
    first.raw.destroy();
    await until(() => test.server.connectionCount === 0, "the first one is gone");
    expect((await (await RawMultiplexed.ready(test)).ask(1, Verb.ping)).verb).toBe(Reply.done);
  });

  it("the number of requests that wait", async () => {
    await using test = await serve({ limits: { maxWaiting: 2 } });
    const client = await RawMultiplexed.ready(test);
    client.send(1, Verb.fetch, u32(0), u8(0));
    client.send(2, Verb.find, u32(0), u8(0));
    expect(failure(await client.ask(3, Verb.fetch, u32(0), u8(0)))).toBe("too_many_waiting");
    const classic = await RawClassic.to(test);
    await classic.short("use ws", "w", "", "no");
    expect((await classic.long("fetch", "w", "x")).status).toBe(1);
  });

  it("memory, also of values that have not arrived whole", async () => {
    await using test = await serve({ limits: { maxMemoryBytes: 1_000_000 } });
    const client = await RawMultiplexed.ready(test);
    const answers = new Set<string>();
    for (let request = 1; request <= 12; request++) {
      answers.add(failure(await client.ask(request, Verb.store, u32(0), u32(1), text(long(100_000)))));
    }
    expect(answers).toEqual(new Set([`verb ${Reply.done}`, "memory_full"]));
    expect(test.server.space.stats.memoryBytes).toBeLessThanOrEqual(1_000_000);
    await client.ask(1, Verb.deleteVar, u32(0));

    // Five that are complete but for their last byte.
    for (let request = 1; request <= 9; request++) {
      client.send(request, Verb.store | 0x80, u32(0), u32(1), u64(130_001));
      client.send(request, Verb.chunk, Buffer.alloc(130_000));
    }
    expect(failure(await client.next())).toBe("memory_full");
    expect(test.server.memory.used).toBeLessThan(1_100_000);
    client.raw.destroy();
    await until(() => test.server.memory.used === 0, "what had arrived is forgotten");
  });

  it("memory of requests that have not arrived whole: there is nothing to answer, so the connection is dropped", async () => {
    await using test = await serve({ limits: { maxMemoryBytes: 1_000_000 } });
    const clients: RawClassic[] = [];
    const head = classicRequest("store", "w", "x", "1", Buffer.alloc(15_000_000)).subarray(0, -1);
    for (let i = 0; i < 10; i++) {
      const client = await RawClassic.to(test);
      client.raw.write(head);
      clients.push(client);
    }
    await until(() => test.server.connectionCount < 10, "some are dropped");
    expect(test.server.arriving.used).toBeLessThan(100e6);
    const other = await RawMultiplexed.ready(test);
    await other.store(1, "v");
    for (const client of clients) {
      client.raw.destroy();
    }
    await until(() => test.server.arriving.used === 0, "what had arrived is forgotten");
  });

  it("memory of requests that have not arrived whole: the one goes that has been arriving for longest", async () => {
    await using test = await serve({ limits: { maxMemoryBytes: 1_000_000 } });
    const request = classicRequest("store", "w", "x", "1", Buffer.alloc(15_000_000));
    const stalled: RawClassic[] = [];
    for (let i = 1; i <= 4; i++) {
      const client = await RawClassic.to(test);
      client.raw.write(request.subarray(0, -1));
      stalled.push(client);
      await until(() => test.server.arriving.used === i * 15_000_000, "all but a byte is there");
    }
    const honest = await RawClassic.to(test);
    await honest.short("use ws", "w", "", "no");
    honest.raw.write(request);
    // (There is no room to keep it, but it was heard.)
    expect(await honest.readShort()).toBe(1);
    await stalled[0]!.raw.readToEnd();
    expect(test.server.connectionCount).toBe(4);
    stalled[1]!.raw.write(request.subarray(-1));
    expect(await stalled[1]!.readShort()).not.toBe(0);
  });

  it("bytes in files", async () => {
    await using test = await serve({ longValueBytes: 100_000, limits: { maxFileBytes: 1_000_000 } });
    const client = await RawMultiplexed.ready(test);
    expect((await client.upload(1, Buffer.alloc(600_000))).verb).toBe(Reply.done);
    expect(failure(await client.upload(2, Buffer.alloc(600_000)))).toBe("disk_full");
    const classic = await RawClassic.to(test);
    await classic.short("use ws", "w", "", "no");
    expect(await classic.short("store", "w", "x", "1", Buffer.alloc(600_000))).toBe(1);
    expect(await classic.short("store", "w", "x", "1", Buffer.alloc(300_000))).toBe(0);
    await until(() => test.server.blobs.fileCount === 2, "the refused ones are gone");
    expect(test.server.blobs.bytes).toBe(900_000);
  });

  it("numbers for workspaces and variables", async () => {
    await using test = await serve({ limits: { maxNumbers: 10 } });
    const client = await RawMultiplexed.ready(test);
    expect(failure(await client.ask(1, Verb.open, u32(10), u8(4), byteString("v")))).toBe("too_many_numbers");
    client.send(1, Verb.name, u32(10), u32(0), text("y"));
    expect(failure(await client.ask(1, Verb.fetchTry, u32(10), u8(0)))).toBe("too_many_numbers");
    client.send(1, Verb.name, u32(9), u32(0), text("y"));
    expect((await client.ask(1, Verb.fetchTry, u32(9), u8(0))).verb).toBe(Reply.none);
  });

  it("large values under way on one connection", async () => {
    await using test = await serve({ limits: { maxTransfers: 2 } });
    const client = await RawMultiplexed.ready(test);
    client.send(1, Verb.store | 0x80, u32(0), u32(1), u64(1000));
    client.send(2, Verb.store | 0x80, u32(0), u32(1), u64(1000));
    expect(failure(await client.ask(3, Verb.store | 0x80, u32(0), u32(1), u64(1000)))).toBe("too_many_waiting");
    expect(failure(await client.ask(1, Verb.cancel))).toBe("cancelled");
    client.send(3, Verb.store | 0x80, u32(0), u32(1), u64(3));
    client.send(3, Verb.chunk, text("abc"));
    expect((await client.next()).verb).toBe(Reply.done);
  });
});
