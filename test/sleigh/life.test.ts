import { expect, test, vi } from "vitest";
import { NwsServer } from "../../src/client/index.ts";
import { startServer } from "../../src/host/index.ts";
import { LaunchError, range, Sleigh, SleighStoppedError } from "../../src/sleigh/index.ts";

test("status, information and numbers", async () => {
  await using s = new Sleigh({ workerCount: 2 });
  expect(await s.status({ timeout: 20_000 })).toEqual({ joined: 2, closed: true });
  const info = await s.workerInfo();
  expect(info.map(({ rank }) => rank)).toEqual([0, 1]);
  expect(new Set(info.map(({ pid }) => pid)).size).toBe(2);
  expect(info[0]).toMatchObject({ runtime: `node ${process.version}`, version: expect.any(String) as string });
  expect([s.workerCount, s.rankCount, s.nodeList]).toEqual([2, 2, ["localhost", "localhost"]]);
  expect(s.nws.name).toMatch(/^sleigh_ride_/);
  expect(s.userNws.name).toMatch(/^sleigh_user_/);
});

test("stopping ends what is under way, and twice is fine", async () => {
  const s = new Sleigh({ workerCount: 1 });
  const pending = s.eachElem("SleighUserNws.store('begun', 1).then(() => { for (;;); })", range(3));
  const { pid } = (await s.workerInfo())[0]!;
  // (A task that does not stop: its worker is killed.)
  await s.userNws.fetch("begun");
  await Promise.all([s.stop(), s.stop(), expect(pending).rejects.toBeInstanceOf(SleighStoppedError)]);
  expect(() => process.kill(pid, 0)).toThrow();
  await expect(s.eachElem("1", [1])).rejects.toBeInstanceOf(SleighStoppedError);
  await expect(s.status()).rejects.toBeInstanceOf(SleighStoppedError);
  await s.stop();
});

test("stopping before the workers have come leaves none", async () => {
  const s = new Sleigh({ workerCount: 2 });
  const pending = s.eachWorker("1");
  await Promise.all([expect(pending).rejects.toBeInstanceOf(SleighStoppedError), s.stop()]);
});

test("workers work on a server that was named, and leave nothing on it", async () => {
  await using server = await startServer({ port: 0 });
  const nws = new NwsServer({ serverHost: server.host, serverPort: server.port });
  const s = new Sleigh({ server: nws, workerCount: 1, wsNameTemplate: "mine_%d" });
  expect(await s.eachWorker("SleighName")).toEqual([s.nws.name]);
  expect(s.nws.name).toMatch(/^mine_/);
  await s.stop();
  await expect.poll(async () => (await nws.listWss()).map(({ name }) => name)).toEqual(["__default"]);
  await nws.close();
});

test("a server that goes away fails what is under way, and the workers end", async () => {
  const server = await startServer({ port: 0 });
  const s = new Sleigh({ nwsHost: server.host, nwsPort: server.port, workerCount: 1 });
  const pending = s.eachElem("new Promise(() => {})", range(3));
  await expect.poll(() => pending.progress.submitted).toBe(3);
  const { pid } = (await s.workerInfo())[0]!;
  await server.stop();
  await expect(pending).rejects.toBeInstanceOf(SleighStoppedError);
  await expect
    .poll(
      () => {
        try {
          return process.kill(pid, 0);
        } catch {
          return false;
        }
      },
      { timeout: 10_000 },
    )
    .toBe(false);
  await s.stop();
});

test("no server at the place that was named rejects the calls", async () => {
  const s = new Sleigh({ nwsHost: "127.0.0.1", nwsPort: 1, workerCount: 1 });
  await expect(s.eachWorker("1")).rejects.toThrow(/connect/);
  await s.stop();
});

test("a worker whose command cannot be started fails the calls with what it printed", async () => {
  const warnings: string[] = [];
  const s = new Sleigh({
    nodeList: ["nowhere"],
    launch: () => ({ command: process.execPath, args: ["-e", "console.log('no such machine'); process.exit(3)"] }),
    onWarning: (text) => warnings.push(text),
  });
  const error = await s.eachElem("1", [1]).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(LaunchError);
  expect(String(error)).toContain("no such machine");
  expect(warnings.join()).toContain("no such machine");
  await s.stop();
});

test.each([{ maxAttempts: 0 }, { maxRestarts: 0.5 }, { heartbeatTimeout: 0 }, { heartbeatInterval: Number.NaN }])(
  "a sleigh with %o is refused by name",
  async (options) => {
    await using s = new Sleigh({ workerCount: 1, ...options });
    await expect(s.eachWorker("1")).rejects.toThrow(Object.keys(options)[0]);
  },
);

test("threads work as processes do", async () => {
  await using s = new Sleigh({ launch: "threads", workerCount: 2 });
  expect(await s.eachElem((x: number) => x + 1, range(20))).toEqual(Array.from({ length: 20 }, (_, x) => x + 1));
  expect((await s.workerInfo()).map(({ pid }) => pid)).toEqual([process.pid, process.pid]);
});

test("a stopped worker is noticed by its heartbeat", async () => {
  await using s = new Sleigh({
    workerCount: 1,
    heartbeatInterval: 100,
    heartbeatTimeout: 800,
    onWarning: () => undefined,
  });
  const { pid } = (await s.workerInfo())[0]!;
  process.kill(pid, "SIGSTOP");
  expect(await s.eachElem((x: number) => x, range(5))).toEqual([0, 1, 2, 3, 4]);
  expect((await s.workerInfo())[0]!.pid).not.toBe(pid);
});

test("a sleigh's own server leaves the ports of the environment to others", async () => {
  await using server = await startServer({ port: 0, webPort: 0 });
  vi.stubEnv("NWS_WEB_PORT", String(server.webPort));
  try {
    await using s = new Sleigh({ workerCount: 1 });
    expect(await s.eachWorker("1")).toEqual([1]);
  } finally {
    vi.unstubAllEnvs();
  }
});
