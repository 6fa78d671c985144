import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/log/index.ts";
import { LANDING_BYTES } from "../../src/server/landing.ts";
import { RankBy, RankOf, Reply, Verb } from "../../src/wire/verbs.ts";
import { serve, until } from "./harness.ts";
import { classicRequest, RawClassic } from "./raw-classic.ts";
import { byteString, frame, RawMultiplexed, u32 } from "./raw-multiplexed.ts";
import { RawSession } from "./raw-session.ts";

const COUNT = 5000;
/** What takes far longer than another client's request is on its way. */
const MANY = 40_000;

/** Time passes when somebody looks: so every turn is over after a few requests, however fast the machine is. */
function restlessClock(): typeof systemClock {
  let now = 0;
  return { ...systemClock, now: () => (now += 1) };
}

describe("a client that sends thousands of requests at once", () => {
  it("lets others have theirs in between, and gets its answers in order (multiplexed)", async () => {
    await using test = await serve({ clock: restlessClock() });
    const greedy = await RawMultiplexed.ready(test);
    const other = await RawMultiplexed.ready(test);
    greedy.raw.write(Buffer.concat(Array.from({ length: MANY }, (_, request) => frame(request, Verb.ping))));
    const whenAnswered = other.ask(1, Verb.ping).then(({ verb }) => ({ verb, operations: operations(test, 0) }));
    const { verb, operations: soFar } = await whenAnswered;
    expect(verb).toBe(Reply.done);
    expect(soFar).toBeLessThan(MANY);
    for (let request = 0; request < MANY; request++) {
      expect(await greedy.next()).toMatchObject({ request, verb: Reply.done });
    }
  });

  it("lets others have theirs in between, and gets its answers in order (classic)", async () => {
    await using test = await serve({ clock: restlessClock() });
    const greedy = await RawClassic.to(test);
    const other = await RawClassic.to(test);
    await greedy.short("use ws", "w", "", "no");
    // (It is known to the server then.)
    await other.short("use ws", "w", "", "no");
    const stores = Array.from({ length: MANY }, (_, i) => classicRequest("store", "w", "x", "1", String(i)));
    greedy.raw.write(Buffer.concat(stores));
    expect(await other.short("use ws", "w", "", "no")).toBe(0);
    expect(operations(test, 0)).toBeLessThan(MANY);
    expect((await greedy.raw.read(4 * MANY)).toString()).toBe("0000".repeat(MANY));
    for (let i = 0; i < 200; i++) {
      expect(await other.fetchText("w", "x")).toBe(String(i));
    }
  });

  it("is not read much further than it is handled", async () => {
    await using test = await serve({ clock: restlessClock() });
    const greedy = await RawMultiplexed.ready(test);
    const ping = frame(1, Verb.ping);
    const count = 300_000;
    greedy.raw.write(Buffer.concat(Array<Buffer>(count).fill(ping)));
    let mostUnread = 0;
    await until(() => {
      const [view] = test.server.clients();
      mostUnread = Math.max(mostUnread, view!.bytesIn - view!.operations * ping.length);
      return view!.operations > count;
    }, "all are handled");
    expect(mostUnread).toBeGreaterThan(0);
    expect(mostUnread).toBeLessThan(3 * LANDING_BYTES);
  });

  it("is answered though it hangs up when all is sent (multiplexed)", async () => {
    await using test = await serve({ clock: restlessClock() });
    const greedy = await RawMultiplexed.ready(test);
    greedy.raw.socket.end(Buffer.concat(Array.from({ length: COUNT }, (_, request) => frame(request, Verb.ping))));
    expect(await greedy.raw.readToEnd()).toHaveLength(9 * COUNT);
  });

  it("loses nothing when its connection breaks and it comes back before all is handled", async () => {
    await using test = await serve({ clock: restlessClock() });
    const greedy = await RawSession.begin(test);
    for (let request = 0; request < COUNT; request++) {
      greedy.send(request, Verb.ping);
    }
    await until(() => operations(test, 0) > 100, "the first are handled");
    greedy.client.raw.socket.end();
    await greedy.resume(0);
    for (let request = 0; request < COUNT;) {
      const reply = await greedy.next();
      if (reply.verb !== Reply.received) {
        expect(reply).toMatchObject({ request, verb: Reply.done });
        request++;
      }
    }
    expect((await greedy.ask(1, Verb.ping)).verb).toBe(Reply.done);
  });

  it("is answered though it hangs up when all is sent (classic)", async () => {
    await using test = await serve({ clock: restlessClock() });
    const greedy = await RawClassic.to(test);
    await greedy.short("use ws", "w", "", "no");
    const stores = Array.from({ length: COUNT }, (_, i) => classicRequest("store", "w", "x", "1", String(i)));
    greedy.raw.socket.end(Buffer.concat(stores));
    expect(await greedy.raw.readToEnd()).toHaveLength(4 * COUNT);
  });
});

it("after each request that looks at all there is, others have their turn", async () => {
  // However quick they are: no time passes.
  await using test = await serve({ clock: { ...systemClock, now: () => 0 } });
  const greedy = await RawMultiplexed.ready(test);
  const other = await RawMultiplexed.ready(test);
  const count = 1000;
  const rank = frame(1, Verb.rank, Buffer.of(RankOf.variables, RankBy.values), u32(1), byteString(""));
  greedy.raw.write(Buffer.concat(Array<Buffer>(count).fill(rank)));
  await other.ask(1, Verb.ping);
  expect(operations(test, 0)).toBeLessThan(count);
  for (let i = 0; i < count; i++) {
    expect(await greedy.next()).toMatchObject({ request: 1, verb: Reply.value });
  }
});

function operations(
  { server }: { readonly server: { clients(): Iterable<{ readonly operations: number }> } },
  which: number,
): number {
  return [...server.clients()][which]?.operations ?? 0;
}
