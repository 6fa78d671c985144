import { hostname } from "node:os";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import {
  batchNodeList,
  type LaunchOptions,
  planWorkers,
  slurm,
  WorkerStarter,
} from "../../src/sleigh/launchers/index.ts";
import { OneNodeSlurm, whyNoSlurm } from "./one-node-slurm.ts";
import { Fixtures, hostileWords, isRunning, key, keyText, reportOf, server, start, until } from "./support.ts";

const reason = whyNoSlurm();
if (reason !== undefined) {
  test.skip(`slurm is not tested: ${reason}`);
}

describe.skipIf(reason !== undefined)("on a real Slurm of one node", () => {
  let fixtures: Fixtures;
  let cluster: OneNodeSlurm | undefined;
  const before = { ...process.env };

  beforeAll(async () => {
    fixtures = await Fixtures.build();
    cluster = await OneNodeSlurm.start();
    Object.assign(process.env, cluster.env);
  });

  afterEach(() => {
    delete process.env["SLURM_JOB_ID"];
  });

  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]();
    process.env = before;
    fixtures[Symbol.dispose]();
  });

  const options = (more: LaunchOptions = {}): LaunchOptions => ({
    launch: slurm(),
    workerCount: 1,
    nwsHostRemote: "gate",
    scriptName: fixtures.script,
    ...more,
  });

  test("a worker is a job of its own; it is told hostile words as they are, and the key by standard input", async () => {
    const worker = start(options({ modulePath: hostileWords, env: { GREETING: "it's $HOME" } }));
    const { argv, env, stdin } = await reportOf(worker);
    expect(argv.filter((arg) => arg.startsWith("--module-path="))).toEqual(
      hostileWords.map((word) => `--module-path=${word}`),
    );
    expect(env).toMatchObject({ GREETING: "it's $HOME", SLURM_JOB_NAME: "sleigh_ride_0001", SLURM_NTASKS: "1" });
    expect(stdin).toBe(`${JSON.stringify({ key: keyText })}\n`);
    expect(JSON.stringify([argv, env])).not.toContain(keyText);
    expect(await worker.exited).toMatchObject({ code: 0 });
  });

  test("the exit code and the output of the job arrive", async () => {
    const worker = start(options({ nodeList: [hostname()], env: { STAND_IN: "fail" } }));
    worker.ref();
    await expect(worker.ready).rejects.toThrow(/exit code 7[^]*I cannot work here/);
  });

  test("a node that there is not is said in srun's words", async () => {
    const worker = start(options({ nodeList: ["hippo"] }));
    worker.ref();
    await expect(worker.ready).rejects.toThrow(/Invalid node name specified/);
  });

  test("within a job, more workers than it has tasks share it, on the nodes of its list", async () => {
    const job = cluster!.allocate(2);
    const nodeList = batchNodeList({
      env: {
        SLURM_JOB_NODELIST: cluster!.run("squeue", [`--jobs=${job}`, "--noheader", "--format=%N"]).trim(),
        SLURM_TASKS_PER_NODE: "2",
      },
    });
    process.env["SLURM_JOB_ID"] = job;
    const starter = new WorkerStarter({ sleigh: "s", server, key });
    const plans = planWorkers(options({ nodeList, workerCount: 3, env: { STAND_IN: "stay" } }));
    const workers = plans.map((plan) => starter.start(plan, "t"));
    const reports = await Promise.all(workers.map(reportOf));
    expect(reports.map(({ env }) => env["SLURM_JOB_ID"])).toEqual([job, job, job]);
    for (const worker of workers) {
      worker.joined();
      worker.kill();
    }
    await Promise.all(workers.map(({ exited }) => exited));
    await until(() => reports.every(({ pid }) => !isRunning(pid)));
  });
});
