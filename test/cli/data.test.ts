import { existsSync } from "node:fs";
import { mkdir, mkdtemp, open, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { NetWorkSpace } from "../../src/client/index.ts";
import { openLog } from "../../src/log/index.ts";
import { nws, startTestServer, type TestServer, until } from "./nws-process.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "nws-data-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function startKept(...args: readonly string[]): Promise<TestServer> {
  return startTestServer(["--data", folder, ...args]);
}

async function kill(server: TestServer): Promise<void> {
  server.process.child.kill("SIGKILL");
  await server.process.outcome;
}

/** Whatever keeps a server from starting. */
async function refused(...args: readonly string[]): Promise<{ code: number | null; stderr: string }> {
  const { code, stderr } = await nws(["server", "--port", "0", "--data", folder, ...args]);
  return { code, stderr };
}

describe("a server with a data folder", () => {
  it("has its persistent workspaces again after kill -9: every mode, in order; and no others", async () => {
    const modes = ["fifo", "lifo", "multi", "single"] as const;
    {
      await using server = await startKept();
      const kept = new NetWorkSpace("kept", { serverPort: server.port, persistent: true });
      const other = new NetWorkSpace("other", { serverPort: server.port });
      const system = new NetWorkSpace("__default", { serverPort: server.port });
      for (const mode of modes) {
        await kept.declare(mode, mode);
        await kept.storeAll(mode, [1, 2, 3]);
      }
      await kept.declare("empty", "lifo");
      await other.store("x", 1);
      await system.store("x", "of the system");
      await kill(server);
    }
    await using server = await startKept();
    const kept = new NetWorkSpace("kept", { serverPort: server.port, persistent: true });
    const takeAll = async (name: string): Promise<unknown> => await kept.fetchTryMany(name, { max: 10 });
    expect(await takeAll("fifo")).toEqual([1, 2, 3]);
    expect(await takeAll("lifo")).toEqual([3, 2, 1]);
    expect(((await takeAll("multi")) as number[]).sort()).toEqual([1, 2, 3]);
    expect(await takeAll("single")).toEqual([3]);
    expect((await kept.listVars()).find(({ name }) => name === "empty")?.mode).toBe("lifo");
    expect((await server.nws(["ls", "other"])).stdout).not.toContain("other ");
    expect((await server.nws(["fetch", "__default", "x"])).stdout).toBe("of the system\n");
    await kept.close();
  });

  it("has after kill -9 what a lease's end gave back, and who got it next has it still", async () => {
    {
      await using server = await startKept();
      const holder = new NetWorkSpace("kept", { serverPort: server.port, persistent: true });
      await holder.storeAll("x", [1, 2, 3]);
      const other = new NetWorkSpace("kept", { serverPort: server.port });
      await holder.fetchMany("x", { max: 2, lease: 50 });
      await until(async () => (await other.listVars())[0]!.values === 3);
      const next = await other.fetch("x", { lease: true });
      expect([next.value, next.deliveries]).toEqual([1, 2]);
      await next.ack();
      await kill(server);
    }
    await using server = await startKept();
    await using kept = new NetWorkSpace("kept", { serverPort: server.port, persistent: true });
    const left = await kept.fetchMany("x", { lease: true });
    expect(left.map(({ value, deliveries }) => [value, deliveries])).toEqual([
      [2, 2],
      [3, 1],
    ]);
  });

  it("keeps with --durability memory what a workspace wants on the disk, and the durability itself", async () => {
    {
      await using server = await startKept("--durability", "memory");
      const options = { serverPort: server.port, persistent: true };
      const safe = new NetWorkSpace("safe", { ...options, durability: "fsync" });
      for (let i = 0; i < 50; i++) {
        await safe.store("x", i);
      }
      await kill(server);
    }
    await using server = await startKept("--durability", "memory");
    await using safe = new NetWorkSpace("safe", { serverPort: server.port, persistent: true });
    expect(await safe.fetchMany("x")).toHaveLength(50);
    expect(JSON.parse((await server.nws(["ls", "safe", "--json"])).stdout)).toMatchObject([{ durability: "fsync" }]);
  });

  it("goes on numbering where it was: an iterator's position of before is not another value's", async () => {
    let cookie: string;
    {
      await using server = await startKept();
      await server.nws(["store", "__default", "x", "1"]);
      await server.nws(["fetch", "__default", "x"]);
      cookie = (await server.nws(["vars", "__default"])).stdout;
      await kill(server);
    }
    await using server = await startKept();
    expect((await server.nws(["vars", "__default"])).stdout).toBe(cookie);
    const ws = new NetWorkSpace("__default", { serverPort: server.port });
    const seen: unknown[] = [];
    await ws.store("x", 2);
    for await (const value of ws.ifindTry("x")) {
      seen.push(value);
    }
    expect(seen).toEqual([2]);
    await ws.close();
  });

  it("keeps a second server out, and stays as it is", async () => {
    await using server = await startKept();
    const { code, stderr } = await refused();
    expect(code).toBe(7);
    expect(stderr).toMatch(
      new RegExp(`^nws: the data folder .* is in use by process ${server.process.child.pid}; .*\\n$`),
    );
    expect((await nws(["data", "check", folder])).code).toBe(7);
    expect((await server.nws(["store", "__default", "x", "1"])).code).toBe(0);
  });

  it("does not start on damage; check says where, repair drops it and keeps a copy", async () => {
    {
      await using server = await startKept();
      for (const value of ["1", "2", "3"]) {
        await server.nws(["store", "__default", "x", value]);
      }
    }
    const [log = ""] = (await readdir(folder)).filter((name) => name.startsWith("log-")).sort();
    const file = await open(join(folder, log), "r+");
    await file.write(Buffer.of(0xff, 0xff), 0, 2, 80);
    await file.close();
    const { code, stderr } = await refused();
    expect({ code, stderr }).toEqual({
      code: 6,
      stderr: expect.stringContaining(`${log} is damaged at byte`) as string,
    });
    const check = await nws(["data", "check", folder]);
    expect([check.code, check.stderr]).toEqual([6, expect.stringContaining("is damaged at byte")]);
    const repair = await nws(["data", "repair", folder]);
    expect([repair.code, repair.stdout]).toEqual([0, expect.stringContaining("the files as they were")]);
    expect((await nws(["data", "check", folder])).code).toBe(0);
    await using server = await startKept();
    expect((await server.nws(["store", "__default", "x", "4"])).code).toBe(0);
  });

  it("does not start when the file of a large value is missing; repair drops the value", async () => {
    {
      await using server = await startKept("--long-value-size", "150K");
      await server.nws(["store", "__default", "x"], "x".repeat(200_000));
      await server.nws(["store", "__default", "x"], "small");
    }
    const values = join(folder, "values");
    const [name = ""] = await readdir(values);
    await rm(join(values, name));
    expect(await refused()).toEqual({ code: 6, stderr: expect.stringContaining(name) as string });
    expect((await nws(["data", "repair", folder])).stdout).toContain(`${name} is missing`);
    await using server = await startKept();
    expect((await server.nws(["fetch", "__default", "x"])).stdout).toBe("small\n");
  });

  it("does not read the data of a newer version", async () => {
    const { log } = await openLog({ folder, replay: { snapshotRecord: () => undefined, record: () => undefined } });
    log.append(Uint8Array.of(1, 99), 0, 2, "fsync");
    await log.close();
    expect(await refused()).toEqual({
      code: 7,
      stderr: expect.stringMatching(/has format 99.*newer one\n$/) as string,
    });
    expect((await nws(["data", "check", folder])).code).toBe(7);
  });

  it("says so when the folder cannot be one", async () => {
    await writeFile(join(folder, "file"), "");
    const { code, stderr } = await nws(["server", "--port", "0", "--data", join(folder, "file", "below")]);
    expect([code, stderr]).toEqual([7, expect.stringMatching(/^nws: the data folder .* cannot be used: /)]);
    expect((await nws(["data", "check", join(folder, "none")])).code).toBe(7);
  });

  it.skipIf(process.platform === "win32" || process.getuid?.() === 0)(
    "says so when it may not write there",
    async () => {
      const closed = join(folder, "closed");
      await mkdir(closed, { mode: 0o500 });
      const { code, stderr } = await nws(["server", "--port", "0", "--data", closed]);
      expect([code, stderr]).toEqual([7, expect.stringMatching(/^nws: the data folder .* cannot be used: /)]);
    },
  );
});

describe("without --data", () => {
  it("a server on a fixed port keeps its data in the user's folder, one on a free port none", async () => {
    const env = { XDG_DATA_HOME: folder };
    const data = (port: number): string => join(folder, "networkspaces", String(port));
    await using first = await startTestServer([], env);
    const { port } = first;
    expect(existsSync(data(port))).toBe(false);
    await first[Symbol.asyncDispose]();
    await using second = await startTestServer(["--port", String(port)], env);
    expect(existsSync(data(port))).toBe(process.platform === "linux");
    await second[Symbol.asyncDispose]();
    await rm(join(folder, "networkspaces"), { recursive: true, force: true });
    await using third = await startTestServer(["--port", String(port), "--data", "none"], env);
    expect((await third.nws(["store", "__default", "x", "1"])).code).toBe(0);
    expect(existsSync(data(port))).toBe(false);
  });
});
