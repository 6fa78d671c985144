// What the how-to pages say of participants that die, or stand still and wake up again when others have gone on.
import { describe, expect, it, vi } from "vitest";
import { NetWorkSpace } from "../../src/client/index.ts";
import { startServer } from "../../src/host/index.ts";
import { Participant } from "./participant.ts";

const patience = { timeout: 60_000, interval: 50 };

/** What `listVars` says of a variable. */
async function variable(ws: NetWorkSpace, name: string) {
  return (await ws.listVars()).find((listing) => listing.name === name);
}

/** Resolves when so many clients wait to fetch it. */
function fetchers(ws: NetWorkSpace, name: string, count: number): Promise<unknown> {
  return vi.waitUntil(async () => (await variable(ws, name))?.fetchers === count, patience);
}

/** Resolves when so many of its values are on lease, or booked. */
function booked(ws: NetWorkSpace, name: string, count: number): Promise<unknown> {
  return vi.waitUntil(async () => (await variable(ws, name))?.booked === count, patience);
}

/** A server, a session of the test's own in a workspace of it, and programs of the examples; all end with the test. */
async function stage(workspace: string, options: { readonly useUse?: boolean } = {}) {
  const server = await startServer({ port: 0 });
  const ws = new NetWorkSpace(workspace, { serverHost: "127.0.0.1", serverPort: server.port, ...options });
  const participants: Participant[] = [];
  return {
    ws,
    start(program: string, ...args: string[]): Participant {
      const participant = new Participant(server.port, program, ...args);
      participants.push(participant);
      return participant;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(participants.map((participant) => participant.kill()));
      await ws.close();
      await server.stop();
    },
  };
}

/** One with the keeper of the lock, who is ready. */
async function stageWithKeeper() {
  const own = await stage("plotter", { useUse: true });
  own.start("lock/keeper.mjs");
  await own.ws.find("lock");
  return own;
}

describe.skipIf(process.platform === "win32")("the how-to pages, when a participant dies or stands still:", () => {
  it("lock: a holder that was stopped past its lease moves nothing when it goes on", async () => {
    await using own = await stageWithKeeper();
    const { ws } = own;

    const paused = own.start("lock/holder.mjs", "4", "6");
    await paused.prints("fence 1: the pen is at 0");
    paused.stop();
    for (const fence of [2, 3]) {
      const other = own.start("lock/holder.mjs", "0", "60");
      expect(await other.ended()).toEqual([
        `fence ${fence}: the pen is at ${fence - 2}`,
        `fence ${fence}: the pen is at ${fence - 1}`,
      ]);
    }
    paused.goOn();

    expect(await paused.ended()).toEqual(["fence 1: the pen is at 0", "fence 1: fence 1 is older than 3"]);
    expect(await ws.find("position")).toBe(2);
    expect(await ws.find("lock")).toBe(3);
  }, 120_000);

  it("lock: one that shows its fence only after it has lost the lock is refused at once", async () => {
    await using own = await stageWithKeeper();
    const { ws } = own;
    const lease = await ws.fetch<number>("lock", { lease: 100 }); // a holder that stands still before its first request
    const other = own.start("lock/holder.mjs", "0", "60");
    await other.ended();

    await ws.store("requests", { fence: lease.value + lease.deliveries, reply: "late" });
    expect(await ws.fetch("late")).toEqual({ refused: "fence 1 is older than 2" });
    await expect(lease.complete("lock", 1)).rejects.toMatchObject({ code: "lease_lost" });
  }, 120_000);

  it("lock: nobody but the keeper can move the pen", async () => {
    await using own = await stageWithKeeper();
    const { ws } = own;
    await expect(ws.store("position", 17)).rejects.toMatchObject({ code: "not_permitted" });
    await expect(ws.deleteVar("position")).rejects.toMatchObject({ code: "not_permitted" });
  }, 120_000);

  it("lock: a holder that is killed gives way to the next, with a greater fence", async () => {
    await using own = await stageWithKeeper();
    const killed = own.start("lock/holder.mjs", "60", "120");
    await killed.prints("fence 1: the pen is at 0");
    await killed.kill();
    const next = own.start("lock/holder.mjs", "0", "60");
    expect(await next.ended()).toEqual(["fence 2: the pen is at 0", "fence 2: the pen is at 1"]);
  }, 120_000);

  it("lock: a balance that somebody else has changed meanwhile is not written over", async () => {
    await using own = await stage("accounts");
    const { ws } = own;
    await ws.store("balance", 100);
    const paused = own.start("lock/account.mjs", "10", "4", "20");
    await paused.prints("has 100");
    paused.stop();
    const other = own.start("lock/account.mjs", "1", "0", "60");
    await other.ended();
    paused.goOn();
    expect(await paused.ended()).toEqual(["has 100", "too late: nothing was changed", "has 101"]);
    expect(await ws.find("balance")).toBe(111);
  }, 120_000);

  it("work-queue: the job of a worker that was killed is done by another", async () => {
    await using own = await stage("jobs");
    const { ws } = own;
    await ws.store("todo", { id: 1, text: "one two three", seconds: 2 });
    const first = own.start("work-queue/worker.mjs");
    await booked(ws, "todo", 1);
    await first.kill();
    own.start("work-queue/worker.mjs");
    expect(await ws.fetch("done")).toEqual({ id: 1, words: 3 });
  }, 120_000);

  it("work-queue: a job that three workers have died of is given up", async () => {
    await using own = await stage("jobs");
    const { ws } = own;
    await ws.store("todo", { id: 1, text: "poison", seconds: 600 });
    for (let death = 0; death < 3; death++) {
      const worker = own.start("work-queue/worker.mjs");
      await booked(ws, "todo", 1);
      await worker.kill();
      await booked(ws, "todo", 0);
    }
    own.start("work-queue/worker.mjs");
    expect(await ws.fetch("done")).toEqual({ id: 1, error: "three workers have died of it" });
  }, 120_000);

  it("barrier: a member that is killed and started again is counted once", async () => {
    await using own = await stage("barrier");
    const { ws } = own;
    await ws.store("turn", { step: 0, arrived: [] });
    const member = (rank: number) => own.start("barrier/member.mjs", String(rank), "3", "2");
    const turn = (step: number, arrived: number[]) =>
      vi.waitUntil(async () => {
        const now = await ws.find<{ step: number; arrived: number[] }>("turn");
        return now.step === step && now.arrived.toSorted().join() === arrived.join();
      }, patience);

    const first = member(0);
    const killed = member(2);
    await turn(0, [0, 2]);
    await killed.kill();
    while ((await ws.fetchTry("log")) !== undefined) {
      // what both have said before
    }
    const again = member(2);
    expect(await ws.fetch("log")).toBe("step 0: member 2 is ready");
    await vi.waitUntil(async () => (await variable(ws, "turn"))?.finders === 2, patience); // 2 has arrived again, and waits
    await turn(0, [0, 2]);
    const last = member(1);
    await Promise.all([first.ended(), again.ended(), last.ended()]);
    expect(await ws.find("turn")).toEqual({ step: 2, arrived: [] });
  }, 120_000);

  it("barrier: who deletes the turn tells all that he gives up", async () => {
    await using own = await stage("barrier");
    const { ws } = own;
    await ws.store("turn", { step: 0, arrived: [] });
    const member = own.start("barrier/member.mjs", "0", "2", "1");
    await vi.waitUntil(async () => (await variable(ws, "turn"))?.finders === 1, patience);
    await ws.deleteVar("turn");
    await expect(member.ended()).rejects.toThrow("somebody has given up");
  }, 120_000);

  it("pipeline: nothing is lost or doubled when a stage is killed with something in its hands", async () => {
    await using own = await stage("pipeline");
    const { ws } = own;
    const source = own.start("pipeline/source.mjs");
    const parse = own.start("pipeline/stage.mjs", "parse");
    const killed = own.start("pipeline/stage.mjs", "convert");
    await vi.waitUntil(async () => (await variable(ws, "celsius"))?.values === 10, patience);
    await booked(ws, "numbers", 1); // the pipeline is full, and the stage waits for room with the eleventh
    await killed.kill();
    own.start("pipeline/stage.mjs", "convert");
    const sink = own.start("pipeline/sink.mjs");
    expect(await sink.ended()).toEqual([Array.from({ length: 21 }, (_, i) => 5 * i).join(" ")]);
    await source.ended();
    expect(parse.lines).toEqual([]);
  }, 120_000);

  it("rpc: a request that a service took and did not answer is answered by another", async () => {
    await using own = await stage("calculator");
    const { ws } = own;
    const killed = own.start("rpc/service.mjs");
    await ws.store("requests", { method: "later", args: [2, "done"], reply: "mine" });
    await booked(ws, "requests", 1);
    const other = own.start("rpc/service.mjs");
    await fetchers(ws, "requests", 1); // by now the first one is at work
    await killed.kill();
    expect(await ws.fetch("mine")).toEqual({ result: "done" });
    expect(other.lines).toEqual([]);
  }, 120_000);

  it("leader-election: another leads when the leader is killed", async () => {
    await using own = await stage("election");
    const { ws } = own;
    await ws.store("leader", { name: "nobody", term: 0 });
    await ws.store("token", 0);
    const ann = own.start("leader-election/candidate.mjs", "Ann");
    await ann.prints("Ann leads, term 1");
    const bob = own.start("leader-election/candidate.mjs", "Bob");
    await fetchers(ws, "token", 1);
    expect(bob.lines).toEqual([]);
    await ann.kill();
    await bob.prints("Bob leads, term 2");
    await vi.waitUntil(async () => (await ws.find<{ name: string }>("leader")).name === "Bob", patience);
  }, 120_000);

  it("leader-election: a leader that stood still steps down, and does not say that it leads", async () => {
    await using own = await stage("election");
    const { ws } = own;
    await ws.store("leader", { name: "nobody", term: 0 });
    await ws.store("token", 0);
    const announcement = await ws.fetch<object>("leader", { lease: true }); // so that Ann cannot announce herself yet
    const ann = own.start("leader-election/candidate.mjs", "Ann");
    await ann.prints("Ann leads, term 1");
    ann.stop();
    const bob = own.start("leader-election/candidate.mjs", "Bob");
    await bob.prints("Bob leads, term 2");
    await announcement.complete("leader", { name: "Bob", term: 2 });
    ann.goOn();
    await ann.prints("Ann leads no more");
    expect(await ws.find("leader")).toEqual({ name: "Bob", term: 2 });
  }, 120_000);
});
