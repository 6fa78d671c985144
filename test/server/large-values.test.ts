import { createHash, randomBytes } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { BlobWriter } from "../../src/blobs/blob-writer.ts";
import { Reply, Verb, WINDOW_BYTES } from "../../src/wire/verbs.ts";
import { serve, type TestServer, until } from "./harness.ts";
import { classicRequest, RawClassic } from "./raw-classic.ts";
import { byteString, describe as failure, RawMultiplexed, readValue, text, u32, u64, u8 } from "./raw-multiplexed.ts";

const LONG_VALUE_BYTES = 500_000;

const digest = (bytes: Uint8Array): string => createHash("sha1").update(bytes).digest("hex");

/** The files that hold values at the moment. */
function files({ tmpDir }: TestServer): string[] {
  return readdirSync(tmpDir, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".blob"));
}

describe.each([
  ["in memory", 450_000],
  ["in a file", 5_000_001],
])("a large value %s", (_where, length) => {
  const value = randomBytes(length);

  it("travels in chunks both ways, on lease, and is gone once acknowledged", async () => {
    await using test = await serve({ longValueBytes: LONG_VALUE_BYTES });
    const client = await RawMultiplexed.ready(test);
    expect((await client.upload(1, value)).verb).toBe(Reply.done);
    expect(files(test)).toHaveLength(length > LONG_VALUE_BYTES ? 1 : 0);
    const head = await client.fetch(2);
    expect(head).toMatchObject({ chunkedLength: length, lease: 1, booking: 0, descriptor: 3 });
    expect(digest(await client.download(2, length))).toBe(digest(value));
    expect((await client.ask(3, Verb.ack, u64(1))).verb).toBe(Reply.done);
    expect(test.server.space.stats).toMatchObject({ memoryBytes: expect.any(Number) as number, fileBytes: 0 });
    await until(() => files(test).length === 0, "its file is removed");
  });

  it("comes back to its place when the client is gone in the middle", async () => {
    await using test = await serve({ longValueBytes: LONG_VALUE_BYTES });
    const first = await RawMultiplexed.ready(test);
    await first.upload(1, value);
    await first.store(2, "behind");
    const head = await first.fetch(3);
    await first.next();
    first.raw.destroy();
    await until(() => test.server.space.stats.sessions === 0, "the first is gone");
    const second = await RawMultiplexed.ready(test);
    expect((await second.fetch(1)).chunkedLength).toBe(head.chunkedLength);
    expect(digest(await second.download(1, length))).toBe(digest(value));
  });

  it("is read to its end by those who found it, though it is deleted meanwhile", async () => {
    await using test = await serve({ longValueBytes: LONG_VALUE_BYTES });
    const client = await RawMultiplexed.ready(test);
    await client.upload(1, value);
    client.send(2, Verb.find, u32(0), u8(0));
    expect(readValue(await client.next())).toMatchObject({ lease: 0, chunkedLength: length });
    const other = await RawMultiplexed.ready(test);
    expect((await other.ask(1, Verb.deleteVar, u32(0))).verb).toBe(Reply.done);
    expect(digest(await client.download(2, length))).toBe(digest(value));
    await until(() => files(test).length === 0, "its file is removed");
  });

  it("keeps what a classic client has sent behind it, whatever others send meanwhile", async () => {
    await using test = await serve({ longValueBytes: LONG_VALUE_BYTES });
    const client = await RawClassic.to(test);
    await client.short("open ws", "w", "", "no");
    await client.short("store", "w", "x", "3", value);
    // The replies are more than the kernel takes, so what comes behind these requests is not looked at before they are read.
    const finds = Array.from({ length: Math.ceil(8e6 / length) }, () => classicRequest("find", "w", "x"));
    const behind = "b".repeat(1000);
    client.raw.socket.pause();
    client.raw.write(Buffer.concat([...finds, classicRequest("store", "w", "y", "1", behind)]));
    const other = await RawClassic.to(test);
    await other.short("use ws", "w", "", "no");
    for (let i = 0; i < 20; i++) {
      await other.short("store", "w", "z", "1", "z".repeat(100_000));
    }
    client.raw.socket.resume();
    while (finds.pop() !== undefined) {
      expect((await client.readLong()).text).toHaveLength(length);
    }
    expect(await client.readShort()).toBe(0);
    expect(await client.fetchText("w", "y")).toBe(behind);
  });

  it("goes in and out by the classic protocol", async () => {
    await using test = await serve({ longValueBytes: LONG_VALUE_BYTES });
    const client = await RawClassic.to(test);
    await client.short("open ws", "w", "", "no");
    expect(await client.short("store", "w", "x", "3", value)).toBe(0);
    client.send("find", "w", "x");
    client.send("fetch", "w", "x");
    client.send("fetchTry", "w", "x");
    for (let i = 0; i < 2; i++) {
      const { status, descriptor, text: found } = await client.readLong();
      expect([status, descriptor]).toEqual([0, 3]);
      expect(digest(Buffer.from(found, "latin1"))).toBe(digest(value));
    }
    expect((await client.readLong()).status).toBe(1);
    await until(() => files(test).length === 0, "its file is removed");
  });
});

it("ends an answer in chunks that is cancelled, and keeps the lease until it is released", async () => {
  await using test = await serve({ longValueBytes: LONG_VALUE_BYTES });
  const client = await RawMultiplexed.ready(test);
  const value = randomBytes(5_000_001);
  await client.upload(1, value);
  expect(await client.fetch(2)).toMatchObject({ lease: 1, chunkedLength: value.length });
  client.send(2, Verb.cancel);
  let frame = await client.next();
  let chunkBytes = 0;
  for (; frame.verb === Reply.chunk; frame = await client.next()) {
    chunkBytes += frame.fields.length;
  }
  expect(failure(frame)).toContain("cancelled");
  expect(chunkBytes).toBeLessThanOrEqual(WINDOW_BYTES);
  expect((await client.ask(3, Verb.fetchTry, u32(0), u8(0))).verb).toBe(Reply.none);
  expect((await client.ask(3, Verb.release, u8(1), u64(1))).verb).toBe(Reply.done);
  expect(await client.fetch(2)).toMatchObject({ lease: 2, chunkedLength: value.length });
  expect(digest(await client.download(2, value.length))).toBe(digest(value));
});

describe("files", () => {
  it("lie in a folder for their user alone, which goes with the server", async () => {
    const test = await serve({ longValueBytes: 1000 });
    const client = await RawMultiplexed.ready(test);
    await client.upload(1, Buffer.alloc(2000));
    const [folder] = readdirSync(test.tmpDir);
    expect(statSync(join(test.tmpDir, folder!)).mode & 0o777).toBe(0o700);
    expect(statSync(join(test.tmpDir, files(test)[0]!)).mode & 0o777).toBe(0o600);
    client.raw.destroy();
    await test.server.stop();
    expect(readdirSync(test.tmpDir)).toEqual([]);
    await test[Symbol.asyncDispose]();
  });

  it("go away with the workspace, and with an upload that is given up", async () => {
    await using test = await serve({ longValueBytes: 1000 });
    const client = await RawMultiplexed.ready(test);
    await client.upload(1, Buffer.alloc(200_000));
    client.send(2, Verb.store | 0x80, u32(0), u32(1), u64(300_000));
    client.send(2, Verb.chunk, Buffer.alloc(100_000));
    await until(() => files(test).length === 2, "both are being kept");
    expect(failure(await client.ask(2, Verb.cancel))).toBe("cancelled");
    await until(() => files(test).length === 1, "one was given up");
    client.send(3, Verb.store | 0x80, u32(0), u32(1), u64(300_000));
    client.send(3, Verb.chunk, Buffer.alloc(100_000));
    await until(() => files(test).length === 2, "another one comes");
    await client.ask(4, Verb.deleteWs, u32(0));
    client.raw.destroy();
    await until(() => files(test).length === 0, "none is left");
    expect(test.server.blobs.bytes).toBe(0);
  });

  it("that cannot be written refuse their store and harm nothing else", async () => {
    await using test = await serve({ longValueBytes: 1000, tmpDir: "/nonexistent/folder" });
    const client = await RawMultiplexed.ready(test);
    expect(failure(await client.upload(1, Buffer.alloc(2_000_000)))).toBe("disk_full");
    await client.store(2, "small");
    const classic = await RawClassic.to(test);
    await classic.short("use ws", "w", "", "no");
    expect(await classic.short("store", "w", "x", "1", Buffer.alloc(3_000_000))).toBe(1);
    expect(await classic.short("store", "w", "x", "no number", Buffer.alloc(3_000_000))).toBe(1);
    expect(await classic.fetchText("w", "x")).toBe("small");
  });
});

describe("chunks", () => {
  it("interleave with small requests, so that a large value holds nobody up", async () => {
    await using test = await serve();
    const client = await RawMultiplexed.ready(test);
    await client.upload(1, Buffer.alloc(8_000_000));
    client.send(2, Verb.find, u32(0), u8(0));
    expect(readValue(await client.next()).chunkedLength).toBe(8_000_000);
    client.send(3, Verb.ping);
    let received = 0;
    let reply = await client.next();
    while (reply.verb === Reply.chunk) {
      received += reply.fields.length;
      reply = await client.next();
    }
    // No credit was given: the window is all that may be under way.
    expect(reply.request).toBe(3);
    expect(received).toBeLessThanOrEqual(WINDOW_BYTES);
    client.send(2, Verb.credit, u32(8_000_000));
    while (received < 8_000_000) {
      received += (await client.next()).fields.length;
    }
    expect((await client.ask(2, Verb.ping)).verb).toBe(Reply.done);
  });

  it("come in the order of a several-valued answer", async () => {
    await using test = await serve();
    const client = await RawMultiplexed.ready(test);
    await client.store(1, "a");
    await client.upload(1, Buffer.alloc(200_000, "b"));
    await client.store(1, "c");
    await client.upload(1, Buffer.alloc(300_000, "d"));
    client.send(2, Verb.fetch, u32(0), u8(4), u32(10));
    const order: string[] = [];
    for (const length of [1, 200_000, 1, 300_000]) {
      const head = readValue(await client.next());
      const bytes = length > 1 ? await client.download(2, length) : head.bytes;
      order.push(`${String.fromCharCode(bytes[0]!)}${bytes.length} ${head.hasMore}`);
    }
    expect(order).toEqual(["a1 true", "b200000 true", "c1 true", "d300000 false"]);
  });

  it.each([
    ["more than was announced", 10, [11]],
    ["more than a chunk holds", 1_000_000, [131_073]],
    ["more than there was credit for", 100_000_000, Array<number>(9).fill(131_072)],
  ])("end the connection when they are %s", async (_what, length, chunks) => {
    // With a disk that answers nobody there is no credit.
    await using test = await serve({ longValueBytes: 1_000_000 });
    const silent = { write: () => undefined, abort: () => undefined };
    test.server.blobs.createWriter = () => silent as unknown as BlobWriter;
    const client = await RawMultiplexed.ready(test);
    client.send(1, Verb.store | 0x80, u32(0), u32(1), u64(length));
    client.raw.socket.cork();
    for (const count of chunks) {
      client.send(1, Verb.chunk, Buffer.alloc(count));
    }
    client.raw.socket.uncork();
    const rest = await client.raw.readToEnd();
    expect(rest.length).toBeLessThan(100);
  });

  it("make a listing of any length possible", async () => {
    await using test = await serve();
    const client = await RawMultiplexed.ready(test);
    const names = Array.from({ length: 20_000 }, (_, i) => `variable-${String(i).padStart(6, "0")}`);
    names.forEach((name, number) => {
      client.send(1, Verb.name, u32(number), u32(0), text(name));
      client.send(number, Verb.declare, u32(number), text("fifo"));
    });
    for (const name of names) {
      expect((await client.next()).verb, name).toBe(Reply.done);
    }
    const { chunkedLength } = readValue(await client.ask(1, Verb.listVars, u32(0)));
    const listed = (await client.download(1, chunkedLength!)).toString().split("\n");
    expect(listed.map((line) => line.split("\t")[0])).toEqual(names);
  });
});

describe("the order of a session", () => {
  it("holds for a variable whose value is on its way into a file, and only for that one", async () => {
    await using test = await serve({ longValueBytes: 1000 });
    const client = await RawMultiplexed.ready(test);
    await client.open("w", "x", "y");
    const value = Buffer.alloc(3000, "v");
    // All in one write, so that the disk is not done when the later ones arrive.
    client.raw.socket.cork();
    client.send(1, Verb.store | 0x80, u32(0), u32(1), u64(value.length));
    client.send(1, Verb.chunk, value);
    client.send(2, Verb.findTry, u32(0), u8(0));
    client.send(3, Verb.store, u32(1), u32(1), text("other"));
    client.send(4, Verb.store, u32(0), u32(1), text("later"));
    client.send(5, Verb.fetch, u32(0), u8(0));
    client.send(6, Verb.name, u32(1), u32(0), text("z"));
    client.send(7, Verb.findTry, u32(1), u8(0));
    client.send(8, Verb.ping);
    client.raw.socket.uncork();
    const order: number[] = [];
    for (let i = 0; i < 7; i++) {
      const { request, verb } = await client.next();
      order.push(request);
      if (request === 2 || request === 5) {
        expect(verb).toBe(Reply.value);
      }
      if (request === 7) {
        expect(verb).toBe(Reply.none);
      }
    }
    expect(order).toEqual([3, 8, 1, 2, 4, 5, 7]);
  });

  it("holds when the session leaves or says goodbye behind such a value", async () => {
    await using test = await serve({ longValueBytes: 1000 });
    const keeper = await RawMultiplexed.ready(test);
    const client = await RawMultiplexed.connect(test);
    client.raw.socket.cork();
    client.send(1, Verb.hello, u8(1), u32(0), byteString(""));
    client.send(1, Verb.open, u32(0), u8(4), byteString("w"));
    client.send(1, Verb.name, u32(0), u32(0), text("x"));
    client.send(1, Verb.store | 0x80, u32(0), u32(1), u64(3000));
    client.send(1, Verb.chunk, Buffer.alloc(3000));
    client.send(2, Verb.goodbye);
    client.raw.socket.uncork();
    const replies = [await client.next(), await client.next(), await client.next(), await client.next()];
    expect(replies.map(({ request, verb }) => [request, verb])).toEqual([
      [1, Reply.welcome],
      [1, Reply.done],
      [1, Reply.done],
      [2, Reply.done],
    ]);
    expect((await keeper.fetch(1)).chunkedLength).toBeUndefined();
  });
});
