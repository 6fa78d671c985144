import { describe, expect, it } from "vitest";
import { Reply, Verb } from "../../src/wire/verbs.ts";
import { serve, until } from "./harness.ts";
import { classicRequest, RawClassic } from "./raw-classic.ts";
import { RawMultiplexed, readValue, text, u32, u64, u8 } from "./raw-multiplexed.ts";
import { RawSocket } from "./raw-socket.ts";

const VALUE_BYTES = 100_000;

describe("a client that does not read its answers", () => {
  it("is not read any more, fills no memory, holds nobody up, and gets all when it reads again (multiplexed)", async () => {
    await using test = await serve();
    const other = await RawMultiplexed.ready(test);
    await other.store(1, "v".repeat(VALUE_BYTES));
    const slow = await RawMultiplexed.ready(test);
    slow.raw.socket.pause();
    const before = process.memoryUsage().rss;
    const count = 20_000; // of 100 kB each: 2 GB
    for (let request = 0; request < count; request++) {
      slow.send(request, Verb.find, u32(0), u8(0));
    }
    await until(() => slow.raw.socket.writableLength > 0 || slow.raw.socket.bytesWritten > 250_000, "they are sent");
    for (let i = 0; i < 100; i++) {
      expect((await other.ask(1, Verb.ping)).verb).toBe(Reply.done);
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
    slow.raw.socket.resume();
    for (let request = 0; request < 300; request++) {
      const reply = await slow.next();
      expect(reply.request).toBe(request);
      expect(readValue(reply).bytes).toHaveLength(VALUE_BYTES);
    }
  });

  it("is not read any more and gets all when it reads again (classic)", async () => {
    await using test = await serve();
    const slow = await RawClassic.to(test);
    await slow.short("open ws", "w", "", "no");
    await slow.short("store", "w", "x", "1", "v".repeat(VALUE_BYTES));
    slow.raw.socket.pause();
    const before = process.memoryUsage().rss;
    const find = classicRequest("find", "w", "x");
    for (let i = 0; i < 20_000; i++) {
      slow.raw.socket.write(find);
    }
    const other = await RawClassic.to(test);
    for (let i = 0; i < 100; i++) {
      expect(await other.short("use ws", "w", "", "no")).toBe(0);
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
    slow.raw.socket.resume();
    for (let i = 0; i < 300; i++) {
      expect((await slow.readLong()).text).toHaveLength(VALUE_BYTES);
    }
  });

  it("is dropped over the limit, and its values go back", async () => {
    await using test = await serve({ limits: { maxUnsentBytes: 20_000_000 } });
    const slow = await RawMultiplexed.ready(test);
    // These wait, and are answered by another one's stores: there is no request that could be held back.
    const count = 300;
    for (let request = 0; request < count; request++) {
      slow.send(request, Verb.fetch, u32(0), u8(0));
    }
    await until(() => test.server.space.stats.waiting === count, "all wait");
    slow.raw.socket.pause();
    const other = await RawMultiplexed.ready(test);
    for (let request = 0; request < count; request++) {
      await other.store(1, "v".repeat(VALUE_BYTES));
    }
    await until(() => test.server.space.stats.sessions === 1, "it is dropped");
    for (let request = 0; request < count; request++) {
      expect((await other.ask(1, Verb.fetchTry, u32(0), u8(0))).verb).toBe(Reply.value);
    }
    expect((await other.ask(1, Verb.fetchTry, u32(0), u8(0))).verb).toBe(Reply.none);
  });

  it("keeps no more of a large value under way than its credit", async () => {
    await using test = await serve({ longValueBytes: 1_000_000 });
    const client = await RawMultiplexed.ready(test);
    await client.upload(1, Buffer.alloc(30_000_000));
    const slow = await RawClassic.to(test);
    await slow.short("use ws", "w", "", "no");
    slow.raw.socket.pause();
    slow.send("find", "w", "x");
    await client.ask(1, Verb.ping);
    await client.store(1, "small");
    slow.raw.socket.resume();
    expect((await slow.readLong()).text).toHaveLength(30_000_000);
  });
});

describe("a client that sends slowly", () => {
  it("holds nobody up, whatever it has announced", async () => {
    await using test = await serve({ longValueBytes: 1_000_000 });
    const drips: RawMultiplexed[] = [];
    for (let i = 0; i < 20; i++) {
      const drip = await RawMultiplexed.ready(test);
      drip.send(1, Verb.store | 0x80, u32(0), u32(1), u64(10_000_000_000));
      drip.send(1, Verb.chunk, text("1"));
      drip.raw.write(Buffer.of(0, 16, 0, 0)); // Part of a frame of 1 MiB.
      drips.push(drip);
    }
    const classic = await RawSocket.to(test);
    classic.write("2222" + classicRequest("use ws", "w", "", "no").toString());
    await classic.read(8);
    classic.write("00050000000000");
    await until(() => test.server.blobs.bytes === 20, "the first bytes are there");
    const client = await RawMultiplexed.ready(test);
    for (let request = 0; request < 100; request++) {
      await client.store(request, "v");
      expect((await client.fetch(request)).bytes.toString()).toBe("v");
    }
    expect(test.server.memory.used).toBeLessThan(100_000);
    for (const drip of drips) {
      drip.raw.destroy();
    }
    await until(() => test.server.blobs.fileCount === 0, "what they left is removed");
  });
});
