import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { NetWorkSpace, NwsServer } from "../../src/client/index.ts";
import { CuttingProxy } from "../client/cutting-proxy.ts";
import { RawClassic } from "../server/raw-classic.ts";
import { nws, nwsPath, NwsProcess, startTestServer, type TestServer, until } from "./nws-process.ts";

const LARGE_BYTES = 200 * 2 ** 20;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "nws-dump-"));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function pathOf(name: string): string {
  return join(folder, name);
}

/** Fails with what the command said when it did not succeed. */
async function run(server: TestServer, ...args: readonly string[]): Promise<string> {
  const { code, stderr } = await server.nws(args);
  if (code !== 0) {
    throw new Error(`nws ${args.join(" ")}: ${code ?? "a signal"}: ${stderr}`);
  }
  return stderr;
}

/** The records of a dump, without the time in the first and the checksum in the last. */
function withoutTime(path: string): Buffer {
  const bytes = readFileSync(path);
  const from = bytes.indexOf("T") - 10;
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + 24, -32)]);
}

async function fill(server: TestServer): Promise<void> {
  const kept = new NetWorkSpace("kept, for ever", { serverPort: server.port, persistent: true, durability: "os" });
  for (const mode of ["fifo", "lifo", "multi", "single"] as const) {
    await kept.declare(mode, mode);
    await kept.storeAll(mode, ["", "text", Buffer.of(0, 255), { n: [1n, new Date(0)] }, undefined, 5]);
  }
  await kept.declare("empty", "lifo");
  await kept.findTry("touched");
  await kept.declare("guarded", "fifo");
  await kept.guard("guarded");
  await kept.store("guarded", 1);
  await kept.storeFile("long", randomStream(300_000), { length: 300_000 });
  await kept.store("in memory", randomBytes(131_073));
  await kept.store("nearly long", randomBytes(131_072));
  await kept.declare("limited", "fifo", { maxValues: 2, maxBytes: 1000, whenFull: "reject", ttl: 1_000_000 });
  await kept.storeAll("limited", [1, 2]);
  await kept.close();
  const used = new NetWorkSpace("wörk spaces/☃ \u{1F600}", {
    serverPort: server.port,
    useUse: true,
    idleTimeout: 1_000_000,
  });
  await used.storeAll('’x’\\ "', ["1", "2"]);
  await used.close();
  await run(server, "store", "__default", "x", "of the system");
}

// eslint-disable-next-line @typescript-eslint/require-await -- a stream
async function* randomStream(count: number): AsyncGenerator<Uint8Array, void, undefined> {
  for (let left = count; left > 0; left -= 100_000) {
    yield randomBytes(Math.min(left, 100_000));
  }
}

describe("nws dump and nws load", () => {
  it("bring everything to another server: modes, order, guards, names, persistence, every kind of value", async () => {
    await using one = await startTestServer(["--long-value-size", "200000"]);
    await using two = await startTestServer();
    await fill(one);
    expect(await run(one, "dump", "--output", pathOf("one"))).toMatch(
      /^nws: dumped 3 workspaces, 13 variables, 2\d values/,
    );
    expect(await run(two, "load", pathOf("one"))).toMatch(/^nws: loaded 3 workspaces, 13 variables, 2\d values/);
    await run(two, "dump", "-q", "-o", pathOf("two"));
    expect(withoutTime(pathOf("two"))).toEqual(withoutTime(pathOf("one")));

    const listed = (await two.nws(["ls", "--json"])).stdout;
    expect(JSON.parse(listed)).toMatchObject([
      { name: "__default", owner: "[system]", persistent: true },
      { name: "kept, for ever", owner: "", persistent: true, durability: "os" },
      { name: "wörk spaces/☃ \u{1F600}", owner: "", persistent: false },
    ]);
    const kept = new NetWorkSpace("kept, for ever", { serverPort: two.port, useUse: true });
    expect(await kept.fetchTryMany("lifo")).toEqual(
      [5, undefined, { n: [1n, new Date(0)] }, Buffer.of(0, 255), "text", ""].map(plain),
    );
    expect(await kept.fetchTryMany("fifo")).toHaveLength(6);
    expect(await kept.fetchTryMany("multi")).toHaveLength(6);
    expect(await kept.fetchTryMany("single")).toEqual([5]);
    await expect(kept.store("guarded", 2)).rejects.toMatchObject({ code: "not_permitted" });
    await kept.close();
  });

  it("read what the first version of the format has written", async () => {
    await using server = await startTestServer();
    await run(server, "load", join(import.meta.dirname, "fixtures", "version-1.nwsdump"));
    const listed = (await server.nws(["ls", "--json"])).stdout;
    expect(JSON.parse(listed)).toMatchObject([{ name: "__default" }, { name: "old", owner: "", persistent: true }]);
    expect((await server.nws(["fetch", "old", "x", "--all", "--json"])).stdout).toBe("1\n2\n");
  });

  it("bring more values than a bounded variable takes, which came in by being given away", async () => {
    await using one = await startTestServer();
    await using two = await startTestServer();
    const ws = new NetWorkSpace("w", { serverPort: one.port, useUse: true });
    await ws.declare("x", "fifo", { maxValues: 1 });
    const leases = [ws.fetch("x", { lease: true }), ws.fetch("x", { lease: true })];
    await ws.storeAll("x", [1]);
    await ws.storeAll("x", [2]);
    await Promise.all(leases);
    await run(one, "dump", "-q", "-o", pathOf("one"));
    await run(two, "load", pathOf("one"));
    const loaded = new NetWorkSpace("w", { serverPort: two.port, useUse: true });
    expect(await loaded.listVars()).toMatchObject([{ name: "x", values: 2, maxValues: 1, whenFull: "block" }]);
    await Promise.all([ws.close(), loaded.close()]);
  });

  it("keep values of other languages, and names that are not UTF-8, bit for bit", async () => {
    await using one = await startTestServer();
    await using two = await startTestServer();
    const python = await RawClassic.to({ host: "127.0.0.1", port: one.port });
    await python.short("use ws", "pay\xe9s", "", "no");
    await python.short("store", "pay\xe9s", "\xff\xfe", String(0x0300_0001), "\x80\x04K\x2a.");
    await run(one, "dump", "-o", pathOf("one"));
    await run(two, "load", pathOf("one"));
    await run(two, "dump", "-o", pathOf("two"));
    expect(withoutTime(pathOf("two"))).toEqual(withoutTime(pathOf("one")));
    const again = await RawClassic.to({ host: "127.0.0.1", port: two.port });
    await again.short("use ws", "pay\xe9s", "", "no", "no");
    const { descriptor, text } = await again.long("fetchTry", "pay\xe9s", "\xff\xfe");
    expect([descriptor, text]).toEqual([0x0300_0001, "\x80\x04K\x2a."]);
  });

  it("hold booked and leased values in their places, as after a crash", async () => {
    await using one = await startTestServer();
    await using two = await startTestServer();
    const ws = new NetWorkSpace("w", { serverPort: one.port });
    await ws.storeAll("x", [1, 2, 3]);
    const lease = await ws.fetch("x", { lease: true });
    await run(one, "dump", "w", "-o", pathOf("one"));
    await lease.ack();
    await run(two, "load", pathOf("one"));
    expect((await two.nws(["fetch", "w", "x", "--all", "--json"])).stdout).toBe("1\n2\n3\n");
    await ws.close();
  });

  it("move one workspace through a pipe, to another name if wanted", async () => {
    await using server = await startTestServer();
    await run(server, "store", "jobs", "x", "1");
    await run(server, "store", "other", "x", "2");
    const dump = execFileSync(process.execPath, [nwsPath, "dump", "jobs", "--port", String(server.port)]);
    const { stderr } = await server.nws(["load", "--into", "copy"], dump);
    expect(stderr).toBe("nws: loaded 1 workspace, 1 variable, 1 value (1 bytes)\n");
    expect((await server.nws(["fetch", "copy", "x", "--try"])).stdout).toBe("1\n");
    expect((await server.nws(["fetch", "jobs", "x", "--try"])).stdout).toBe("1\n");
  });

  it("select: some workspaces, only persistent ones, some of a dump", async () => {
    await using server = await startTestServer();
    await run(server, "store", "a", "x", "1", "--own", "--persistent");
    await run(server, "store", "b", "x", "2");
    await run(server, "dump", "--persistent", "-o", pathOf("persistent"));
    const { stdout } = await nws(["load", "--check", pathOf("persistent")]);
    expect(stdout).toMatch(
      /^WORKSPACE +PERSISTENT +DURABILITY +VARIABLES +VALUES +BYTES\n__default +yes.*\na +yes +1 +1 +1\nsound; 2 workspaces/,
    );
    await run(server, "dump", "-o", pathOf("all"));
    await run(server, "rm", "a");
    await run(server, "rm", "b");
    await run(server, "load", pathOf("all"), "b");
    expect((await server.nws(["ls"])).stdout).not.toMatch(/^a /m);
    expect(await server.nws(["load", pathOf("all"), "c"])).toMatchObject({
      code: 1,
      stderr: "nws: the dump has no workspace 'c'; it has '__default', 'a', 'b'\n",
    });
    expect(await server.nws(["load", pathOf("all"), "--into", "z"])).toMatchObject({ code: 2 });
    expect(await server.nws(["dump", "nowhere", "-o", pathOf("nowhere")])).toMatchObject({
      code: 1,
      stderr: "nws: workspace 'nowhere' does not exist\n",
    });
    expect(existsSync(pathOf("nowhere"))).toBe(false);
  });
});

describe("nws load", () => {
  it("changes nothing when a workspace is there, unless told what to do with it", async () => {
    await using server = await startTestServer();
    await run(server, "store", "a", "x", "1");
    await run(server, "store", "b", "x", "1");
    await run(server, "store", "__default", "x", "1");
    await run(server, "dump", "-o", pathOf("dump"));
    await run(server, "rm", "a");
    expect(await server.nws(["load", pathOf("dump")])).toMatchObject({
      code: 1,
      stderr:
        "nws: there already: '__default', 'b'; nothing was changed (--replace deletes what is there, --append adds to it)\n",
    });
    expect((await server.nws(["ls"])).stdout).not.toMatch(/^a /m);
    await run(server, "store", "b", "y", "left");
    await run(server, "load", pathOf("dump"), "--append");
    expect((await server.nws(["fetch", "b", "x", "--all"])).stdout).toBe("1\n1\n");
    expect((await server.nws(["fetch", "__default", "x", "--all"])).stdout).toBe("1\n1\n");
    await run(server, "load", pathOf("dump"), "--replace");
    expect((await server.nws(["vars", "b", "--json"])).stdout).not.toContain('"y"');
    expect((await server.nws(["fetch", "__default", "x", "--all"])).stdout).toBe("1\n");

    await run(server, "rm", "b");
    await run(server, "declare", "b", "x", "lifo");
    expect(await server.nws(["load", pathOf("dump"), "--append"])).toMatchObject({
      code: 1,
      stderr: "nws: variable 'x' of workspace 'b' is lifo, and fifo in the dump; nothing was changed\n",
    });
  });

  it("changes nothing when the dump is cut off, damaged, of a newer version, or none", async () => {
    await using server = await startTestServer();
    await run(server, "store", "a", "x", "some text");
    await run(server, "dump", "-o", pathOf("dump"));
    const dump = readFileSync(pathOf("dump"));
    const refused = async (bytes: Uint8Array): Promise<{ code: number | null; stderr: string }> => {
      writeFileSync(pathOf("bad"), bytes);
      const { code, stderr } = await server.nws(["load", pathOf("bad"), "--replace"]);
      return { code, stderr };
    };
    expect(await refused(dump.subarray(0, -60))).toMatchObject({
      code: 6,
      stderr: expect.stringContaining("cut off") as string,
    });
    const flipped = Buffer.from(dump);
    flipped[dump.indexOf("some text")]! ^= 1;
    expect(await refused(flipped)).toMatchObject({ code: 6, stderr: expect.stringContaining("checksum") as string });
    const newer = Buffer.from(dump);
    newer[dump.indexOf("dump") + 4] = 9;
    expect(await refused(newer)).toMatchObject({
      code: 7,
      stderr: expect.stringContaining("use a newer one") as string,
    });
    expect(await refused(Buffer.from("{}"))).toEqual({ code: 7, stderr: "nws: this is no dump of networkspaces\n" });
    expect((await server.nws(["load", pathOf("nowhere")])).code).toBe(1);
    expect((await server.nws(["find", "a", "x"])).stdout).toBe("some text\n");
  });

  it("says what is incomplete when it is interrupted or refused half-way", async () => {
    await using one = await startTestServer();
    await run(one, "store", "a", "x", "1");
    const ws = new NetWorkSpace("b", { serverPort: one.port });
    await ws.storeAll("x", Array<string>(2000).fill("v".repeat(1000)));
    await run(one, "dump", "-o", pathOf("dump"));
    await ws.close();
    await using two = await startTestServer(["--max-memory-bytes", "1M"]);
    const { code, stderr } = await two.nws(["load", pathOf("dump")]);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /no room.*; workspace 'b' is incomplete \(--replace loads it anew\); complete: '__default', 'a'\n$/,
    );

    await using three = await startTestServer(["--max-value-bytes", "500"]);
    expect(await three.nws(["load", pathOf("dump")])).toMatchObject({
      code: 1,
      stderr: "nws: workspace 'b' has a value of 1000 bytes, and the server takes 500; nothing was changed\n",
    });
  });

  it("ends with code 5 when the server goes away", async () => {
    await using one = await startTestServer();
    const ws = new NetWorkSpace("w", { serverPort: one.port });
    for (let i = 0; i < 20; i++) {
      await ws.storeAll("x", Array<string>(1000).fill("v".repeat(5000)));
    }
    await run(one, "dump", "w", "-o", pathOf("dump"));
    await ws.close();
    await using two = await startTestServer();
    await using proxy = await CuttingProxy.to({ host: "127.0.0.1", port: two.port });
    // It cannot come to its end before.
    proxy.stallAfter(1_000_000);
    const load = new NwsProcess(["load", pathOf("dump")], { port: proxy.options.serverPort });
    await using watcher = new NwsServer({ serverPort: two.port, reconnect: false });
    await until(async () => (await watcher.listWss()).some(({ name }) => name === "w"));
    two.process.child.kill("SIGKILL");
    proxy.refuse();
    const { code, stderr } = await load.outcome;
    expect(code).toBe(5);
    expect(stderr).toContain("workspace 'w' is incomplete");
  });
});

describe("nws dump", () => {
  it("holds one moment, however busy the server is", async () => {
    await using server = await startTestServer();
    // Each value is in exactly one of two variables at any time: taken from one on lease, and put into the other by `complete`.
    const ws = new NetWorkSpace("w", { serverPort: server.port });
    const count = 5000;
    await ws.storeAll(
      "a",
      Array.from({ length: count }, (_, i) => i),
    );
    await ws.declare("b", "lifo");
    const move = async (from: string, to: string): Promise<void> => {
      for (;;) {
        const lease = await ws.fetch(from, { lease: true });
        await lease.complete(to, lease.value);
      }
    };
    const movers = [move("a", "b"), move("a", "b"), move("a", "b"), move("b", "a")];
    const ended = Promise.allSettled(movers);
    await using other = await startTestServer();
    for (let i = 0; i < 3; i++) {
      await run(server, "dump", "w", "-o", pathOf("moving"));
      await run(other, "load", pathOf("moving"), "--replace");
      const copy = new NetWorkSpace("w", { serverPort: other.port, useUse: true });
      const values = [
        ...(await copy.fetchTryMany<number>("a", { max: count })),
        ...(await copy.fetchTryMany<number>("b", { max: count })),
      ];
      expect(values.sort((x, y) => x - y)).toEqual(Array.from({ length: count }, (_, i) => i));
      await copy.close();
    }
    await ws.close();
    expect(await ended).toMatchObject(movers.map(() => ({ reason: { code: "closed" } })));
  }, 60_000);

  it("and nws load stream a large value with little of it in memory", async () => {
    await using one = await startTestServer();
    await using two = await startTestServer();
    const hash = createHash("sha256");
    const large = pathOf("large");
    const piece = randomBytes(2 ** 20);
    for (let at = 0; at < LARGE_BYTES; at += piece.length) {
      hash.update(piece);
      writeFileSync(large, piece, { flag: "a" });
    }
    await run(one, "store", "w", "x", "--file", large);
    writeFileSync(
      pathOf("tell-memory.mjs"),
      'process.on("exit", () => process._rawDebug("maxRSS", process.resourceUsage().maxRSS));',
    );
    const env = { NODE_OPTIONS: `--import=${pathToFileURL(pathOf("tell-memory.mjs")).href}` };
    for (const outcome of [
      await nws(["dump", "-o", pathOf("dump")], { port: one.port, env }),
      await nws(["load", pathOf("dump")], { port: two.port, env }),
    ]) {
      expect(outcome.code).toBe(0);
      const mostBytes = Number(/maxRSS (\d+)/.exec(outcome.stderr)?.[1]) * 1024;
      expect(mostBytes).toBeLessThan(LARGE_BYTES * 0.8);
    }
    await run(two, "fetch", "w", "x", "--file", pathOf("again"));
    expect(
      createHash("sha256")
        .update(readFileSync(pathOf("again")))
        .digest("hex"),
    ).toBe(hash.digest("hex"));
  }, 120_000);

  it("leaves the file of before when it cannot be completed, and nothing beside it", async () => {
    await using server = await startTestServer();
    writeFileSync(pathOf("backup"), "yesterday");
    const ws = new NetWorkSpace("w", { serverPort: server.port });
    for (let i = 0; i < 10; i++) {
      await ws.storeAll("x", Array<string>(1000).fill("v".repeat(5000)));
    }
    await using proxy = await CuttingProxy.to({ host: "127.0.0.1", port: server.port });
    // It cannot come to its end before.
    proxy.stallAfter(1_000_000);
    const dump = new NwsProcess(["dump", "-o", pathOf("backup")], { port: proxy.options.serverPort });
    await until(() => Promise.resolve(readdirSync(folder).some((name) => name.endsWith(".part"))));
    dump.child.kill("SIGTERM");
    expect((await dump.outcome).code).toBe(143);
    expect(readFileSync(pathOf("backup"), "utf8")).toBe("yesterday");
    expect(readdirSync(folder)).toEqual(["backup"]);
    expect(await server.nws(["dump", "-o", join(folder, "no", "such", "folder")])).toMatchObject({ code: 1 });
    await ws.close();
  });

  it("is refused while another one reads, and says who", async () => {
    await using server = await startTestServer();
    const { Snapshot } = await import("../../src/client/snapshot.ts");
    const reader = new NwsServer({ serverPort: server.port });
    await Snapshot.take(reader, []);
    const { code, stderr } = await server.nws(["dump"]);
    expect(code).toBe(1);
    expect(stderr).toContain("reads a snapshot of this server, and there can be one at a time");
    await reader.close();
    expect((await server.nws(["dump"])).code).toBe(0);
  });
});

/** As the client gives bytes. */
function plain(value: unknown): unknown {
  return value instanceof Uint8Array ? new Uint8Array(value) : value;
}
