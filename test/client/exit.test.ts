import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Certificates } from "../server/certificates.ts";
import { CuttingProxy } from "./cutting-proxy.ts";
import { TestServer, until, untilWaiting } from "./support.ts";

const fixtures = ["fetch-and-exit", "store-and-end", "store-and-exit", "wait-for-ever", "away-and-idle"] as const;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "nws-client-"));
  await build({
    entryPoints: fixtures.map((name) => join(import.meta.dirname, "fixtures", `${name}.ts`)),
    bundle: true,
    platform: "node",
    format: "esm",
    outdir: folder,
    outExtension: { ".js": ".mjs" },
  });
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a fixture with the server's port and more arguments; `ended` resolves with its exit code and what it printed. */
function run(
  name: (typeof fixtures)[number],
  port: number,
  ...args: readonly (string | NodeJS.ProcessEnv)[]
): { child: ChildProcess; ended: Promise<{ code: number | null; printed: string }> } {
  const texts = args.filter((arg) => typeof arg === "string");
  const child = spawn(process.execPath, [join(folder, `${name}.mjs`), String(port), ...texts], {
    stdio: ["ignore", "pipe", "inherit"],
    env: args.reduce<NodeJS.ProcessEnv>(
      (env, arg) => (typeof arg === "object" ? { ...env, ...arg } : env),
      process.env,
    ),
  });
  let printed = "";
  child.stdout.on("data", (data: Buffer) => (printed += data.toString()));
  const ended = new Promise<{ code: number | null; printed: string }>((resolve) => {
    child.on("close", (code) => resolve({ code, printed }));
  });
  return { child, ended };
}

test("a value that was fetched is gone for good even if the program exits in the same turn", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  await ws.storeAll("x", ["first", "second"]);
  expect(await run("fetch-and-exit", server.running.port).ended).toEqual({ code: 0, printed: "got first\n" });
  await until("the child's session is over", async () => (await ws.server.info()).connections === 1);
  expect(await ws.fetchTryMany("x")).toEqual(["second"]);
});

test("over TLS, too, what was fetched is gone and what was stored is there when the program exits in the same turn", async () => {
  using files = await Certificates.make();
  await using server = await TestServer.start({ tls: await files.server() });
  const env = { NWS_TLS_CA: files.ca };
  const ws = server.open("table", { tls: { ca: files.ca } });
  await ws.storeAll("x", ["first", "second"]);
  expect(await run("fetch-and-exit", server.running.port, env).ended).toEqual({ code: 0, printed: "got first\n" });
  await until("the child's session is over", async () => (await ws.server.info()).connections === 1);
  expect(await ws.fetchTryMany("x")).toEqual(["second"]);
  expect((await run("store-and-exit", server.running.port, env).ended).code).toBe(0);
  expect(await ws.fetch("y", { timeout: 10_000 })).toBe("at the last moment");
  await ws.store("x", "third");
  expect(await run("store-and-end", server.running.port, env).ended).toEqual({ code: 0, printed: "got third\n" });
});

test("what was stored reaches the server even if the program exits in the same turn", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  await ws.opened();
  expect((await run("store-and-exit", server.running.port).ended).code).toBe(0);
  expect(await ws.fetch("y", { timeout: 10_000 })).toBe("at the last moment");
});

test("a program ends by itself when nothing is pending, and what it fetched is confirmed", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  await ws.store("x", 1);
  expect(await run("store-and-end", server.running.port).ended).toEqual({ code: 0, printed: "got 1\n" });
  await until("the child's session is over", async () => (await ws.server.info()).connections === 1);
  expect(await ws.fetchTry("x", "gone")).toBe("gone");
  expect(await ws.fetch("y")).toBe("from the child");
});

test("a wait keeps the program running; killing it ends the wait and takes nothing", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  await ws.opened();
  const { child, ended } = run("wait-for-ever", server.running.port, "0");
  await untilWaiting(ws, "never", 1);
  child.kill("SIGKILL");
  expect((await ended).printed).toBe("");
  await untilWaiting(ws, "never", 0);
  await ws.store("never", 1);
  expect(await ws.fetchTry("never")).toBe(1);
});

test("what comes for a killed program within its grace time goes back when that is over", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  await ws.opened();
  const { child, ended } = run("wait-for-ever", server.running.port, "3000");
  await untilWaiting(ws, "never", 1);
  child.kill("SIGKILL");
  await ended;
  await ws.store("never", 1);
  expect(await ws.fetchTry("never", "booked")).toBe("booked");
  expect(await ws.fetch("never", { timeout: 30_000 })).toBe(1);
});

test("a program that is away and waits for nothing ends by itself", async () => {
  await using server = await TestServer.start();
  await using proxy = await CuttingProxy.to(server.running);
  const { child, ended } = run("away-and-idle", proxy.options.serverPort);
  await new Promise((resolve) => child.stdout!.once("data", resolve));
  proxy.refuse();
  const at = performance.now();
  expect(await ended).toEqual({ code: 0, printed: "stored\ndisconnected\n" });
  expect(performance.now() - at).toBeLessThan(5000);
});
