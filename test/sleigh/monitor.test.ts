import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encode } from "../../src/codec/index.ts";
import { NetWorkSpace, NwsServer, PermissionError } from "../../src/client/index.ts";
import { MONITOR_VERSION, range, Sleigh, type SleighMonitor } from "../../src/sleigh/index.ts";

/** What is stored now. */
async function look(s: Sleigh): Promise<SleighMonitor> {
  return (await s.nws.find("monitor")) as SleighMonitor;
}

/** The first one that is as wanted. */
async function lookUntil(s: Sleigh, isWanted: (monitor: SleighMonitor) => boolean): Promise<SleighMonitor> {
  let last: SleighMonitor | undefined;
  await expect
    .poll(
      async () => {
        last = await look(s);
        return isWanted(last);
      },
      { timeout: 20_000 },
    )
    .toBe(true);
  return last!;
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const each of numbers) {
    total += each;
  }
  return total;
}

const quiet = { onOutput: () => undefined, onWarning: () => undefined };

/** Waits busily, so that there is something to measure. */
function spend(ms: number): number {
  const end = performance.now() + ms;
  while (performance.now() < end) {
    // computing
  }
  return ms;
}

describe("a sleigh tells", () => {
  const s = new Sleigh({ workerCount: 2, ...quiet });
  beforeAll(async () => {
    await s.status({ timeout: 20_000 });
  });
  afterAll(() => s.stop());

  test("who works", async () => {
    const monitor = await lookUntil(s, ({ workers }) => workers.length === 2);
    const info = await s.workerInfo();
    expect(monitor).toMatchObject({ version: MONITOR_VERSION, sleigh: s.nws.name, workerCount: 2 });
    expect(Math.abs(Date.now() - monitor.startedAt - monitor.updatedAt)).toBeLessThan(60_000);
    for (const { rank, host, pid, version, runtime } of info) {
      const worker = monitor.workers.find((each) => each.rank === rank);
      expect(worker).toMatchObject({ host, pid, version, runtime, state: "joined", endedAt: undefined });
    }
  });

  test("the numbers of a call, which add up", async () => {
    await s.eachElem(spend, Array<number>(200).fill(2), [], { chunkSize: 10 });
    const monitor = await lookUntil(s, ({ jobs }) =>
      jobs.some(({ name, state }) => name === "spend" && state === "done"),
    );
    const job = monitor.jobs.find(({ name }) => name === "spend")!;
    expect(job).toMatchObject({ kind: "tasks", total: 200, submitted: 200, running: 0, done: 200, failed: 0 });
    expect(job.rate).toBeGreaterThan(0);
    expect(job.endedAt! - job.startedAt).toBeGreaterThan(0);
    const { timeline, workers } = monitor;
    const places = [...timeline.job.keys()].filter((at) => timeline.job[at] === job.number);
    expect(places).toHaveLength(20);
    expect(sum(places.map((at) => timeline.count[at]!))).toBe(200);
    expect(places.map((at) => timeline.first[at]).sort((a, b) => a! - b!)).toEqual([...range(0, 200, 10)]);
    expect(places.every((at) => timeline.ended[at]! - timeline.began[at]! >= 15)).toBe(true);
    expect(sum(workers.map(({ done }) => done))).toBe(200);
    expect(sum(workers.map(({ busyMs }) => busyMs))).toBeGreaterThanOrEqual(390);
    for (const { busyShare, recentBusyShare } of workers) {
      expect(busyShare).toBeGreaterThan(0);
      expect(Math.max(busyShare, recentBusyShare)).toBeLessThanOrEqual(1);
    }
  });

  test("how a call goes while it is under way", async () => {
    const pending = s.eachElem("SleighUserNws.find(`go ${SleighArguments[0]}`)", range(6), [], { chunkSize: 1 });
    await Promise.all([0, 1].map((each) => s.userNws.store(`go ${each}`, each)));
    const monitor = await lookUntil(s, ({ jobs }) => jobs.some(({ state, done }) => state === "running" && done === 2));
    expect(monitor.jobs.find(({ state }) => state === "running")).toMatchObject({
      name: "SleighUserNws.find(`go ${SleighArguments[0]}`)",
      total: 6,
      submitted: 6,
      running: 4,
      endedAt: undefined,
      leftMs: expect.any(Number) as number,
    });
    await Promise.all([2, 3, 4, 5].map((each) => s.userNws.store(`go ${each}`, each)));
    await pending;
  });

  test("what eachWorker does, as a call of each rank", async () => {
    await s.eachWorker("SleighRank");
    const monitor = await lookUntil(s, ({ jobs }) =>
      jobs.some(({ name, state }) => name === "SleighRank" && state === "done"),
    );
    const job = monitor.jobs.find(({ name }) => name === "SleighRank")!;
    expect(job).toMatchObject({ kind: "call", total: 2, done: 2 });
    const { timeline } = monitor;
    const ranks = [...timeline.job.keys()].filter((at) => timeline.job[at] === job.number);
    expect(ranks.map((at) => [timeline.rank[at], timeline.first[at]]).sort()).toEqual([
      [0, 0],
      [1, 1],
    ]);
  });

  test("what workers print, and which tasks failed", async () => {
    const talk = (x: number): number => {
      process.stdout.write(`line of ${x}\nand another\n`);
      if (x === 3) {
        throw new RangeError("three is too much");
      }
      return x;
    };
    await s.eachElem(talk, range(5), [], { onError: "return" });
    const monitor = await lookUntil(s, ({ jobs }) =>
      jobs.some(({ name, state }) => name === "talk" && state === "done"),
    );
    const texts = monitor.output.filter(({ stream }) => stream === "stdout").map(({ text }) => text);
    expect(texts.filter((text) => text.startsWith("line of")).sort()).toEqual(
      [0, 1, 2, 3, 4].map((x) => `line of ${x}`),
    );
    const job = monitor.jobs.find(({ name }) => name === "talk")!;
    expect(job).toMatchObject({ state: "done", done: 4, failed: 1 });
    expect(monitor.errors.at(-1)).toMatchObject({ job: job.number, task: 3 });
    expect(monitor.errors.at(-1)!.message).toContain("three is too much");
    expect(sum(monitor.timeline.failed)).toBe(1);
    expect(sum(monitor.workers.map(({ failed }) => failed))).toBe(1);
  });

  test("which worker has died, and who came in its place", async () => {
    const before = await s.workerInfo();
    process.kill(before[1]!.pid, "SIGKILL");
    const monitor = await lookUntil(
      s,
      ({ workers }) => workers.length === 3 && workers.some(({ reason }) => reason !== undefined),
    );
    const [dead, successor] = monitor.workers.filter(({ rank }) => rank === 1);
    expect(dead).toMatchObject({ pid: before[1]!.pid, state: "lost", recentBusyShare: 0 });
    expect(dead!.reason).toContain("SIGKILL");
    expect(dead!.endedAt).toBeGreaterThan(dead!.joinedAt);
    expect(successor).toMatchObject({ state: "joined", endedAt: undefined });
    expect(successor!.pid).not.toBe(dead!.pid);
  });

  test("a call that failed, by the error of the task", async () => {
    await expect(s.eachElem("missing()", [1])).rejects.toThrow();
    const monitor = await lookUntil(s, ({ jobs }) =>
      jobs.some(({ name, state }) => name === "missing()" && state === "failed"),
    );
    expect(monitor.errors.at(-1)!.message).toContain("missing is not defined");
  });

  test("at last that all is quiet", async () => {
    const monitor = await lookUntil(s, ({ workers }) => workers.every(({ recentBusyShare }) => recentBusyShare === 0));
    expect(monitor.jobs.every(({ state }) => state !== "running")).toBe(true);
    expect(monitor.workers.some(({ busyShare }) => busyShare > 0)).toBe(true);
  });
});

test("it is bounded, and the newest stays", async () => {
  await using s = new Sleigh({ workerCount: 2, ...quiet });
  const shout = (x: number): void => {
    process.stdout.write(`${x} ${"ö".repeat(2000)}\n`.repeat(5));
    if (x % 10 === 0) {
      throw new Error(`${x} ${"ü".repeat(5000)}`);
    }
  };
  await s.eachElem(shout, range(3000), [], { chunkSize: 1, onError: "skip" });
  for (let call = 0; call < 40; call++) {
    await s.eachElem(`${call}; /* ${"x".repeat(1000)} */`, [1]);
  }
  const monitor = await lookUntil(
    s,
    ({ jobCount, jobs }) => jobCount === 41 && jobs.every(({ state }) => state === "done"),
  );
  expect(monitor.jobs.map(({ number }) => number)).toEqual([...range(22, 42)]);
  expect(monitor.timeline.job.length).toBeLessThanOrEqual(2000);
  expect(monitor.timeline.job.length + monitor.timeline.earlier).toBe(3040);
  expect(monitor.timeline.job.at(-1)).toBe(41);
  expect(monitor.output.length).toBeLessThanOrEqual(200);
  expect(monitor.errors.length).toBeGreaterThan(5);
  expect(encode(monitor).bytes.length).toBeLessThanOrEqual(256 * 1024);
});

test("only the master stores it", async () => {
  await using s = new Sleigh({ workerCount: 1, ...quiet });
  await look(s);
  const [, serverHost, port] = /^(.+):(\d+)$/.exec(s.nws.server.address)!;
  const server = new NwsServer({ serverHost, serverPort: Number(port) });
  const stranger = new NetWorkSpace(s.nws.name, { server, useUse: true });
  await expect(stranger.store("monitor", {})).rejects.toBeInstanceOf(PermissionError);
  await server.close();
});

test("monitor: false, and there is none", async () => {
  await using s = new Sleigh({ workerCount: 1, monitor: false, ...quiet });
  await s.eachElem("1", range(10));
  expect((await s.nws.listVars()).map(({ name }) => name)).not.toContain("monitor");
});
