import { describe, expect, it } from "vitest";
import type { Server } from "../../src/server/server.ts";
import { Reply, Verb } from "../../src/wire/verbs.ts";
import { serve, until } from "./harness.ts";
import { classicRequest, RawClassic } from "./raw-classic.ts";
import { RawMultiplexed, u32, u8 } from "./raw-multiplexed.ts";
import { RawSocket } from "./raw-socket.ts";

describe("a classic session", () => {
  it("answers pipelined requests in order", async () => {
    await using test = await serve();
    const client = await RawClassic.to(test);
    const requests = [
      classicRequest("open ws", "w", "me", "no"),
      classicRequest("store", "w", "x", "1", "one"),
      classicRequest("store", "w", "x", "1", "two"),
      classicRequest("fetch", "w", "x"),
      classicRequest("fetchTry", "w", "x"),
      classicRequest("fetchTry", "w", "x"),
    ];
    client.raw.write(Buffer.concat(requests));
    expect([await client.readShort(), await client.readShort(), await client.readShort()]).toEqual([0, 0, 0]);
    expect((await client.readLong()).text).toBe("one");
    expect((await client.readLong()).text).toBe("two");
    expect((await client.readLong()).status).toBe(1);
  });

  it("answers a wrong number of arguments in the verb's own shape, and an unknown verb with a short reply", async () => {
    await using test = await serve();
    const client = await RawClassic.to(test);
    for (const verb of ["open ws", "use ws", "delete ws", "declare var", "delete var", "store", "deadman"]) {
      expect(await client.short(verb, "1", "2", "3", "4", "5", "6"), verb).toBe(1);
    }
    for (const verb of [
      "fetch",
      "fetchTry",
      "find",
      "findTry",
      "ifetch",
      "ifind",
      "list wss",
      "list vars",
      "mktemp ws",
    ]) {
      expect(await client.long(verb, "1", "2", "3", "4", "5"), verb).toMatchObject({
        status: 1,
        descriptor: 0,
        text: "",
      });
    }
    expect(await client.short("no such verb", "a")).toBe(1);
    expect(await client.short()).toBe(1);
    expect(await client.short("open ws", "w", "me", "maybe")).toBe(1);
  });

  it("says why in the metadata of a failure, where that was agreed on", async () => {
    await using test = await serve();
    const raw = await RawSocket.to(test);
    raw.write("X000R00000010018MetadataFromServer00011");
    const offer = "P0000004";
    expect((await raw.read(offer.length)).toString()).toBe(offer);
    await raw.read(
      "0016MetadataToServer0000".length +
        "0018MetadataFromServer0000".length +
        "0012Authenticate0013SCRAM-SHA-256".length +
        "0009Multiplex0000".length,
    );
    expect((await raw.read(4)).toString()).toBe("A000");
    raw.write(classicRequest("store", "w", "x", "1", "v"));
    const sentence = "workspace 'w' was not opened or used by this session; open it first";
    const reply = `00010009nwsReason${String(sentence.length).padStart(4, "0")}${sentence}2001`;
    expect((await raw.read(reply.length)).toString()).toBe(reply);
    raw.write(classicRequest("open ws", "w", "me", "no"));
    expect((await raw.read(8)).toString()).toBe("00000000");
  });

  it("gets an error and is closed for a request that comes while another one waits", async () => {
    await using test = await serve();
    const client = await RawClassic.to(test);
    await client.short("open ws", "w", "me", "no");
    client.send("fetch", "w", "x");
    client.send("store", "w", "x", "1", "v");
    expect((await client.raw.readToEnd()).toString()).toBe("0001");
    await until(() => test.server.space.stats.sessions === 0, "it is gone");
    expect(test.server.space.stats.waiting).toBe(0);
  });

  it("closes at a count or length that is not decimal, and answers what came before", async () => {
    await using test = await serve();
    for (const bad of ["00x1", "0001000000000000000000-1"]) {
      const client = await RawClassic.to(test);
      client.raw.write(Buffer.concat([classicRequest("open ws", "w", "me", "no"), Buffer.from(bad)]));
      expect((await client.raw.readToEnd()).toString()).toBe("0000");
    }
  });

  it("keeps a value that went to the kernel, and gives back one that did not", async () => {
    await using test = await serve({ longValueBytes: 100_000_000 });
    const client = await RawClassic.to(test);
    await client.short("open ws", "w", "me", "yes");
    await client.short("store", "w", "x", "1", "taken");
    expect(await client.fetchText("w", "x")).toBe("taken");
    // More than the kernel takes from a client that does not read.
    const large = Buffer.alloc(64_000_000);
    await client.short("store", "w", "x", "1", large);
    client.raw.socket.pause();
    client.send("fetch", "w", "x");
    const other = await RawMultiplexed.ready(test);
    await until(() => !hasFree(test.server), "it is booked");
    client.raw.destroy();
    await until(() => test.server.space.stats.sessions === 1, "it is gone");
    const { chunkedLength } = await other.fetch(1);
    expect(chunkedLength).toBe(large.length);
  });

  it("gives back a value whose client was gone when it was written", async () => {
    await using test = await serve();
    const other = await RawMultiplexed.ready(test);
    for (let round = 0; round < 20; round++) {
      await other.store(1, "v");
      const client = await RawClassic.to(test);
      await client.short("use ws", "w", "", "no");
      client.send("fetch", "w", "x");
      client.raw.socket.resetAndDestroy();
      await until(() => test.server.space.stats.sessions === 1, "it is gone");
      expect((await other.ask(1, Verb.fetchTry, u32(0), u8(0))).verb).toBe(Reply.value);
    }
  });

  it("stops waiting when its client is gone, and gets no value", async () => {
    await using test = await serve();
    const waiting = await RawClassic.to(test);
    await waiting.short("open ws", "w", "me", "yes");
    waiting.send("fetch", "w", "x");
    await until(() => test.server.space.stats.waiting === 1, "it waits");
    waiting.raw.destroy();
    await until(() => test.server.space.stats.waiting === 0, "it waits no more");
    const other = await RawMultiplexed.ready(test);
    await other.store(1, "v");
    expect((await other.fetch(1)).bytes.toString()).toBe("v");
  });

  it("answers all that came before its client stopped sending", async () => {
    await using test = await serve();
    const raw = await RawSocket.to(test, true);
    raw.socket.end(
      Buffer.concat([
        Buffer.from("2222"),
        classicRequest("open ws", "w", "me", "no"),
        classicRequest("store", "w", "x", "1", "v".repeat(1_000_000)),
        classicRequest("find", "w", "x"),
      ]),
    );
    expect(await raw.readToEnd()).toHaveLength(4 + 4 + 4 + 84 + 1_000_000);
  });

  it("shows labels without what would break a listing", async () => {
    await using test = await serve();
    const client = await RawClassic.to(test);
    await client.short("open ws", "w", "a\tb\nc\0d", "no");
    const { text: line } = await client.long("list wss", "w");
    expect(line).toMatch(/^>w\t127\.0\.0\.1:\d+ \(a b c d\)\tFalse\t0\t\n$/);
  });

  it("gets internal for a bug of ours in the shape of the verb, and goes on", async () => {
    await using test = await serve();
    const client = await RawClassic.to(test);
    const { space } = test.server;
    const mended = space.listWss.bind(space);
    space.listWss = () => {
      throw new Error("a bug");
    };
    expect(await client.long("list wss")).toMatchObject({ status: 2000, text: "" });
    space.listWss = mended;
    expect((await client.long("list wss")).status).toBe(0);
  });

  it("takes a value that a multiplexed client stored, at once when it waits for it", async () => {
    await using test = await serve();
    const classic = await RawClassic.to(test);
    await classic.short("use ws", "w", "", "no");
    classic.send("fetch", "w", "x");
    const other = await RawMultiplexed.ready(test);
    await until(() => test.server.space.stats.waiting === 1, "it waits");
    await other.store(1, "v");
    expect((await classic.readLong()).text).toBe("v");
    expect((await other.ask(1, Verb.fetchTry, u32(0), u8(0))).verb).toBe(Reply.none);
  });
});

/** Whether variable `x` of workspace `w` has a value that is not booked. */
function hasFree({ space }: Server): boolean {
  let listing = "";
  const unexpected = (): never => {
    throw new Error("only a text was expected");
  };
  const session = space.join(
    {
      text: (_request, text) => (listing = text),
      done: () => undefined,
      none: unexpected,
      failed: unexpected,
      value: unexpected,
    },
    "watcher",
  );
  space.open(session, 1, "w", { own: false, persistent: false, create: false, label: "" });
  space.listVars(session, 1, "w", false);
  space.end(session);
  return listing.split("\t")[1] !== "0";
}
