import { expect, it } from "vitest";
import { Reply, Verb } from "../../src/wire/verbs.ts";
import { serve, until } from "./harness.ts";
import { byteString, describe, RawMultiplexed, readValue, u32, u64 } from "./raw-multiplexed.ts";

it("a snapshot is listed, and read from any index, with positions; a long value ends its answer", async () => {
  await using test = await serve({ longValueBytes: 200_000 });
  const client = await RawMultiplexed.ready(test);
  await client.store(2, "one");
  await client.upload(3, Buffer.alloc(150_000, 1));
  await client.upload(4, Buffer.alloc(300_000, 2));
  await client.store(5, "two");

  const listing = readValue(await client.ask(6, Verb.snapshot, byteString("w")));
  expect(listing.bytes.toString()).toBe("workspace\tw\tFalse\t\nvariable\tx\tfifo\tFalse\t4\n");

  client.send(7, Verb.readSnapshot, u32(0), u64(0));
  const one = readValue(await client.next());
  expect(one).toMatchObject({ index: 0, hasMore: true, descriptor: 1, booking: 0, lease: 0 });
  expect(one.bytes.toString()).toBe("one");
  const inMemory = readValue(await client.next());
  expect(inMemory).toMatchObject({ index: 1, hasMore: false, descriptor: 3, chunkedLength: 150_000 });
  expect(await client.download(7, 150_000)).toEqual(Buffer.alloc(150_000, 1));

  // Gone from the variable, and from the disk when the snapshot ends.
  client.send(8, Verb.deleteVar, u32(0));
  expect((await client.next()).verb).toBe(Reply.done);
  client.send(9, Verb.readSnapshot, u32(0), u64(2));
  expect(readValue(await client.next())).toMatchObject({ index: 2, hasMore: false, chunkedLength: 300_000 });
  expect(await client.download(9, 300_000)).toEqual(Buffer.alloc(300_000, 2));
  expect(readValue(await client.ask(10, Verb.readSnapshot, u32(0), u64(3)))).toMatchObject({
    index: 3,
    hasMore: false,
  });
  expect((await client.ask(11, Verb.readSnapshot, u32(0), u64(4))).verb).toBe(Reply.none);
  client.raw.destroy();
  await until(() => test.server.space.stats.sessions === 0, "the session has ended");
  expect(test.server.space.stats.fileBytes).toBe(0);
});

it("what is no snapshot's is refused, and the session goes on", async () => {
  await using test = await serve();
  const client = await RawMultiplexed.ready(test);
  const other = await RawMultiplexed.ready(test);
  expect(describe(await client.ask(1, Verb.readSnapshot, u32(0), u64(0)))).toBe("bad_arguments");
  expect(describe(await client.ask(1, Verb.snapshot, byteString("nowhere")))).toBe("no_such_workspace");
  expect((await client.ask(1, Verb.snapshot)).verb).toBe(Reply.value);
  expect(describe(await client.ask(1, Verb.readSnapshot, u32(0xffff_ffff), u64(0)))).toBe("bad_arguments");
  expect(describe(await other.ask(1, Verb.snapshot))).toBe("too_many_waiting");
  expect(describe(await other.ask(1, Verb.readSnapshot, u32(0), u64(0)))).toBe("bad_arguments");
  client.raw.destroy();
  await until(() => test.server.space.stats.sessions === 1, "the session has ended");
  expect((await other.ask(1, Verb.snapshot)).verb).toBe(Reply.value);
});
