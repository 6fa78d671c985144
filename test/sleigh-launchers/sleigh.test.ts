import { spawn } from "node:child_process";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startServer } from "../../src/host/index.ts";
import { type Launcher, range, Sleigh, type SleighOptions, slurm, ssh, sshForward } from "../../src/sleigh/index.ts";
import { OneNodeSlurm, whyNoSlurm } from "./one-node-slurm.ts";
import { Sshd, whyNoSshd } from "./sshd.ts";
import { isRunning, until } from "./support.ts";

// Real workers by each way of launching.

/** As other machines would have it: the package, somewhere else. */
const scriptName = [process.execPath, join(import.meta.dirname, "..", "..", "dist", "nws.js")];

/** Has two workers do something; resolves with their process ids. */
async function work(s: Sleigh): Promise<number[]> {
  const results = await s.eachElem((x: number, by: number) => x * by, range(40), [3], { chunkSize: 4 });
  expect(results).toEqual(Array.from({ length: 40 }, (_, x) => x * 3));
  expect(await s.eachWorker(() => SleighRank)).toEqual([0, 1]);
  const info = await s.workerInfo();
  expect(info.map(({ host }) => host)).toEqual([hostname(), hostname()]);
  return info.map(({ pid }) => pid);
}

async function workAndStop(options: SleighOptions): Promise<void> {
  const s = new Sleigh({ scriptName, ...options });
  try {
    const pids = await work(s);
    await s.stop();
    await until(() => !pids.some(isRunning));
  } finally {
    await s.stop();
  }
}

const whyNot = whyNoSshd();
if (whyNot !== undefined) {
  test.skip(`workers over ssh are not tested: ${whyNot}`);
}

describe.skipIf(whyNot !== undefined)("workers over a real ssh server", () => {
  let sshd: Sshd;
  beforeAll(async () => {
    sshd = await Sshd.start();
  });
  afterAll(() => sshd[Symbol.asyncDispose]());

  const nodeList = ["hippo", "newt"];
  const launchers: [string, () => Launcher, SleighOptions][] = [
    ["ssh", () => ssh({ options: sshd.options, port: sshd.port }), {}],
    ["ssh without a tunnel", () => ssh({ options: sshd.options, port: sshd.port }), { nwsHostRemote: "127.0.0.1" }],
    ["sshForward", () => sshForward({ options: sshd.options, port: sshd.port }), {}],
  ];

  test.each(launchers)("%s, with a server of the sleigh's own", async (_, launch, options) => {
    await workAndStop({ launch: launch(), nodeList, ...options });
  });

  test.each(launchers)("%s, with a server that was named", async (_, launch, options) => {
    await using server = await startServer({ port: 0 });
    await workAndStop({ launch: launch(), nodeList, nwsHost: server.host, nwsPort: server.port, ...options });
  });

  test("a worker that dies there is missed, and its tasks are done by the other", async () => {
    await using s = new Sleigh({ scriptName, launch: launchers[0]![1](), nodeList, onWarning: () => undefined });
    const [doomed] = await work(s);
    const pending = s.eachElem("new Promise((done) => setTimeout(done, 5, SleighArguments[0]))", range(100), [], {
      chunkSize: 2,
    });
    await expect.poll(() => pending.progress.done).toBeGreaterThan(0);
    process.kill(doomed!, "SIGKILL");
    expect(await pending).toEqual(Array.from({ length: 100 }, (_, x) => x));
    expect(await s.status()).toEqual({ joined: 1, closed: true });
  });
});

const whyNoCluster = whyNoSlurm();
if (whyNoCluster !== undefined) {
  test.skip(`workers by Slurm are not tested: ${whyNoCluster}`);
}

describe.skipIf(whyNoCluster !== undefined)("workers as jobs of a real Slurm", () => {
  let cluster: OneNodeSlurm | undefined;
  const before = { ...process.env };
  beforeAll(async () => {
    cluster = await OneNodeSlurm.start();
    Object.assign(process.env, cluster.env);
  });
  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]();
    process.env = before;
  });

  test("do the work", async () => {
    await workAndStop({ launch: slurm(), workerCount: 2, nwsHostRemote: "127.0.0.1" });
  });
});

test("workers that are threads do the work", async () => {
  await using s = new Sleigh({ launch: "threads", workerCount: 2 });
  expect(await work(s)).toEqual([process.pid, process.pid]);
});

test("workers that are started by hand: the command is a variable, and deleting another says that all are there", async () => {
  const s = new Sleigh({ launch: "web", scriptName });
  await s.started();
  const pending = s.eachElem((x: number) => x + 1, range(10));
  const command = await s.nws.find<string>("runMe");
  const commands = [1, 2].map(() => spawn(command, { shell: true, stdio: "ignore" }));
  const ends = commands.map((child) => new Promise((resolve) => child.once("exit", resolve)));
  expect(await pending).toHaveLength(10);
  await expect.poll(async () => (await s.status()).joined, { timeout: 20_000 }).toBe(2);
  expect((await s.status()).closed).toBe(false);
  await s.nws.deleteVar("deleteMeWhenAllWorkersStarted");
  expect(await s.status({ timeout: 20_000 })).toEqual({ joined: 2, closed: true });
  const pids = await work(s);
  await s.stop();
  await Promise.all(ends);
  await until(() => !pids.some(isRunning));
});
