import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NetWorkSpace } from "../../src/client/index.ts";
import { NwsProcess, nwsPath, startTestServer, type TestServer, until } from "./nws-process.ts";

let server: TestServer;
let ws: NetWorkSpace;

beforeAll(async () => {
  server = await startTestServer();
  ws = new NetWorkSpace("table", { serverHost: "127.0.0.1", serverPort: server.port });
});

afterAll(async () => {
  await ws.close();
  await server[Symbol.asyncDispose]();
});

async function waiting(variable: string, kind: "fetchers" | "finders"): Promise<number> {
  return (await ws.listVars()).find(({ name }) => name === variable)?.[kind] ?? 0;
}

/** Starts a command whose reader goes away after its first line. */
async function withReaderThatLeaves(args: readonly string[]): Promise<{ code: number | null; stderr: string }> {
  const env = { ...process.env, NWS_HOST: "127.0.0.1", NWS_SERVER_PORT: String(server.port) };
  const child = spawn(process.execPath, [nwsPath, ...args], { env, stdio: ["ignore", "pipe", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  await once(child.stdout, "data");
  child.stdout.destroy();
  const [code] = (await once(child, "close")) as [number | null];
  return { code, stderr };
}

describe("a value is taken only when it has been written", () => {
  it("what a reader that left did not get stays, in its place", async () => {
    const values = Array.from({ length: 5000 }, (_, i) => `${i} ${"x".repeat(200)}`);
    await ws.storeAll("left", values);
    const { code, stderr } = await withReaderThatLeaves(["fetch", "table", "left", "-n", "5001"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    await until(async () => (await ws.listVars()).find(({ name }) => name === "left")?.booked === 0);
    const left = await ws.fetchTryMany("left", { max: 5000 });
    expect(left.length).toBeGreaterThan(0);
    expect(left).toEqual(values.slice(-left.length));
  });

  it("what a killed fetch waited for goes to the next", async () => {
    const killed = new NwsProcess(["fetch", "table", "killed"], { port: server.port });
    await until(async () => (await waiting("killed", "fetchers")) === 1);
    killed.child.kill("SIGKILL");
    await killed.outcome;
    await until(async () => (await waiting("killed", "fetchers")) === 0);
    await ws.store("killed", "still here");
    expect(await ws.fetch("killed")).toBe("still here");
  });

  it("a fetch that waits gets the value that comes", async () => {
    const waiter = new NwsProcess(["fetch", "table", "coming"], { port: server.port });
    await until(async () => (await waiting("coming", "fetchers")) === 1);
    await ws.store("coming", "here");
    expect(await waiter.outcome).toMatchObject({ code: 0, stdout: "here\n" });
  });

  it("lines are stored as they come", async () => {
    const storing = new NwsProcess(["store", "table", "flow", "--lines"], { port: server.port });
    storing.child.stdin.write("first\nsec");
    expect(await ws.fetch("flow")).toBe("first");
    storing.child.stdin.end("ond\n");
    expect(await ws.fetch("flow")).toBe("second");
    expect((await storing.outcome).code).toBe(0);
  });
});

describe("nws watch", () => {
  it("shows what comes from now on", async () => {
    await ws.storeAll("news", ["old", "older"]);
    const watcher = new NwsProcess(["watch", "table", "news", "-n", "2"], { port: server.port });
    await until(async () => (await waiting("news", "finders")) === 1);
    await ws.storeAll("news", ["new", "newer", "newest"]);
    expect(await watcher.outcome).toMatchObject({ code: 0, stdout: "new\nnewer\n" });
    expect(await ws.fetchTryMany("news")).toHaveLength(5);
  });

  it("shows what is there too, with --from-start", async () => {
    await ws.storeAll("log", ["a", { b: 1 }]);
    const watcher = new NwsProcess(["watch", "table", "log", "--from-start", "--json"], { port: server.port });
    await watcher.prints('"a"\n{"b":1}\n');
    await ws.store("log", "c");
    await watcher.prints('"c"\n');
    watcher.child.kill();
    await watcher.outcome;
  });

  it("shows each new value of a SINGLE variable", async () => {
    await ws.declare("status", "single");
    await ws.store("status", "before");
    const watcher = new NwsProcess(["watch", "table", "status"], { port: server.port });
    await until(async () => (await waiting("status", "finders")) === 1);
    await ws.store("status", "one");
    await watcher.prints("one\n");
    await until(async () => (await waiting("status", "finders")) === 1);
    await ws.store("status", "two");
    await watcher.prints("one\ntwo\n");
    watcher.child.kill();
    expect((await watcher.outcome).stdout).toBe("one\ntwo\n");
  });

  it("ends when the variable is deleted", async () => {
    const watcher = new NwsProcess(["watch", "table", "ending"], { port: server.port });
    await until(async () => (await waiting("ending", "finders")) === 1);
    await ws.deleteVar("ending");
    expect(await watcher.outcome).toMatchObject({ code: 0, stdout: "", stderr: "" });
  });

  it("ends quietly when its reader leaves (nws watch | head -1)", async () => {
    await ws.storeAll("quiet", ["one"]);
    const left = withReaderThatLeaves(["watch", "table", "quiet", "--from-start"]);
    await until(async () => (await waiting("quiet", "finders")) === 1);
    // It may find out with the first value after that, or before.
    let isOver = false;
    void left.then(() => (isOver = true));
    await until(async () => {
      await ws.store("quiet", "more");
      return isOver;
    });
    expect(await left).toEqual({ code: 0, stderr: "" });
  });
});
