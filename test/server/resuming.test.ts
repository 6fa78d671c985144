import { describe, expect, it } from "vitest";
import { Reply, Verb } from "../../src/wire/verbs.ts";
import { serve, type TestServer, until } from "./harness.ts";
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
import { RawSession } from "./raw-session.ts";

/** What a client says in the small exchange that is cut everywhere. */
const said = Buffer.concat([
  frame(1, Verb.open, u32(0), u8(5), byteString("w")),
  frame(0, Verb.name, u32(0), u32(0), text("x")),
  frame(2, Verb.store, u32(0), u32(1), text("first")),
  frame(3, Verb.fetch, u32(0), u8(0)),
  frame(4, Verb.find, u32(0), u8(0)),
  frame(5, Verb.store, u32(0), u32(1), text("second")),
  frame(0, Verb.confirm, u64(1)),
  frame(6, Verb.fetch, u32(0), u8(1)),
  frame(7, Verb.ping),
]);

async function sessionsAreOver(test: TestServer, count = 0): Promise<void> {
  await until(() => test.server.space.stats.sessions === count, `${count} sessions are left`);
}

describe("a session whose connection breaks", () => {
  it("goes on where it was, wherever the client's bytes were cut", async () => {
    await using test = await serve();
    const whole = await RawSession.begin(test);
    whole.write(said);
    const answers = await readUntilPing(whole);
    await whole.ask(8, Verb.goodbye);
    for (let cut = 0; cut <= said.length; cut++) {
      const session = await RawSession.begin(test);
      session.client.raw.socket.end(said.subarray(0, cut));
      session.sent = said;
      await session.resume();
      expect((await readUntilPing(session)).equals(answers), `cut at ${cut}`).toBe(true);
      await session.ask(8, Verb.goodbye);
    }
    await sessionsAreOver(test);
  });

  it("is sent again just what it has not received, wherever the server's bytes were cut", async () => {
    await using test = await serve();
    const whole = await RawSession.begin(test);
    whole.write(said);
    const answers = await readUntilPing(whole);
    await whole.ask(8, Verb.goodbye);
    for (let cut = 0; cut <= answers.length; cut++) {
      const session = await RawSession.begin(test);
      session.write(said);
      await readUntilPing(session);
      session.cut();
      await session.resume(cut);
      const again = await session.client.raw.read(answers.length - cut);
      expect(again.equals(answers.subarray(cut)), `cut at ${cut}`).toBe(true);
      await session.client.ask(8, Verb.goodbye);
    }
    await sessionsAreOver(test);
  });

  it("may be cut again and again, also before it has received anything", async () => {
    await using test = await serve();
    const session = await RawSession.ready(test);
    for (let i = 0; i < 20; i++) {
      session.send(i + 1, Verb.store, u32(0), u32(1), text(`${i}`));
      session.cut();
      await session.resume();
      if (i % 3 === 0) {
        session.cut();
        await session.resume();
      }
    }
    for (let i = 0; i < 20; i++) {
      expect(await session.next()).toMatchObject({ request: i + 1, verb: Reply.done });
    }
    for (let i = 0; i < 20; i++) {
      expect(await session.fetch()).toBe(`${i}`);
    }
  });

  it("keeps its place among those who wait, and what comes for it meanwhile", async () => {
    await using test = await serve();
    const first = await RawSession.ready(test);
    first.send(5, Verb.fetch, u32(0), u8(0));
    await until(() => test.server.space.stats.waiting === 1, "the first waits");
    const second = await RawMultiplexed.ready(test);
    second.send(5, Verb.fetch, u32(0), u8(0));
    await until(() => test.server.space.stats.waiting === 2, "both wait");
    first.cut();
    const storing = await RawMultiplexed.ready(test);
    await storing.store(1, "for the first");
    await storing.store(1, "for the second");
    expect(readValue(await second.next()).bytes.toString()).toBe("for the second");
    await first.resume();
    expect(readValue(await first.next()).bytes.toString()).toBe("for the first");
  });

  it("owns, leases and times out as if nothing had happened", async () => {
    await using test = await serve();
    const session = await RawSession.ready(test);
    await session.store("task");
    const { lease } = readValue(await session.ask(2, Verb.fetch, u32(0), u8(1)));
    session.send(3, Verb.fetch, u32(0), u8(2), u32(20));
    await until(() => test.server.space.stats.waiting === 1, "it waits");
    session.cut();
    await until(() => test.server.space.stats.waiting === 0, "the wait has timed out");
    await session.resume();
    expect(failure(await session.next())).toBe("timed_out");
    expect((await session.ask(4, Verb.ack, u64(lease))).verb).toBe(Reply.done);
    const listing = readValue(await session.ask(5, Verb.listWss, text("w"))).bytes.toString();
    expect(listing).toMatch(/^>w\t/);
  });

  it("goes on with large values, up and down", async () => {
    await using test = await serve({ longValueBytes: 300_000 });
    for (const length of [200_000, 2_500_000]) {
      const session = await RawSession.ready(test);
      const value = Buffer.alloc(length, "some bytes ");
      session.send(1, Verb.store | 0x80, u32(0), u32(3), u64(length));
      let at = 0;
      let credit = 1_048_576;
      for (let cuts = 0; at < length; cuts++) {
        while (at < length && credit > 0) {
          const end = Math.min(length, at + 100_000, at + credit);
          session.send(1, Verb.chunk, value.subarray(at, end));
          credit -= end - at;
          at = end;
        }
        session.cut();
        await session.resume();
        if (at < length) {
          let reply = await session.next();
          while (reply.verb !== Reply.credit) {
            expect(reply.verb).toBe(Reply.received);
            reply = await session.next();
          }
          credit += reply.fields.readUInt32BE(0);
        }
      }
      let reply = await session.next();
      while (reply.verb !== Reply.done) {
        expect([Reply.credit, Reply.received]).toContain(reply.verb);
        reply = await session.next();
      }
      session.send(2, Verb.fetch, u32(0), u8(0));
      reply = await session.next();
      while (reply.verb === Reply.received) {
        reply = await session.next();
      }
      expect(readValue(reply).chunkedLength).toBe(length);
      const parts: Buffer[] = [];
      let got = 0;
      for (let chunks = 1; got < length; chunks++) {
        reply = await session.next();
        if (reply.verb === Reply.chunk) {
          got += reply.fields.length;
          parts.push(reply.fields);
          session.send(2, Verb.credit, u32(reply.fields.length));
        }
        if (chunks % 2 === 0) {
          session.cut();
          await session.resume();
        }
      }
      expect(Buffer.concat(parts).equals(value)).toBe(true);
      session.send(3, Verb.goodbye);
      await sessionsAreOver(test);
    }
  });

  it("takes the place of a connection that still seems to live", async () => {
    await using test = await serve();
    const session = await RawSession.ready(test);
    const old = session.client;
    await session.store("v");
    await session.resume();
    expect(await old.raw.readToEnd()).toHaveLength(0);
    expect(await session.fetch()).toBe("v");
    expect(test.server.connectionCount).toBe(1);
  });

  it("is on the last one of two connections that resume it at once", async () => {
    await using test = await serve();
    const session = await RawSession.ready(test);
    await session.store("v");
    session.cut();
    const [one, other] = await Promise.all([session.tryResume(), session.tryResume()]);
    expect([one.answer.verb, other.answer.verb]).toEqual([Reply.resumed, Reply.resumed]);
    const ends = [one, other].map(async ({ client }) => {
      client.send(9, Verb.ping);
      return client.next().then(
        ({ verb }) => verb,
        () => "cut",
      );
    });
    expect((await Promise.all(ends)).sort()).toEqual([Reply.done, "cut"]);
    await until(() => test.server.connectionCount === 1, "one connection is left");
  });
});

describe("a session that is not resumed", () => {
  it("ends when its grace time is over: what it had goes back, what it owned is gone", async () => {
    await using test = await serve();
    const session = await RawSession.ready(test, 50);
    const other = await RawMultiplexed.ready(test);
    await other.store(1, "a");
    expect(await session.fetch()).toBe("a");
    session.cut();
    await sessionsAreOver(test, 1);
    expect(failure(await other.ask(2, Verb.fetchTry, u32(0), u8(0)))).toBe("no_such_workspace");
    expect(test.server.deadlines.count).toBe(0);
    const { answer } = await session.tryResume();
    expect(failure(answer)).toBe("session_lost");
  });

  it("ends at once when it says goodbye, when another ends it, and at a breach of the protocol", async () => {
    await using test = await serve();
    const polite = await RawSession.ready(test);
    expect((await polite.ask(2, Verb.goodbye)).verb).toBe(Reply.done);
    await sessionsAreOver(test);

    const away = await RawSession.ready(test);
    away.cut();
    const other = await RawMultiplexed.ready(test);
    const ended = await other.ask(2, Verb.endSession, byteString(away.id), byteString(away.secret));
    expect(ended.verb).toBe(Reply.done);
    await sessionsAreOver(test, 1);

    const wrong = await RawSession.ready(test);
    wrong.send(1, Verb.hello, u8(1), u32(0), byteString(""));
    expect(await wrong.client.raw.readToEnd()).toHaveLength(0);
    await sessionsAreOver(test, 1);
    for (const each of [polite, away, wrong]) {
      expect(failure((await each.tryResume()).answer)).toBe("session_lost");
    }
  });

  it("ends with the server, which says so to those who are there and does not wait for those who are away", async () => {
    const test = await serve();
    const there = await RawSession.ready(test);
    there.send(5, Verb.fetch, u32(0), u8(0));
    const away = await RawSession.begin(test);
    away.cut();
    await until(() => test.server.space.stats.waiting === 1, "one waits");
    const stopped = test[Symbol.asyncDispose]();
    expect(failure(await there.next())).toBe("shutting_down");
    const { verb, fields } = await there.next();
    expect(verb).toBe(Reply.ended);
    expect(failure({ request: 0, verb: Reply.failed, fields })).toBe("shutting_down");
    expect(await there.client.raw.readToEnd()).toHaveLength(0);
    there.cut();
    await stopped;
  });
});

describe("resume", () => {
  it("with an unknown id, a wrong secret or a count that cannot be is refused; the session goes on", async () => {
    await using test = await serve();
    const session = await RawSession.ready(test);
    const other = await RawSession.begin(test);
    session.send(0, Verb.received, u64(session.receivedCount));
    await session.store("v");
    const wrong = [
      session.tryResume(session.receivedCount, "nobody"),
      session.tryResume(session.receivedCount, session.id, other.secret),
      session.tryResume(session.receivedCount, session.id, ""),
      session.tryResume(session.receivedCount, session.id, `${session.secret}0`),
      session.tryResume(session.receivedCount + 1),
      session.tryResume(0),
    ];
    for (const { client, answer } of await Promise.all(wrong)) {
      expect(failure(answer)).toBe("session_lost");
      expect(await client.raw.readToEnd()).toHaveLength(0);
    }
    expect(await session.fetch()).toBe("v");
  });

  it("of a session without a grace time is refused", async () => {
    await using test = await serve();
    const session = await RawSession.begin(test, 0);
    expect(session.graceMs).toBe(0);
    expect(failure((await session.tryResume()).answer)).toBe("session_lost");
    await session.ask(2, Verb.ping);
  });

  it("in the middle of a session ends it", async () => {
    await using test = await serve();
    const session = await RawSession.ready(test);
    session.send(1, Verb.resume, byteString(session.id), byteString(session.secret), u64(0));
    expect(await session.client.raw.readToEnd()).toHaveLength(0);
    await sessionsAreOver(test);
  });

  it("has a place even where all connections are taken; hello has none", async () => {
    await using test = await serve({ limits: { maxConnections: 1 } });
    const session = await RawSession.ready(test);
    const { client } = session;
    const late = await RawMultiplexed.connect(test);
    expect(failure(await late.ask(1, Verb.hello, u8(1), u32(0), byteString("")))).toBe("too_many_connections");
    await session.store("v");
    await session.resume();
    expect(await client.raw.readToEnd()).toHaveLength(0);
    expect(await session.fetch()).toBe("v");
  });
});

describe("what was received", () => {
  it("is told by itself after 64 KiB, along with answers after 1 KiB, and not without a grace time", async () => {
    await using test = await serve();
    const session = await RawSession.ready(test);
    const before = session.sent.length;
    session.send(0, Verb.name, u32(1), u32(0), Buffer.alloc(500, "n"));
    await session.ask(2, Verb.ping);
    session.send(0, Verb.name, u32(1), u32(0), Buffer.alloc(700, "n"));
    await session.ask(2, Verb.ping);
    const told = await session.next();
    expect(told.verb).toBe(Reply.received);
    expect(Number(told.fields.readBigUInt64BE(0))).toBe(session.sent.length);
    expect(session.sent.length - before).toBeGreaterThanOrEqual(1024);
    for (let i = 0; i < 64; i++) {
      session.send(0, Verb.name, u32(1), u32(0), Buffer.alloc(1020, "n"));
    }
    const alone = await session.next();
    expect(alone.verb).toBe(Reply.received);
    expect(Number(alone.fields.readBigUInt64BE(0))).toBeGreaterThanOrEqual(65_536);

    const plain = await RawMultiplexed.ready(test);
    for (let i = 0; i < 100; i++) {
      plain.send(0, Verb.name, u32(1), u32(0), Buffer.alloc(1020, "n"));
    }
    expect((await plain.ask(2, Verb.ping)).verb).toBe(Reply.done);
    expect((await plain.ask(2, Verb.ping)).verb).toBe(Reply.done);
  });

  it("cannot be more than was sent", async () => {
    await using test = await serve();
    const session = await RawSession.ready(test);
    session.send(0, Verb.received, u64(session.receivedCount + 1));
    expect(await session.client.raw.readToEnd()).toHaveLength(0);
    await sessionsAreOver(test);
  });

  it("must be told: a client that never does is dropped over the limit, and its values go back", async () => {
    await using test = await serve({ limits: { maxUnsentBytes: 2_000_000 } });
    const session = await RawSession.ready(test);
    const length = 100_000;
    await session.store("v".repeat(length));
    let count = 0;
    const asking = async (): Promise<void> => {
      for (;;) {
        session.send(2, Verb.find, u32(0), u8(0));
        let reply = await session.next();
        while (reply.verb === Reply.received) {
          reply = await session.next();
        }
        count += length;
      }
    };
    await expect(asking()).rejects.toThrow(/ended/);
    expect(count).toBeGreaterThan(1_800_000);
    expect(count).toBeLessThanOrEqual(2_000_000);
    await sessionsAreOver(test);
  });

  it("is kept while the client is away, up to the limit: over it the session ends, and its values go back", async () => {
    await using test = await serve({ limits: { maxUnsentBytes: 2_000_000 } });
    const session = await RawSession.begin(test);
    await session.ask(1, Verb.open, u32(0), u8(4), byteString("w"));
    session.send(1, Verb.name, u32(0), u32(0), text("x"));
    const count = 30;
    for (let i = 0; i < count; i++) {
      session.send(10 + i, Verb.fetch, u32(0), u8(0));
    }
    await until(() => test.server.space.stats.waiting === count, "all wait");
    session.cut();
    const other = await RawMultiplexed.ready(test);
    for (let i = 0; i < 15; i++) {
      await other.store(1, "v".repeat(100_000));
    }
    expect(test.server.memory.used).toBeGreaterThan(1_400_000);
    expect(test.server.space.stats.sessions).toBe(2);
    for (let i = 0; i < 15; i++) {
      await other.store(1, "v".repeat(100_000));
    }
    await sessionsAreOver(test, 1);
    expect(test.server.memory.used).toBeLessThan(100_000);
    for (let i = 0; i < count; i++) {
      expect((await other.ask(1, Verb.fetchTry, u32(0), u8(0))).verb).toBe(Reply.value);
    }
    expect((await other.ask(1, Verb.fetchTry, u32(0), u8(0))).verb).toBe(Reply.none);
  });
});

/** The server's stream up to the answer to request 7. */
async function readUntilPing(session: RawSession): Promise<Buffer> {
  const read: Buffer[] = [];
  for (;;) {
    const { request, verb, fields } = await session.next();
    read.push(frame(request, verb, fields));
    if (request === 7) {
      return Buffer.concat(read);
    }
  }
}
