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

async function serverWith(workspace: string) {
  const server = await startServer({ port: 0 });
  const ws = new NetWorkSpace(workspace, { serverHost: "127.0.0.1", serverPort: server.port });
  return {
    ws,
    port: server.port,
    async [Symbol.asyncDispose]() {
      await ws.close();
      await server.stop();
    },
  };
}

describe.skipIf(process.platform === "win32")("the how-to pages, when a participant dies or stands still:", () => {
  it("lock: a holder that was stopped past its lease moves nothing when it goes on", async () => {
    await using server = await startServer({ port: 0 });
    await using _keeper = new Participant(server.port, "lock/keeper.mjs");
    await using ws = new NetWorkSpace("plotter", {
      serverHost: "127.0.0.1",
      serverPort: server.port,
      useUse: true,
    });
    await ws.find("lock");

    await using paused = new Participant(server.port, "lock/holder.mjs", "4", "6");
    await paused.prints("fence 1: the pen is at 0");
    paused.stop();
    for (const fence of [2, 3]) {
      await using other = new Participant(server.port, "lock/holder.mjs", "0", "60");
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
    await using server = await startServer({ port: 0 });
    await using _keeper = new Participant(server.port, "lock/keeper.mjs");
    await using ws = new NetWorkSpace("plotter", {
      serverHost: "127.0.0.1",
      serverPort: server.port,
      useUse: true,
    });
    await ws.find("lock");
    const lease = await ws.fetch<number>("lock", { lease: 100 }); // a holder that stands still before its first request
    await using other = new Participant(server.port, "lock/holder.mjs", "0", "60");
    await other.ended();

    await ws.store("requests", { fence: lease.value + lease.deliveries, reply: "late" });
    expect(await ws.fetch("late")).toEqual({ refused: "fence 1 is older than 2" });
    await expect(lease.complete("lock", 1)).rejects.toMatchObject({ code: "lease_lost" });
  }, 120_000);

  it("lock: nobody but the keeper can move the pen", async () => {
    await using server = await startServer({ port: 0 });
    await using _keeper = new Participant(server.port, "lock/keeper.mjs");
    await using ws = new NetWorkSpace("plotter", {
      serverHost: "127.0.0.1",
      serverPort: server.port,
      useUse: true,
    });
    await ws.find("lock");
    await expect(ws.store("position", 17)).rejects.toMatchObject({ code: "not_permitted" });
    await expect(ws.deleteVar("position")).rejects.toMatchObject({ code: "not_permitted" });
  }, 120_000);

  it("lock: a holder that is killed gives way to the next, with a greater fence", async () => {
    await using server = await startServer({ port: 0 });
    await using _keeper = new Participant(server.port, "lock/keeper.mjs");
    await using killed = new Participant(server.port, "lock/holder.mjs", "60", "120");
    await killed.prints("fence 1: the pen is at 0");
    await killed.kill();
    await using next = new Participant(server.port, "lock/holder.mjs", "0", "60");
    expect(await next.ended()).toEqual(["fence 2: the pen is at 0", "fence 2: the pen is at 1"]);
  }, 120_000);

  it("lock: a balance that somebody else has changed meanwhile is not written over", async () => {
    await using server = await serverWith("accounts");
    const { ws, port } = server;
    await ws.store("balance", 100);
    await using paused = new Participant(port, "lock/account.mjs", "10", "4", "6");
    await paused.prints("has 100");
    paused.stop();
    await using other = new Participant(port, "lock/account.mjs", "1", "0", "60");
    await other.ended();
    paused.goOn();
    expect(await paused.ended()).toEqual(["has 100", "too late: nothing was changed", "has 101"]);
    expect(await ws.find("balance")).toBe(111);
  }, 120_000);

  it("work-queue: the job of a worker that was killed is done by another", async () => {
    await using server = await serverWith("jobs");
    const { ws, port } = server;
    await ws.store("todo", { id: 1, text: "one two three", seconds: 2 });
    await using first = new Participant(port, "work-queue/worker.mjs");
    await booked(ws, "todo", 1);
    await first.kill();
    await using _second = new Participant(port, "work-queue/worker.mjs");
    expect(await ws.fetch("done")).toEqual({ id: 1, words: 3 });
  }, 120_000);

  it("work-queue: a job that three workers have died of is given up", async () => {
    await using server = await serverWith("jobs");
    const { ws, port } = server;
    await ws.store("todo", { id: 1, text: "poison", seconds: 600 });
    for (let death = 0; death < 3; death++) {
      await using worker = new Participant(port, "work-queue/worker.mjs");
      await booked(ws, "todo", 1);
      await worker.kill();
      await booked(ws, "todo", 0);
    }
    await using _worker = new Participant(port, "work-queue/worker.mjs");
    expect(await ws.fetch("done")).toEqual({ id: 1, error: "three workers have died of it" });
  }, 120_000);

  it("barrier: a member that is killed and started again is counted once", async () => {
    await using server = await serverWith("barrier");
    const { ws, port } = server;
    await ws.store("turn", { step: 0, arrived: [] });
    const member = (rank: number) => new Participant(port, "barrier/member.mjs", String(rank), "3", "2");
    const turn = (step: number, arrived: number[]) =>
      vi.waitUntil(async () => {
        const now = await ws.find<{ step: number; arrived: number[] }>("turn");
        return now.step === step && now.arrived.toSorted().join() === arrived.join();
      }, patience);

    await using first = member(0);
    await using killed = member(2);
    await turn(0, [0, 2]);
    await killed.kill();
    while ((await ws.fetchTry("log")) !== undefined) {
      // what both have said before
    }
    await using again = member(2);
    expect(await ws.fetch("log")).toBe("step 0: member 2 is ready");
    await vi.waitUntil(async () => (await variable(ws, "turn"))?.finders === 2, patience); // 2 has arrived again, and waits
    expect(await ws.find("turn")).toMatchObject({
      step: 0,
      arrived: expect.toSatisfy((list: []) => list.length === 2),
    });
    await using last = member(1);
    await Promise.all([first.ended(), again.ended(), last.ended()]);
    expect(await ws.find("turn")).toEqual({ step: 2, arrived: [] });
  }, 120_000);

  it("barrier: who deletes the turn tells all that he gives up", async () => {
    await using server = await serverWith("barrier");
    const { ws, port } = server;
    await ws.store("turn", { step: 0, arrived: [] });
    await using member = new Participant(port, "barrier/member.mjs", "0", "2", "1");
    await vi.waitUntil(async () => (await variable(ws, "turn"))?.finders === 1, patience);
    await ws.deleteVar("turn");
    await expect(member.ended()).rejects.toThrow("somebody has given up");
  }, 120_000);

  it("pipeline: nothing is lost or doubled when a stage is killed with something in its hands", async () => {
    await using server = await serverWith("pipeline");
    const { ws, port } = server;
    await using source = new Participant(port, "pipeline/source.mjs");
    await using parse = new Participant(port, "pipeline/stage.mjs", "parse");
    await using killed = new Participant(port, "pipeline/stage.mjs", "convert");
    await vi.waitUntil(async () => (await variable(ws, "celsius"))?.values === 10, patience);
    await booked(ws, "numbers", 1); // the pipeline is full, and the stage waits for room with the eleventh
    await killed.kill();
    await using _again = new Participant(port, "pipeline/stage.mjs", "convert");
    await using sink = new Participant(port, "pipeline/sink.mjs");
    expect(await sink.ended()).toEqual([Array.from({ length: 21 }, (_, i) => 5 * i).join(" ")]);
    await source.ended();
    expect(parse.lines).toEqual([]);
  }, 120_000);

  it("rpc: a request that a service took and did not answer is answered by another", async () => {
    await using server = await serverWith("calculator");
    const { ws, port } = server;
    await using stopped = new Participant(port, "rpc/service.mjs");
    await fetchers(ws, "requests", 1);
    stopped.stop();
    await ws.store("requests", { method: "add", args: [2, 3], reply: "mine" });
    await booked(ws, "requests", 1);
    await using _other = new Participant(port, "rpc/service.mjs");
    await fetchers(ws, "requests", 1);
    await stopped.kill();
    expect(await ws.fetch("mine")).toEqual({ result: 5 });
  }, 120_000);

  it("leader-election: another leads when the leader is killed", async () => {
    await using server = await serverWith("election");
    const { ws, port } = server;
    await ws.store("leader", { name: "nobody", term: 0 });
    await ws.store("token", 0);
    await using ann = new Participant(port, "leader-election/candidate.mjs", "Ann");
    await ann.prints("Ann leads, term 1");
    await using bob = new Participant(port, "leader-election/candidate.mjs", "Bob");
    await fetchers(ws, "token", 1);
    expect(bob.lines).toEqual([]);
    await ann.kill();
    await bob.prints("Bob leads, term 2");
    await vi.waitUntil(async () => (await ws.find<{ name: string }>("leader")).name === "Bob", patience);
  }, 120_000);

  it("leader-election: a leader that stood still steps down, and does not say that it leads", async () => {
    await using server = await serverWith("election");
    const { ws, port } = server;
    await ws.store("leader", { name: "nobody", term: 0 });
    await ws.store("token", 0);
    const announcement = await ws.fetch<object>("leader", { lease: true }); // so that Ann cannot announce herself yet
    await using ann = new Participant(port, "leader-election/candidate.mjs", "Ann");
    await ann.prints("Ann leads, term 1");
    ann.stop();
    await using bob = new Participant(port, "leader-election/candidate.mjs", "Bob");
    await bob.prints("Bob leads, term 2");
    await announcement.complete("leader", { name: "Bob", term: 2 });
    ann.goOn();
    await ann.prints("Ann leads no more");
    expect(await ws.find("leader")).toEqual({ name: "Bob", term: 2 });
  }, 120_000);
});
