import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Launcher, LaunchError, lsf, planWorkers, rsh, WorkerStarter } from "../../src/sleigh/launchers/index.ts";
import { startThread } from "../../src/sleigh/launchers/start-thread.ts";
import { Fixtures, hostileWords, isRunning, key, keyText, reportOf, server, start, until } from "./support.ts";

let fixtures: Fixtures;

beforeAll(async () => {
  fixtures = await Fixtures.build();
});

afterAll(() => fixtures[Symbol.dispose]());

/** Runs the stand-in by a command of the test's own. */
function command(words: readonly string[], more: object = {}): Launcher {
  return () => ({ command: words[0]!, args: words.slice(1), ...more });
}

describe("a worker on this machine", () => {
  test("is told where to go by arguments, and the key by standard input alone", async () => {
    const worker = start({ scriptName: fixtures.script, env: { GREETING: "it's $HOME" } });
    const report = await reportOf(worker);
    expect(report.argv).toEqual([
      "worker",
      "--sleigh=sleigh_ride_0001",
      "--host=192.0.2.1",
      "--port=8765",
      "--rank=0",
      "--token=token-1",
    ]);
    expect(report.stdin).toBe(`${JSON.stringify({ key: keyText })}\n`);
    expect(report.env["GREETING"]).toBe("it's $HOME");
    expect(JSON.stringify([report.argv, report.env])).not.toContain(keyText);
    expect(worker.description).not.toContain(keyText);
    expect(await worker.exited).toMatchObject({ code: 0, signal: null });
  });

  test("gets hostile words as they are", async () => {
    const worker = start({ scriptName: fixtures.script, modulePath: hostileWords, logDir: "a\nb 'c'" });
    const { argv } = await reportOf(worker);
    expect(argv.filter((arg) => arg.startsWith("--module-path="))).toEqual(
      hostileWords.map((word) => `--module-path=${word}`),
    );
    expect(argv).toContain("--log-dir=a\nb 'c'");
  });

  test("runs in the folder and with the environment that its launcher names", async () => {
    const worker = start({ launch: command(fixtures.script, { cwd: fixtures.folder, env: { A: "1" } }) });
    expect(await reportOf(worker)).toMatchObject({ cwd: fixtures.folder, env: { A: "1" } });
  });

  test("is ready when it is said to have joined, and may then run for long", async () => {
    const worker = start({ scriptName: fixtures.script, env: { STAND_IN: "stay" }, launchTimeout: 60_000 });
    const { pid } = await reportOf(worker);
    expect(worker.pid).toBe(pid);
    worker.joined();
    await worker.ready;
    worker.kill();
    expect(await worker.exited).toMatchObject({ code: null, signal: "SIGTERM" });
    worker.kill(); // once more is fine
  });

  test("that ends before it joined says how, and what it printed", async () => {
    const worker = start({ scriptName: fixtures.script, env: { STAND_IN: "fail" } });
    worker.ref();
    const error = await worker.ready.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(LaunchError);
    expect(error).toMatchObject({ code: "launch_failed", rank: 0, node: "localhost", command: worker.description });
    expect(String(error)).toMatch(/worker 0 on 'localhost' was not launched: its command ended with exit code 7\n/);
    expect(String(error)).toContain("I cannot work here");
    expect(String(error)).toContain("stand-in-worker.mjs");
    expect(String(error)).not.toContain(`{"key":"${keyText}"}`);
  });

  test("that does not join in time is ended, and the error shows what it printed", async () => {
    const words = ["sh", "-c", "trap '' TERM; echo still here; while :; do sleep 0.1; done"];
    const worker = start({ launch: command(words), launchTimeout: 3000 });
    await until(() => worker.output.includes("still here"));
    await expect(worker.ready).rejects.toThrow(/did not join within 3000 ms[^]*still here/);
    await expect(worker.ready).rejects.toMatchObject({ code: "launch_timed_out", output: "still here\n" });
    // It did not listen to SIGTERM.
    worker.ref();
    expect(await worker.exited).toMatchObject({ signal: "SIGKILL" });
  });

  test.each([
    ["a command that does not exist", ["no-such-command-here"], /its command was not found/],
    ["a folder for a command", ["/"], /its command: spawn/],
  ])("%s is said so", async (_name, words, message) => {
    const worker = start({ launch: command(words) });
    await expect(worker.ready).rejects.toThrow(message);
    expect(await worker.exited).toMatchObject({ code: null, signal: null });
    worker.kill();
  });

  test("whose command does not read its standard input is no error", async () => {
    const worker = start({ launch: command([process.execPath, "-e", "process.stdin.destroy()"]) });
    worker.ref();
    expect(await worker.exited).toMatchObject({ code: 0 });
  });

  test("whose child keeps its output open has ended nevertheless", async () => {
    const worker = start({ launch: command(["sh", "-c", "sleep 60 & echo $!"]) });
    worker.ref();
    const { code, output } = await worker.exited;
    process.kill(Number(output));
    expect(code).toBe(0);
  });

  test("only the end of long output is kept, and all of it is passed on", async () => {
    let printed = "";
    const onOutput = (_plan: unknown, _stream: unknown, text: string): void => {
      printed += text;
      throw new Error("which is nobody's business");
    };
    const words = [process.execPath, "-e", "process.stdout.write('ü'.repeat(1e6) + 'end')"];
    const worker = start({ launch: command(words) }, { onOutput });
    worker.ref();
    const { output } = await worker.exited;
    expect(output.length).toBeLessThanOrEqual(16_384);
    expect(output).toMatch(/^…ü+end$/);
    expect(printed).toBe(`${"ü".repeat(1e6)}end`);
  });

  test("the port that a tunnel chose is told with the key, once it is known", async () => {
    const tunnel = 'printf "port " >&2; echo "is 4711; port is 99" >&2; shift; exec "$@"';
    const words = ["sh", "-c", tunnel, "sh", "x", ...fixtures.script];
    const worker = start({ launch: command(words, { portPattern: /port is (\d+)/ }) });
    expect((await reportOf(worker)).stdin).toBe(`${JSON.stringify({ key: keyText, port: 4711 })}\n`);
  });
});

describe("when the master ends", () => {
  test.each([
    ["exit", 3],
    ["throw", 1],
    ["end", 0],
  ])("by %s, its workers do not keep it and are ended", async (how, code) => {
    const master = spawnSync(
      process.execPath,
      [join(fixtures.folder, "master-that-exits.mjs"), how, fixtures.standIn],
      {
        encoding: "utf8",
      },
    );
    expect(master.status).toBe(code);
    const pid = Number(master.stdout);
    expect(pid).toBeGreaterThan(0);
    await until(() => !isRunning(pid));
  });
});

describe("a worker as a thread", () => {
  const plan = planWorkers({ launch: "threads", workerCount: 1 })[0]!;
  const thread = (env: Record<string, string>): ReturnType<typeof startThread> =>
    startThread({ kind: "thread", script: fixtures.standIn, args: ["worker", "--x"], env }, { plan, secret: { key } });

  test("gets the same arguments, and the key on a standard input of its own", async () => {
    const worker = thread({ GREETING: "hello" });
    const report = await reportOf(worker);
    expect(report).toMatchObject({ argv: ["worker", "--x"], pid: process.pid, env: { GREETING: "hello" } });
    expect(report.stdin).toBe(`${JSON.stringify({ key: keyText })}\n`);
    expect(await worker.exited).toMatchObject({ code: 0, signal: null });
  });

  test("that fails shows what it printed", async () => {
    const worker = thread({ STAND_IN: "fail" });
    worker.ref();
    await expect(worker.ready).rejects.toThrow(/exit code 7[^]*I cannot work here/);
  });

  test("is ended by kill", async () => {
    const worker = thread({ STAND_IN: "stay" });
    await reportOf(worker);
    worker.joined();
    await worker.ready;
    worker.kill();
    expect(await worker.exited).toMatchObject({ code: 1 });
  });
});

describe("workers behind commands that this machine may not have", () => {
  /** A program for the test that does what is documented of the real one. */
  function program(name: string, text: string): string {
    const path = join(fixtures.folder, name);
    writeFileSync(path, `#!/bin/sh\n${text}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  test("rsh: the far side's shell gets one line", async () => {
    const command = program("rsh", 'for line; do :; done; exec sh -c "$line"');
    const worker = start({
      launch: rsh({ command }),
      nodeList: ["hippo"],
      scriptName: fixtures.script,
      modulePath: hostileWords,
    });
    const { argv, stdin } = await reportOf(worker);
    expect(argv.filter((arg) => arg.startsWith("--module-path="))).toEqual(
      hostileWords.map((word) => `--module-path=${word}`),
    );
    expect(stdin).toContain(keyText);
  });

  test("lsf with an attached job: the key goes through bsub", async () => {
    const command = program("bsub", 'for line; do :; done; exec sh -c "$line"');
    const worker = start({ launch: lsf({ command }), nodeList: ["hippo"], scriptName: fixtures.script });
    expect((await reportOf(worker)).stdin).toContain(keyText);
  });

  test("lsf without: the key is in a file for this user alone, which goes when the starter closes", async () => {
    const command = program("bsub-K", 'for line; do :; done; exec sh -c "$line" </dev/null');
    const keyDir = join(fixtures.folder, "shared keys");
    const starter = new WorkerStarter({ sleigh: "a/b", server, key });
    const plans = planWorkers({
      launch: lsf({ command, batch: true }),
      nodeList: ["hippo"],
      scriptName: fixtures.script,
      keyDir,
    });
    const { argv, stdin } = await reportOf(starter.start(plans[0]!, "t"));
    expect(stdin).toBe("");
    const path = argv.find((arg) => arg.startsWith("--key-file="))!.slice("--key-file=".length);
    expect(path.startsWith(`${keyDir}/`)).toBe(true);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(keyDir).mode & 0o777).toBe(0o700);
    expect(readFileSync(path, "utf8")).toBe(`${JSON.stringify({ key: keyText })}\n`);
    starter.close();
    expect(existsSync(path)).toBe(false);
  });

  test("a command that ends the worker is run by kill", async () => {
    const folder = join(fixtures.folder, "killed");
    const killCommand = { command: "mkdir", args: [folder] };
    mkdirSync(fixtures.folder, { recursive: true });
    const worker = start({ launch: command(fixtures.script, { killCommand }), env: { STAND_IN: "stay" } });
    await worker.exited;
    worker.kill();
    expect(existsSync(folder)).toBe(false); // it had ended already
    const other = start({ launch: command(fixtures.script, { killCommand, env: { STAND_IN: "stay" } }) });
    await reportOf(other);
    other.kill();
    await other.exited;
    await until(() => existsSync(folder));
  });
});
