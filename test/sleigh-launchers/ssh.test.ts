import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Launcher,
  type LaunchOptions,
  planWorkers,
  ssh,
  sshForward,
  WorkerStarter,
} from "../../src/sleigh/launchers/index.ts";
import { freePort, Sshd, whyNoSshd } from "./sshd.ts";
import { Fixtures, hostileWords, isRunning, key, keyText, reportOf, start, until } from "./support.ts";

const reason = whyNoSshd();
if (reason !== undefined) {
  test.skip(`ssh is not tested: ${reason}`);
}

describe.skipIf(reason !== undefined)("over a real ssh server", () => {
  let fixtures: Fixtures;
  let sshd: Sshd;
  let greeter: Server;
  /** A server that is known on this machine only, and says something to whoever connects. */
  let server: { readonly host: string; readonly port: number };

  beforeAll(async () => {
    fixtures = await Fixtures.build();
    sshd = await Sshd.start();
    greeter = createServer((socket) => socket.on("error", () => undefined).end("hello from the master's machine"));
    greeter.listen(0, "127.0.0.1");
    await once(greeter, "listening");
    server = { host: "127.0.0.1", port: (greeter.address() as { port: number }).port };
  });

  afterAll(async () => {
    greeter.close();
    await sshd[Symbol.asyncDispose]();
    fixtures[Symbol.dispose]();
  });

  /** The node's name is none of this machine's: the options of ssh say where it is. */
  const unreached = (more: LaunchOptions = {}): LaunchOptions => ({
    launch: ssh({ options: sshd.options, port: sshd.port }),
    nodeList: ["hippo"],
    scriptName: fixtures.script,
    ...more,
  });
  const options = (more: LaunchOptions = {}): LaunchOptions => unreached({ nwsHostRemote: "gate", ...more });
  const forward = (): Launcher => sshForward({ options: sshd.options, port: sshd.port });

  test("a worker is told hostile words as they are, and the key by standard input alone", async () => {
    const worker = start(
      options({ modulePath: hostileWords, logDir: "$(id)\n'", env: { GREETING: "it's `$HOME`\n\"\\" } }),
    );
    const report = await reportOf(worker);
    expect(report.argv).toEqual([
      "worker",
      "--sleigh=sleigh_ride_0001",
      "--host=gate",
      "--port=8765",
      "--rank=0",
      "--token=token-1",
      ...hostileWords.map((word) => `--module-path=${word}`),
      "--log-dir=$(id)\n'",
    ]);
    expect(report.env["GREETING"]).toBe("it's `$HOME`\n\"\\");
    expect(report.env["SSH_CONNECTION"]).toMatch(/^127\.0\.0\.1 /);
    expect(report.stdin).toBe(`${JSON.stringify({ key: keyText })}\n`);
    expect(JSON.stringify([report.argv, report.env])).not.toContain(keyText);
    expect(await worker.exited).toMatchObject({ code: 0, signal: null });
  });

  test("settings go by environment variables just as well", async () => {
    const { argv, env } = await reportOf(start(options({ scriptExec: "env", modulePath: hostileWords })));
    expect(argv).toEqual(["worker"]);
    expect(JSON.parse(env["NWS_WORKER_MODULE_PATH"]!)).toEqual(hostileWords);
    expect(Object.values(env).join("\n")).not.toContain(keyText);
  });

  test("the exit code and the output of the far side arrive", async () => {
    const worker = start(options({ env: { STAND_IN: "fail" } }));
    await expect(worker.ready).rejects.toThrow(/exit code 7[^]*I cannot work here/);
  });

  test("a script that is not there is said in the far side's words", async () => {
    const worker = start(options({ scriptName: "no-such-script" }));
    await expect(worker.ready).rejects.toThrow(/exit code 127[^]*no-such-script/);
  });

  test("a server that does not let us in is said in ssh's words", async () => {
    const launch = ssh({
      options: ["-o", "IdentityFile=/dev/null", ...sshd.options.slice(0, 2), ...sshd.options.slice(4)],
      port: sshd.port,
    });
    await expect(start(options({ launch })).ready).rejects.toThrow(/exit code 255[^]*Permission denied/);
  });

  test("a port where nobody listens is said in ssh's words", async () => {
    const launch = ssh({ options: sshd.options, port: await freePort() });
    await expect(start(options({ launch })).ready).rejects.toThrow(/exit code 255[^]*Connection refused/);
  });

  test("through a tunnel, on ports that the node chose: several workers reach a server on the master's loopback", async () => {
    const nodeList = ["hippo", "hippo", "hippo"];
    const plans = planWorkers(unreached({ launch: forward(), nodeList, env: { STAND_IN_CONNECTS: "1" } }));
    const starter = new WorkerStarter({ sleigh: "s", server, key });
    const reports = await Promise.all(plans.map((plan) => reportOf(starter.start(plan, "t"))));
    expect(reports.map(({ greeting }) => greeting)).toEqual(Array(3).fill("hello from the master's machine"));
    const told = reports.map(({ stdin }) => JSON.parse(stdin) as { key: string; port: number });
    expect(new Set(told.map(({ port }) => port)).size).toBe(3);
    expect(told.map((secret) => secret.key)).toEqual(Array(3).fill(keyText));
  });

  test("a tunnel is made by itself when the server is on the loopback and nothing else is said", async () => {
    const worker = start(unreached({ env: { STAND_IN_CONNECTS: "1" } }), { server });
    expect((await reportOf(worker)).greeting).toBe("hello from the master's machine");
    expect(worker.description).toContain("-R localhost:0:127.0.0.1:");
  });

  test("a tunnel's port may be given; a second worker on it is refused, and says why", async () => {
    const nwsPortRemote = await freePort();
    const through = options({ launch: forward(), nwsHostRemote: "127.0.0.1", nwsPortRemote });
    const first = start({ ...through, env: { STAND_IN: "stay", STAND_IN_CONNECTS: "1" } }, { server });
    const report = await reportOf(first);
    expect(report.greeting).toBe("hello from the master's machine");
    expect(report.argv).toContain(`--port=${nwsPortRemote}`);
    const second = start(through, { server });
    await expect(second.ready).rejects.toThrow(/remote port forwarding failed/);
    first.joined();
    first.kill();
    await first.exited;
    // Its connection is gone, but nothing tells this stand-in, as a worker would notice.
    await until(() => isRunning(report.pid));
    process.kill(report.pid);
  });
});
