import { describe, expect, it } from "vitest";
import { Reply, Verb, WITH_OPTIONS } from "../../src/wire/verbs.ts";
import { ByteWriter, writeDeclare, writeStore } from "../../src/wire/index.ts";
import { serve, type TestServer, until } from "./harness.ts";
import { RawClassic } from "./raw-classic.ts";
import { byteString, describe as failure, RawMultiplexed, readValue, text, u32, u64, u8 } from "./raw-multiplexed.ts";

type Limits = Parameters<typeof writeDeclare>[4];

/** Of variable `x`. */
async function declare(client: RawMultiplexed, limits: Limits): Promise<string> {
  const out = new ByteWriter();
  writeDeclare(out, 90, 0, "fifo", limits);
  client.raw.write(out.take());
  const reply = await client.next();
  return reply.verb === Reply.done ? "done" : failure(reply);
}

function store(
  client: RawMultiplexed,
  request: number,
  value: string,
  fields?: Parameters<typeof writeStore>[7],
): void {
  const out = new ByteWriter();
  writeStore(out, request, 0, 1, Buffer.from(value), 0, value.length, fields);
  client.raw.write(out.take());
}

async function waiting({ server }: TestServer, count: number): Promise<void> {
  await until(() => server.space.stats.waiting === count, `${count} wait`);
}

describe("a store that waits for room", () => {
  it("holds up nothing else of its session, and is answered when it is let in", async () => {
    await using test = await serve();
    const client = await RawMultiplexed.ready(test);
    expect(await declare(client, { maxValues: 1 })).toBe("done");
    await client.store(2, "one");
    store(client, 3, "two");
    store(client, 4, "three");
    expect((await client.ask(5, Verb.ping)).verb).toBe(Reply.done);
    const first = await client.fetch(6);
    expect(first.bytes.toString()).toBe("one");
    client.send(0, Verb.confirm, u64(first.booking));
    expect(await client.next()).toMatchObject({ request: 3, verb: Reply.done });
    await waiting(test, 1);
    const second = await client.fetch(6);
    expect(second.bytes.toString()).toBe("two");
    client.send(0, Verb.confirm, u64(second.booking));
    expect(await client.next()).toMatchObject({ request: 4, verb: Reply.done });
  });

  it("times out, and is cancelled, with nothing stored", async () => {
    await using test = await serve();
    const client = await RawMultiplexed.ready(test);
    await declare(client, { maxValues: 1 });
    await client.store(2, "one");
    store(client, 3, "two", { timeoutMs: 5 });
    expect(failure(await client.next())).toBe("timed_out");
    store(client, 4, "three", { timeoutMs: 60_000 });
    client.send(4, Verb.cancel);
    expect(failure(await client.next())).toBe("cancelled");
    expect(test.server.deadlines.count).toBe(0);
    expect(test.server.space.stats.waiting).toBe(0);
  });

  it.each([200_000, 20_000])(
    "waits likewise with a value in chunks, in a file or in memory (files from %d bytes)",
    async (longValueBytes) => {
      await using test = await serve({ longValueBytes });
      const client = await RawMultiplexed.ready(test);
      const other = await RawMultiplexed.ready(test);
      await declare(client, { maxValues: 1 });
      await client.store(2, "one");
      const stored = client.upload(3, Buffer.alloc(150_000));
      await waiting(test, 1);
      const { booking } = await other.fetch(6);
      other.send(0, Verb.confirm, u64(booking));
      expect(await stored).toMatchObject({ request: 3, verb: Reply.done });
      expect(readValue(await other.ask(7, Verb.find, u32(0), u8(0))).chunkedLength).toBe(150_000);
    },
  );

  it("is cancelled when its session leaves or ends", async () => {
    await using test = await serve();
    const client = await RawMultiplexed.ready(test);
    const other = await RawMultiplexed.ready(test);
    await declare(client, { maxValues: 1 });
    await client.store(2, "one");
    store(client, 3, "two");
    store(other, 3, "three");
    await waiting(test, 2);
    client.send(4, Verb.leave, u32(0));
    expect(failure(await client.next())).toBe("cancelled");
    expect(await client.next()).toMatchObject({ request: 4, verb: Reply.done });
    other.raw.destroy();
    await waiting(test, 0);
  });

  it("keeps the lease that it completes, unless that is over", async () => {
    await using test = await serve();
    const client = await RawMultiplexed.ready(test);
    client.send(1, Verb.name, u32(1), u32(0), text("jobs"));
    await declare(client, { maxValues: 1 });
    await client.store(2, "one");
    await client.store(2, "job", 1);
    const fields = [u32(1), u8(17), u32(20)]; // on lease, for 20 ms
    const { lease } = readValue(await client.ask(3, Verb.fetch, ...fields));
    client.send(4, Verb.complete | WITH_OPTIONS, u64(lease), u32(0), u8(1), u32(60_000), u32(1), text("result"));
    expect(failure(await client.next())).toBe("lease_lost");
    expect((await client.fetch(5, 0, 1)).bytes.toString()).toBe("job");
    expect(test.server.deadlines.count).toBe(0);
  });

  it("blocks a classic client until there is room", async () => {
    await using test = await serve();
    const client = await RawMultiplexed.ready(test);
    await declare(client, { maxValues: 1 });
    const classic = await RawClassic.to(test);
    expect(await classic.short("use ws", "w", "", "no")).toBe(0);
    expect(await classic.short("store", "w", "x", "1", "one")).toBe(0);
    const status = classic.short("store", "w", "x", "1", "two");
    await waiting(test, 1);
    const { booking } = await client.fetch(2);
    client.send(0, Verb.confirm, u64(booking));
    expect(await status).toBe(0);
    expect((await classic.long("fetch", "w", "x")).text).toBe("two");
  });

  it("blocks a classic client with a value in a file, too", async () => {
    await using test = await serve({ longValueBytes: 1000 });
    const client = await RawMultiplexed.ready(test);
    await declare(client, { maxValues: 1 });
    await client.store(2, "one");
    const classic = await RawClassic.to(test);
    await classic.short("use ws", "w", "", "no");
    const status = classic.short("store", "w", "x", "3", Buffer.alloc(5000));
    await waiting(test, 1);
    const { booking } = await client.fetch(2);
    client.send(0, Verb.confirm, u64(booking));
    expect(await status).toBe(0);
    expect((await classic.long("find", "w", "x")).text).toHaveLength(5000);
  });
});

it("what does not fit the protocol is refused, and changes nothing", async () => {
  await using test = await serve();
  const client = await RawMultiplexed.ready(test);
  const D = Verb.declare | WITH_OPTIONS;
  expect(failure(await client.ask(2, D, u32(0), u8(16), text("fifo")))).toBe("bad_arguments");
  expect(failure(await client.ask(2, D, u32(0), u8(4), u8(3), text("fifo")))).toBe("bad_arguments");
  expect(failure(await client.ask(2, D, u32(0), u8(8), u64(2 ** 49), text("fifo")))).toBe("bad_arguments");
  expect(failure(await client.ask(2, D, u32(0), u8(1), u64(1), text("single")))).toBe("bad_arguments");
  expect(failure(await client.ask(2, Verb.store | WITH_OPTIONS, u32(0), u8(8), u32(1)))).toBe("bad_arguments");
  const tooMuch = byteString("x".repeat(1025));
  expect(failure(await client.ask(2, Verb.store | WITH_OPTIONS, u32(0), u8(4), tooMuch, u32(1)))).toBe("bad_arguments");
  expect(failure(await client.ask(2, Verb.ping | WITH_OPTIONS))).toBe("unknown_verb");
  expect(test.server.space.stats.variables).toBe(0);
  const open = [u32(1), u8(4 | 32), byteString("__default"), u64(1000)];
  expect(failure(await client.ask(2, Verb.open, ...open))).toBe("workspace_not_deletable");
});

it("values go when their time is over, and let in who waits", async () => {
  await using test = await serve();
  const client = await RawMultiplexed.ready(test);
  await declare(client, { maxValues: 1, ttlMs: 5 });
  await client.store(2, "one");
  store(client, 3, "two", { ttlMs: Infinity });
  expect(await client.next()).toMatchObject({ request: 3, verb: Reply.done });
  expect((await client.fetch(4)).bytes.toString()).toBe("two");
});

it("a workspace goes when nobody has had it open for so long", async () => {
  await using test = await serve({ limits: { maxIdleMs: 5 } });
  const client = await RawMultiplexed.ready(test);
  await client.ask(2, Verb.open, u32(1), u8(4 | 32), byteString("other"), u64(60_000));
  await client.ask(3, Verb.leave, u32(1));
  await until(() => !test.server.space.workspaces.has("other"), "it is gone");
  expect(test.server.space.workspaces.has("w")).toBe(true);
  expect((await client.ask(4, Verb.leave, u32(0))).verb).toBe(Reply.done);
  await until(() => !test.server.space.workspaces.has("w"), "it is gone");
});

it("a server that has stopped has no timer left for what would be over later", async () => {
  const test = await serve({ limits: { maxIdleMs: 60_000 } });
  const client = await RawMultiplexed.ready(test);
  await declare(client, { ttlMs: 60_000 });
  await client.store(2, "one");
  const late = test.server.space.join(nobody, "late");
  test.server.space.open(late, 1, "w", { own: false, persistent: false, create: false, label: "" });
  await test[Symbol.asyncDispose]();
  test.server.space.end(late);
  expect(test.server.deadlines.count).toBe(0);
});

const ignore = (): void => undefined;
const nobody = { done: ignore, none: ignore, failed: ignore, value: ignore, text: ignore };
