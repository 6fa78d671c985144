import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { CHUNKED, Reply, Verb } from "../../src/wire/verbs.ts";
import { serve, type TestServer, until } from "./harness.ts";
import {
  byteString,
  describe as failure,
  type RawFrame,
  RawMultiplexed,
  readValue,
  text,
  u32,
  u64,
  u8,
} from "./raw-multiplexed.ts";

const OPEN = 7; // own, persistent, create
const AGAIN = 23;

function outcome(reply: RawFrame): string {
  return reply.verb === Reply.done ? "done" : failure(reply);
}

interface Identity {
  readonly id: string;
  readonly secret: string;
}

/** A client that does just what it is told, with a session that outlives the server. */
class Regaining {
  readonly folder = mkdtempSync(join(tmpdir(), "nws-regain-"));
  test!: TestServer;
  client!: RawMultiplexed;
  identity!: Identity;

  static async begin(): Promise<Regaining> {
    const self = new Regaining();
    onTestFinished(() => rmSync(self.folder, { recursive: true }));
    await self.serve();
    self.client = await RawMultiplexed.connect(self.test);
    const { fields } = await self.client.ask(1, Verb.hello, u8(1), u32(10_000), byteString("test"));
    const idEnd = 15 + fields.readUInt16BE(13);
    self.identity = {
      id: fields.toString("latin1", 15, idEnd),
      secret: fields.toString("latin1", idEnd + 2, idEnd + 2 + fields.readUInt16BE(idEnd)),
    };
    await self.open(OPEN);
    return self;
  }

  async serve(): Promise<void> {
    this.test = await serve({ data: { folder: this.folder, durability: "fsync" }, longValueBytes: 150_000 });
    await this.test.server.load();
  }

  async restart(): Promise<void> {
    await this.test[Symbol.asyncDispose]();
    await this.serve();
  }

  async open(flags: number): Promise<void> {
    expect((await this.client.ask(1, Verb.open, u32(0), u8(flags), byteString("kept"))).verb).toBe(Reply.done);
    this.client.send(0, Verb.name, u32(0), u32(0), text("x"));
  }

  async resume({ id, secret }: Identity = this.identity): Promise<number> {
    this.client = await RawMultiplexed.connect(this.test);
    return (await this.client.ask(7, Verb.resume, byteString(id), byteString(secret), u64(0))).verb;
  }

  /** Comes back after a restart, with these bookings and leases. */
  async regain(lastBooking = 0, leases: readonly number[] = [], givenBack: readonly number[] = []): Promise<void> {
    expect(await this.resume()).toBe(Reply.restored);
    const back = [u32(givenBack.length), ...givenBack.map(u64)];
    this.client.send(0, Verb.regain, u64(lastBooking), ...back, u64(Math.max(0, ...leases)), ...leases.map(u64));
    await this.open(AGAIN);
  }

  /** The serial of what is asked next. */
  from(serial: number): void {
    this.client.send(0, Verb.serial, u64(serial));
  }

  async store(value: string): Promise<string> {
    return outcome(await this.client.ask(2, Verb.store, u32(0), u32(1), text(value)));
  }

  /** What is there to be found, without taking it. */
  async values(): Promise<string[]> {
    const found: string[] = [];
    this.client.send(3, Verb.ifindTry, u32(0), u8(4), u32(100));
    for (;;) {
      const reply = await this.client.next();
      if (reply.verb !== Reply.value) {
        return found;
      }
      const { bytes, hasMore } = readValue(reply);
      found.push(bytes.toString());
      if (!hasMore) {
        return found;
      }
    }
  }
}

describe("a session that is regained after a restart", () => {
  it("does not do again what it has done: the same request with the same serial", async () => {
    const session = await Regaining.begin();
    await session.store("one"); // its second request, as open was the first
    await session.restart();
    await session.regain();
    session.from(2);
    expect(await session.store("one")).toBe("done");
    expect(await session.values()).toEqual(["one"]);
    session.from(3);
    expect(await session.store("two")).toBe("done");
    expect(await session.values()).toEqual(["one", "two"]);
    await session.restart();
    await session.regain();
    session.from(3);
    await session.store("two");
    session.from(9);
    await session.store("three");
    expect(await session.values()).toEqual(["one", "two", "three"]);
    await session.test[Symbol.asyncDispose]();
  });

  it("does not store again what was let in after it had waited, though it never heard of that", async () => {
    const session = await Regaining.begin();
    const { client } = session;
    // As its requests 2 and 3: most values 1; and what fills it.
    expect((await client.ask(2, Verb.declare | 0x40, u32(0), u8(1), u64(1), text("fifo"))).verb).toBe(Reply.done);
    await session.store("one");
    client.send(5, Verb.store, u32(0), u32(1), text("two"));
    await until(() => session.test.server.space.stats.waiting === 1, "the store waits");
    const other = await RawMultiplexed.connect(session.test);
    await other.ask(1, Verb.hello, u8(1), u32(0), byteString("other"));
    await other.open("kept", "x");
    await other.fetch(2);
    other.send(0, Verb.confirm, u64(1));
    expect(await client.next()).toMatchObject({ request: 5, verb: Reply.done });
    await session.restart();
    await session.regain();
    session.from(4);
    session.client.send(5, Verb.store, u32(0), u32(1), text("two"));
    expect(await session.client.next()).toMatchObject({ request: 5, verb: Reply.done });
    expect(await session.values()).toEqual(["two"]);
    await session.test[Symbol.asyncDispose]();
  });

  it("knows each request that had to wait for a large value", async () => {
    const session = await Regaining.begin();
    await session.restart();
    await session.regain();
    const { client } = session;
    const waiting = [
      [0, 10],
      [2, 20],
      [4, 30],
    ] as const;
    client.send(1, Verb.store | CHUNKED, u32(0), u32(1), u64(200_000));
    client.send(1, Verb.chunk, Buffer.alloc(100_000, "x"));
    client.send(1, Verb.chunk, Buffer.alloc(100_000, "x"));
    // All of it is there, and not yet in its file. (Frames about the connection have the number of a request, too.)
    for (const [request, serial] of waiting) {
      session.from(serial);
      client.send(request, Verb.store, u32(0), u32(1), text(`value of ${request}`));
    }
    const answers: number[] = [];
    while (answers.length < 4) {
      const reply = await client.next();
      if (reply.verb === Reply.done) {
        answers.push(reply.request);
      }
    }
    expect(answers).toEqual([1, 0, 2, 4]);
    await session.restart();
    await session.regain();
    for (const [request, serial] of waiting) {
      session.from(serial);
      const again = session.client.ask(request, Verb.store, u32(0), u32(1), text("again"));
      expect(outcome(await again)).toBe("done");
    }
    expect(session.test.server.space.workspaces.get("kept")!.valueCount).toBe(4);
    await session.test[Symbol.asyncDispose]();
  });

  it("has the values that it says it has; others are back, and numbers that it has seen are not given again", async () => {
    const session = await Regaining.begin();
    for (const value of ["a", "b", "c", "d"]) {
      await session.store(value);
    }
    const booked = readValue(await session.client.ask(4, Verb.fetch, u32(0), u8(0)));
    const unseen = readValue(await session.client.ask(4, Verb.fetch, u32(0), u8(0)));
    const held = readValue(await session.client.ask(4, Verb.fetch, u32(0), u8(1)));
    const forgotten = readValue(await session.client.ask(4, Verb.fetch, u32(0), u8(1)));
    expect([booked.booking, unseen.booking, held.lease, forgotten.lease]).toEqual([1, 2, 1, 2]);
    await session.restart();
    await session.regain(1, [1]);
    expect(await session.values()).toEqual(["b", "d"]);
    const next = readValue(await session.client.ask(4, Verb.fetch, u32(0), u8(1)));
    expect([next.bytes.toString(), next.lease > 1]).toEqual(["b", true]);
    expect(outcome(await session.client.ask(5, Verb.ack, u64(1)))).toBe("done");
    session.client.send(6, Verb.goodbye);
    await until(() => session.test.server.space.stats.sessions === 0, "it has ended");
    await session.restart();
    expect(await session.resume()).toBe(Reply.failed);
    await session.test[Symbol.asyncDispose]();
  });

  it("has given back what it says, and keeps what came after that", async () => {
    const session = await Regaining.begin();
    for (const value of ["a", "b", "c"]) {
      await session.store(value);
    }
    await session.client.ask(4, Verb.fetch, u32(0), u8(0));
    await session.client.ask(4, Verb.fetch, u32(0), u8(0));
    await session.restart();
    await session.regain(2, [], [1]);
    expect(await session.values()).toEqual(["a", "c"]);
    await session.test[Symbol.asyncDispose]();
  });

  it("is offered again when the client was cut off before it could say what it has", async () => {
    const session = await Regaining.begin();
    await session.store("one");
    await session.restart();
    expect(await session.resume()).toBe(Reply.restored);
    session.client.raw.destroy();
    const another = await RawMultiplexed.connect(session.test);
    const { id, secret } = session.identity;
    expect((await another.ask(7, Verb.resume, byteString(id), byteString(secret), u64(99))).verb).toBe(Reply.restored);
    await session.regain();
    expect(await session.values()).toEqual(["one"]);
    // Who is too late gets nothing.
    expect((await another.ask(0, Verb.regain, u64(0), u32(0), u64(0))).verb).toBe(Reply.ended);
    expect(await session.store("two")).toBe("done");
    await session.test[Symbol.asyncDispose]();
  });

  it("cannot be given numbers that no log could hold", async () => {
    const session = await Regaining.begin();
    session.from(2 ** 53 - 1);
    await session.client.raw.readToEnd();
    await session.restart();
    expect(await session.resume()).toBe(Reply.failed);
    const other = await Regaining.begin();
    await other.restart();
    expect(await other.resume()).toBe(Reply.restored);
    other.client.send(0, Verb.regain, u64(2 ** 53 - 1), u32(0), u64(0));
    await other.client.raw.readToEnd();
    await other.regain();
    expect(await other.store("one")).toBe("done");
    await other.restart();
    await Promise.all([session, other].map(({ test }) => test[Symbol.asyncDispose]()));
  });

  it("can be neither had nor ended without its secret", async () => {
    const session = await Regaining.begin();
    await session.restart();
    expect(await session.resume({ id: session.identity.id, secret: "0".repeat(32) })).toBe(Reply.failed);
    const other = await RawMultiplexed.connect(session.test);
    await other.ask(1, Verb.hello, u8(1), u32(0), byteString(""));
    const { id, secret } = session.identity;
    expect(outcome(await other.ask(2, Verb.endSession, byteString(id), byteString("")))).toBe("not_permitted");
    expect(outcome(await other.ask(2, Verb.endSession, byteString(id), byteString(secret)))).toBe("done");
    expect(await session.resume()).toBe(Reply.failed);
    await session.test[Symbol.asyncDispose]();
  });
});
