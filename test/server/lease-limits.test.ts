import { describe, expect, it } from "vitest";
import { ReadFlag, Verb } from "../../src/wire/verbs.ts";
import { serve, until } from "./harness.ts";
import { describe as failure, RawMultiplexed, readValue, u32, u64, u8 } from "./raw-multiplexed.ts";
import { RawSession } from "./raw-session.ts";

const LIMITED = ReadFlag.lease | ReadFlag.leaseLimit;

describe("a lease with a time limit", () => {
  it("ends by itself while its session is away, before the grace time does", async () => {
    await using test = await serve();
    const holder = await RawSession.ready(test, 60_000);
    await holder.store("first");
    const value = readValue(await holder.ask(2, Verb.fetch, u32(0), u8(LIMITED), u32(200)));
    expect([value.lease, value.deliveries]).toEqual([1, 1]);
    holder.cut();
    const other = await RawMultiplexed.ready(test);
    const next = await other.fetch(2, ReadFlag.lease);
    expect([next.bytes.toString(), next.deliveries]).toEqual(["first", 2]);
    await holder.resume();
    expect(failure(await holder.ask(3, Verb.ack, u64(1)))).toBe("lease_lost");
    expect(failure(await holder.ask(3, Verb.extend, u64(1), u32(500)))).toBe("lease_lost");
  });

  it("ends with its session when that is sooner, and its time is forgotten", async () => {
    await using test = await serve();
    const holder = await RawSession.ready(test, 0);
    const other = await RawMultiplexed.ready(test);
    await holder.store("first");
    const idle = test.server.deadlines.count;
    await holder.ask(2, Verb.fetch, u32(0), u8(LIMITED), u32(600_000));
    expect(test.server.deadlines.count).toBe(idle + 1);
    holder.cut();
    await until(() => test.server.space.stats.sessions === 1, "the session is over");
    expect(test.server.deadlines.count).toBe(idle);
    other.send(2, Verb.fetch, u32(0), u8(0));
    expect(failure(await other.next())).toBe("no_such_workspace");
  });

  it("is forgotten when the lease is ended", async () => {
    await using test = await serve();
    const client = await RawMultiplexed.ready(test);
    const idle = test.server.deadlines.count;
    const fetch = async (): Promise<number> => {
      await client.store(2, "one");
      const most = [u32(0), u8(LIMITED), u32(600_000)];
      return readValue(await client.ask(3, Verb.fetch, ...most)).lease;
    };
    const leases = [await fetch(), await fetch(), await fetch()];
    expect(test.server.deadlines.count).toBe(idle + 3);
    await client.ask(4, Verb.extend, u64(leases[0]!), u32(700_000));
    expect(test.server.deadlines.count).toBe(idle + 3);
    await client.ask(4, Verb.extend, u64(leases[0]!), u32(0));
    expect(test.server.deadlines.count).toBe(idle + 2);
    await client.ask(4, Verb.ack, u64(leases[0]!));
    await client.ask(4, Verb.release, u8(1), u64(leases[1]!));
    await client.ask(4, Verb.complete, u64(leases[2]!), u32(0), u32(1), Buffer.from("done"));
    expect(test.server.deadlines.count).toBe(idle);
  });

  it("is none when the limit is 0, or when the value is not on lease", async () => {
    await using test = await serve();
    const client = await RawMultiplexed.ready(test);
    const idle = test.server.deadlines.count;
    await client.store(2, "one");
    await client.store(2, "two");
    expect(readValue(await client.ask(3, Verb.fetch, u32(0), u8(LIMITED), u32(0))).lease).toBe(1);
    expect(readValue(await client.ask(3, Verb.fetch, u32(0), u8(ReadFlag.leaseLimit), u32(9))).booking).toBe(1);
    expect(test.server.deadlines.count).toBe(idle);
  });
});
