import { describe, expect, it } from "vitest";
import { Reply, Verb } from "../../src/wire/verbs.ts";
import { serve, until } from "./harness.ts";
import {
  byteString,
  describe as failure,
  frame,
  RawMultiplexed,
  readValue,
  text,
  u32,
  u64,
  u8,
} from "./raw-multiplexed.ts";

describe("a multiplexed session", () => {
  it("is greeted with version, grace, largest value, id and secret", async () => {
    await using test = await serve({ limits: { maxValueBytes: 12_345, maxGraceMs: 5000 } });
    const client = await RawMultiplexed.connect(test);
    const { verb, fields } = await client.ask(9, Verb.hello, u8(1), u32(10_000), byteString("me"));
    expect(verb).toBe(Reply.welcome);
    expect(fields.readUInt8(0)).toBe(1);
    expect(fields.readUInt32BE(1)).toBe(5000);
    expect(Number(fields.readBigUInt64BE(5))).toBe(12_345);
    expect(fields.readUInt16BE(13)).toBeGreaterThan(0);
  });

  it("ends at a request before hello, a second hello, or a number that is in use", async () => {
    await using test = await serve();
    const early = await RawMultiplexed.connect(test);
    early.send(1, Verb.ping);
    expect(await early.raw.readToEnd()).toHaveLength(0);

    const twice = await RawMultiplexed.ready(test);
    twice.send(1, Verb.hello, u8(1), u32(0), byteString(""));
    expect(await twice.raw.readToEnd()).toHaveLength(0);

    const reusing = await RawMultiplexed.ready(test);
    reusing.send(5, Verb.fetch, u32(0), u8(0));
    reusing.send(5, Verb.ping);
    expect(await reusing.raw.readToEnd()).toHaveLength(0);
    await until(() => test.server.space.stats.sessions === 0, "all have ended");
  });

  it("answers an unknown verb and goes on", async () => {
    await using test = await serve();
    const client = await RawMultiplexed.ready(test);
    for (const verb of [0, 13, 64, 99, 255, Verb.ping | 0x80]) {
      expect(failure(await client.ask(1, verb))).toBe("unknown_verb");
    }
    expect((await client.ask(1, Verb.ping)).verb).toBe(Reply.done);
  });

  it("times out on the server, and cancels with a definite outcome", async () => {
    await using test = await serve();
    const client = await RawMultiplexed.ready(test);
    expect(failure(await client.ask(5, Verb.fetch, u32(0), u8(2), u32(20)))).toBe("timed_out");
    client.send(6, Verb.find, u32(0), u8(2), u32(100_000));
    expect(failure(await client.ask(6, Verb.cancel))).toBe("cancelled");
    client.send(6, Verb.cancel); // It was answered: nothing happens.
    client.send(77, Verb.cancel); // Nor here.
    await client.store(7, "v");
    client.send(8, Verb.fetch, u32(0), u8(2), u32(100_000));
    client.send(8, Verb.cancel);
    expect(readValue(await client.next()).bytes.toString()).toBe("v");
    expect(test.server.deadlines.count).toBe(0);
    expect(test.server.space.stats.waiting).toBe(0);
  });

  it("iterates by position", async () => {
    await using test = await serve();
    const client = await RawMultiplexed.ready(test);
    await client.store(1, "a");
    await client.store(1, "b");
    const first = readValue(await client.ask(2, Verb.ifind, u32(0), u8(0)));
    expect([first.bytes.toString(), first.index]).toEqual(["a", 0]);
    const position = [u64(first.variableId), u64(first.index)];
    expect(readValue(await client.ask(2, Verb.ifind, u32(0), u8(8), ...position)).bytes.toString()).toBe("b");
    // A wait knows that its answer needs the position.
    client.send(3, Verb.ifind, u32(0), u8(8), u64(first.variableId), u64(1));
    client.send(4, Verb.store, u32(0), u32(1), text("c"));
    const third = readValue(await client.next());
    expect([third.bytes.toString(), third.index, third.variableId]).toEqual(["c", 2, first.variableId]);
  });

  it("stores and fetches several at once", async () => {
    await using test = await serve();
    const client = await RawMultiplexed.ready(test);
    const body = Buffer.concat(["a", "bb", ""].map((v) => Buffer.concat([u32(1), u32(v.length), text(v)])));
    expect((await client.ask(1, Verb.storeSeveral, u32(0), body)).verb).toBe(Reply.done);
    expect(failure(await client.ask(1, Verb.storeSeveral, u32(0), body.subarray(0, -1)))).toBe("bad_arguments");
    client.send(2, Verb.fetch, u32(0), u8(4), u32(10));
    const values = [readValue(await client.next()), readValue(await client.next()), readValue(await client.next())];
    expect(values.map(({ bytes }) => bytes.toString())).toEqual(["a", "bb", ""]);
    expect(values.map(({ hasMore }) => hasMore)).toEqual([true, true, false]);
    expect(values.map(({ booking }) => booking)).toEqual([1, 2, 3]);
    expect(failure(await client.ask(2, Verb.fetch, u32(0), u8(4), u32(0)))).toBe("bad_arguments");
  });

  it("gives back what was not confirmed when the client is gone, to whoever waits next", async () => {
    await using test = await serve();
    const first = await RawMultiplexed.ready(test);
    for (const value of ["a", "b", "c"]) {
      await first.store(1, value);
    }
    const { booking } = await first.fetch(1);
    await first.fetch(2);
    first.send(0, Verb.confirm, u64(booking));
    await first.ask(1, Verb.ping);
    first.raw.destroy();
    const second = await RawMultiplexed.ready(test);
    await until(() => test.server.space.stats.sessions === 1, "the first is gone");
    expect((await second.fetch(1)).bytes.toString()).toBe("b");
    expect((await second.fetch(1)).bytes.toString()).toBe("c");
  });

  it("acknowledges, releases and completes leases", async () => {
    await using test = await serve();
    const client = await RawMultiplexed.ready(test);
    await client.store(1, "task");
    const { lease, booking } = await client.fetch(1, 1);
    expect([lease, booking]).toEqual([1, 0]);
    expect((await client.ask(1, Verb.release, u8(1), u64(lease))).verb).toBe(Reply.done);
    expect(failure(await client.ask(1, Verb.ack, u64(lease)))).toBe("lease_lost");
    const again = await client.fetch(1, 1);
    expect((await client.ask(1, Verb.complete, u64(again.lease), u32(0), u32(1), text("result"))).verb).toBe(
      Reply.done,
    );
    expect((await client.fetch(1)).bytes.toString()).toBe("result");
    expect(failure(await client.ask(1, Verb.release, u8(7), u64(1)))).toBe("bad_arguments");
  });

  it("names workspaces that it makes", async () => {
    await using test = await serve();
    const client = await RawMultiplexed.ready(test);
    const made = readValue(await client.ask(1, Verb.mktemp, u32(3), text("made%d")));
    expect(made.bytes.toString()).toMatch(/^made0/);
    client.send(1, Verb.name, u32(5), u32(3), text("y"));
    await client.store(2, "here", 5);
    const listed = readValue(await client.ask(1, Verb.listVars, u32(3))).bytes.toString();
    expect(listed).toMatch(/^y\t1\t0\t0\tfifo\t0\t\d+$/);
  });

  it("answers info with JSON", async () => {
    await using test = await serve();
    const client = await RawMultiplexed.ready(test);
    const info = JSON.parse(readValue(await client.ask(1, Verb.info)).bytes.toString()) as Record<string, unknown>;
    expect(info).toMatchObject({ version: "test", pid: process.pid, connections: 1, workspaces: 2, waiting: 0 });
    for (const name of ["uptimeMs", "memoryBytes", "fileBytes", "limits"]) {
      expect(info).toHaveProperty(name);
    }
  });

  it("says goodbye: waits are cancelled, then done, then the connection ends", async () => {
    await using test = await serve();
    const client = await RawMultiplexed.ready(test);
    client.send(5, Verb.fetch, u32(0), u8(0));
    client.send(6, Verb.goodbye);
    expect(failure(await client.next())).toBe("cancelled");
    expect((await client.next()).request).toBe(6);
    expect(await client.raw.readToEnd()).toHaveLength(0);
    await until(() => test.server.space.stats.sessions === 0, "the session has ended");
  });

  it("takes frames one byte at a time", async () => {
    await using test = await serve();
    const client = await RawMultiplexed.ready(test);
    for (const byte of Buffer.concat([frame(3, Verb.store, u32(0), u32(1), text("v")), frame(4, Verb.ping)])) {
      client.raw.write(Buffer.of(byte));
      await new Promise(setImmediate);
    }
    expect((await client.next()).request).toBe(3);
    expect((await client.next()).request).toBe(4);
  });

  it("keeps values apart that came in frames which were cut", async () => {
    await using test = await serve();
    const client = await RawMultiplexed.ready(test);
    const other = await RawMultiplexed.ready(test);
    const values = ["a", "b"].map((letter) => letter.repeat(1030));
    for (const value of values) {
      const bytes = frame(3, Verb.store, u32(0), u32(1), text(value));
      client.raw.write(bytes.subarray(0, 800));
      // When this one has its answer the first part has been read, by itself.
      await other.ask(1, Verb.ping);
      client.raw.write(bytes.subarray(800));
      expect((await client.next()).verb).toBe(Reply.done);
    }
    expect((await client.fetch(4)).bytes.toString()).toBe(values[0]);
    expect((await client.fetch(4)).bytes.toString()).toBe(values[1]);
  });

  it("is refused a flag that the server does not know, and nothing is taken or opened", async () => {
    await using test = await serve();
    const client = await RawMultiplexed.ready(test);
    await client.store(2, "one");
    for (const flag of [64, 128]) {
      expect(failure(await client.ask(3, Verb.fetch, u32(0), u8(flag)))).toBe("bad_arguments");
    }
    for (const flag of [64, 128]) {
      expect(failure(await client.ask(3, Verb.open, u32(1), u8(flag | 4), byteString("new")))).toBe("bad_arguments");
    }
    expect(test.server.space.stats.workspaces).toBe(2);
    expect((await client.fetch(3)).bytes.toString()).toBe("one");
  });

  it("gets internal for a bug of ours, which is logged, and goes on", async () => {
    const logged: object[] = [];
    const nothing = (): void => undefined;
    const error = (details: object): void => void logged.push(details);
    await using test = await serve({ logger: { debug: nothing, info: nothing, warn: nothing, error } });
    const client = await RawMultiplexed.ready(test);
    const { space } = test.server;
    const mended = space.listWss.bind(space);
    space.listWss = () => {
      throw new Error("a bug");
    };
    const reply = await client.ask(1, Verb.listWss);
    expect(failure(reply)).toBe("internal");
    const [{ id }] = logged as [{ id: string }];
    expect(reply.fields.toString()).toContain(id);
    space.listWss = mended;
    expect((await client.ask(1, Verb.listWss)).verb).toBe(Reply.value);
  });
});
