import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { newToken, workerWorkspace } from "../../src/sleigh/messages.ts";
import { formatSecret } from "../../src/sleigh/launchers/worker-secret.ts";
import { failureOf } from "../client/support.ts";
import { TestMaster, valuesOf } from "./test-master.ts";

const command = [fileURLToPath(new URL("../../src/cli/nws.ts", import.meta.url)), "worker"];
/** What workers on the master's machine run. */
const slim = [fileURLToPath(new URL("../../src/sleigh/worker/worker-entry.ts", import.meta.url))];
const loader = fileURLToPath(new URL("../../node_modules/tsx/dist/loader.mjs", import.meta.url));

class WorkerProcess {
  readonly child: ChildProcess;
  readonly exited: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  printed = "";

  constructor(args: readonly string[], input: string | undefined, program = command) {
    const child = spawn(process.execPath, ["--import", loader, ...program, ...args], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.child = child;
    child.stdin.on("error", () => undefined);
    child.stdin.end(input ?? "");
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => (this.printed += text));
    }
    this.exited = new Promise((resolve) => child.once("close", (code, signal) => resolve({ code, signal })));
    onTestFinished(() => void child.kill("SIGKILL"));
  }
}

function start(master: TestMaster, more: readonly string[] = [], program = command): WorkerProcess {
  const { sleigh, host, port } = master.options;
  const where = [`--sleigh=${sleigh}`, `--host=${host}`, `--port=${port}`];
  return new WorkerProcess([...where, ...more], formatSecret({ key: master.key }), program);
}

test.each([
  ["nws worker", command],
  ["the slim program", slim],
])("%s joins with the key on its input, works, and ends with its master", async (_, program) => {
  const master = await TestMaster.start();
  const token = newToken();
  const worker = start(master, ["--rank=2", `--token=${token}`, "--verbose"], program);
  const join = await master.admit();
  expect(join).toMatchObject({ rank: 2, token, pid: worker.child.pid, runtime: `node ${process.version}` });
  master.expression(1, "[SleighRank, process.pid]");
  await master.send({ job: 1, columns: [[0]] });
  expect(valuesOf(await master.result(1))).toEqual([[2, worker.child.pid]]);
  await master[Symbol.asyncDispose]();
  expect(await worker.exited).toEqual({ code: 0, signal: null });
  expect(worker.printed).toContain("has joined");
});

test("the key may be in a file that only its owner can read", async () => {
  await using master = await TestMaster.start();
  const folder = mkdtempSync(join(tmpdir(), "worker-key-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "key");
  writeFileSync(path, formatSecret({ key: master.key }), { mode: 0o600 });
  start(master, [`--key-file=${path}`]);
  await master.admit();
  chmodSync(path, 0o644);
  const careless = start(master, [`--key-file=${path}`]);
  expect((await careless.exited).code).toBe(1);
  expect(careless.printed).toContain("others may read the key file");
});

test.each([
  ["nws worker", command],
  ["the slim program", slim],
])("without a key, with a wrong one in shape, or with no such sleigh %s says why and fails", async (_, program) => {
  await using master = await TestMaster.start();
  const { sleigh, host, port } = master.options;
  const where = [`--host=${host}`, `--port=${port}`];
  const none = new WorkerProcess([`--sleigh=${sleigh}`, ...where], undefined, program);
  expect((await none.exited).code).toBe(1);
  expect(none.printed).toContain("did not come on standard input");
  const wrong = new WorkerProcess([`--sleigh=${sleigh}`, ...where], "sesame\n", program);
  expect((await wrong.exited).code).toBe(1);
  expect(wrong.printed).not.toContain("sesame");
  const lost = new WorkerProcess(["--sleigh=nowhere", ...where], formatSecret({ key: master.key }), program);
  expect((await lost.exited).code).toBe(1);
  expect(lost.printed).toContain("no sleigh 'nowhere'");
});

test("a task that ends the process chooses the exit code; what it printed arrives", async () => {
  await using master = await TestMaster.start();
  const worker = start(master);
  await master.admit();
  master.expression(1, "(console.log('last words'), process.exit(7))");
  await master.send({ job: 1, columns: [[0]] });
  expect((await worker.exited).code).toBe(7);
  await master.next((each) => each.kind === "output" && each.text.includes("last words"), "last words");
});

test("a task that blocks its thread beyond its time ends the process with code 75, or by force", async () => {
  await using master = await TestMaster.start();
  const worker = start(master);
  await master.admit();
  master.expression(1, "(() => { for (;;); })()", { timeoutMs: 30, graceMs: 30 });
  await master.send({ job: 1, columns: [[0]] });
  expect((await worker.exited).code).toBe(75);
  const stuck = start(master);
  await master.admit();
  master.expression(2, "process.getBuiltinModule('child_process').execSync('sleep 60')", {
    timeoutMs: 30,
    graceMs: 30,
  });
  await master.send({ job: 2, columns: [[0]] });
  expect(await master.result(2)).toMatchObject({ failures: [{ reason: "timed_out" }] });
  expect(await stuck.exited).toMatchObject({ signal: "SIGKILL" });
});

test("a worker without the name of a sleigh is told the usage", async () => {
  const worker = new WorkerProcess([], undefined);
  expect((await worker.exited).code).toBe(2);
  expect(worker.printed).toContain("--sleigh");
});

test.each([[[]], [["worker"]]])("the slim program says what is wrong with the arguments %j", async (args) => {
  const worker = new WorkerProcess(args, undefined, slim);
  expect((await worker.exited).code).toBe(1);
  expect(worker.printed).toMatch(/^nws: a worker (?:must be told its sleigh|has no argument "worker")/);
});

test("a killed worker's workspace is gone, which tells the master, and its chunk is back in its place", async () => {
  await using master = await TestMaster.start();
  const token = newToken();
  const worker = start(master, [`--token=${token}`]);
  await master.admit();
  const own = await master.connection.useWs(workerWorkspace(master.ws.name, token), { create: false });
  const gone = failureOf(own.find("gone"));
  master.expression(1, "SleighUserNws.store('running', 1).then(() => new Promise(() => {}))");
  await master.send({ job: 1, columns: [["first"]] }, { job: 1, chunk: 1, columns: [["second"]] });
  await master.user.fetch("running");
  worker.child.kill("SIGKILL");
  expect(await gone).toMatchObject({ name: expect.stringMatching(/NoSuchWorkspace|VariableDeleted/) as string });
  const leases = await master.ws.fetchMany<Uint8Array>("tasks", { lease: true });
  expect(leases.map((lease) => lease.deliveries)).toEqual([2, 1]);
});

test("what tasks print goes into a log file as well, and to the worker's own output when it is not redirected", async () => {
  await using master = await TestMaster.start();
  const folder = mkdtempSync(join(tmpdir(), "worker-log-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const token = newToken();
  const worker = start(master, [`--token=${token}`, `--log-dir=${folder}`, "--no-redirect-output"]);
  const { logFile } = await master.admit();
  master.expression(1, "console.log('into the log')");
  await master.send({ job: 1, columns: [[0]] });
  await master.result(1);
  await master.mail(token, { kind: "stop", graceMs: 1000 });
  expect((await worker.exited).code).toBe(0);
  expect(readFileSync(logFile!, "utf8")).toBe("into the log\n");
  expect(worker.printed).toBe("into the log\n");
  expect(master.output).toBe("");
});

test("SIGTERM ends a worker in an orderly way", async () => {
  await using master = await TestMaster.start();
  const worker = start(master);
  await master.admit();
  master.expression(1, "1");
  await master.send({ job: 1, columns: [[0]] });
  await master.result(1);
  worker.child.kill("SIGTERM");
  expect(await worker.exited).toEqual({ code: 0, signal: null });
});
