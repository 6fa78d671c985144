import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startServer, VERSION } from "../../src/host/index.ts";
import { isLoopback } from "../../src/server/loopback.ts";
import { Reply, Verb } from "../../src/wire/verbs.ts";
import { serve, until } from "./harness.ts";
import { RawClassic } from "./raw-classic.ts";
import { describe as failure, RawMultiplexed, u32, u8 } from "./raw-multiplexed.ts";
import { RawSocket } from "./raw-socket.ts";

describe("starting", () => {
  it("takes a free port for port 0 and says which", async () => {
    await using server = await startServer({ port: 0 });
    expect(server.host).toBe("127.0.0.1");
    expect(server.port).toBeGreaterThan(0);
    expect((await RawClassic.to(server)).raw.socket.remotePort).toBe(server.port);
  });

  it("refuses to listen beyond this machine unless that is asked for", async () => {
    await expect(startServer({ host: "0.0.0.0", port: 0 })).rejects.toThrow(/allowPlaintext/);
    await using server = await startServer({ host: "0.0.0.0", port: 0, insecure: true });
    expect(server.port).toBeGreaterThan(0);
  });

  it("knows loopback addresses", () => {
    for (const host of ["127.0.0.1", "127.9.9.9", "localhost", "::1", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1"]) {
      expect(isLoopback(host), host).toBe(true);
    }
    for (const host of [
      "0.0.0.0",
      "::",
      "10.0.0.1",
      "::2",
      "1::1",
      "::ffff:10.0.0.1",
      "localhost.example.org",
      "",
      "127.1",
    ]) {
      expect(isLoopback(host), host).toBe(false);
    }
  });

  it("rejects when the port is taken, and leaves nothing behind", async () => {
    await using server = await startServer({ port: 0 });
    await expect(startServer({ port: server.port })).rejects.toThrow(/EADDRINUSE/);
  });

  it("rejects limits that make no sense", async () => {
    await expect(startServer({ port: 0, limits: { maxValueBytes: -1 } })).rejects.toThrow(/maxValueBytes/);
  });

  it("reports the version of the package", () => {
    const manifest = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
      version: string;
    };
    expect(VERSION).toBe(manifest.version);
  });
});

describe.skipIf(process.platform === "win32")("a Unix socket", () => {
  it("is for its user alone, serves, and goes with the server", async () => {
    const folder = mkdtempSync(join(tmpdir(), "nws-test."));
    const socketPath = join(folder, "socket");
    const server = await startServer({ port: 0, socketPath });
    expect(statSync(socketPath).mode & 0o777).toBe(0o600);
    const client = await RawClassic.to({ path: socketPath });
    expect(await client.short("open ws", "w", "label", "no")).toBe(0);
    expect((await client.long("list wss", "w")).text).toBe(">w\tlocal (label)\tFalse\t0\t\n");
    await server.stop();
    expect(existsSync(socketPath)).toBe(false);
    rmSync(folder, { recursive: true });
  });

  it("replaces the socket of a server that is gone, not that of one that lives", async () => {
    const folder = mkdtempSync(join(tmpdir(), "nws-test."));
    const socketPath = join(folder, "socket");
    await using first = await startServer({ port: 0, socketPath });
    await expect(startServer({ port: 0, socketPath })).rejects.toThrow(/EADDRINUSE/);
    expect(first.socketPath).toBe(socketPath);

    const deadPath = join(folder, "dead");
    const dead = createServer();
    await new Promise<void>((resolve) => dead.listen(deadPath, resolve));
    // Node removes the file when it closes; a crash would not. So: a hard link keeps it.
    const { linkSync, renameSync } = await import("node:fs");
    linkSync(deadPath, join(folder, "kept"));
    await new Promise((resolve) => dead.close(resolve));
    renameSync(join(folder, "kept"), deadPath);
    await using second = await startServer({ port: 0, socketPath: deadPath });
    expect((await RawClassic.to({ path: deadPath })).raw.socket.readyState).toBe("open");
    expect(second.socketPath).toBe(deadPath);
    rmSync(folder, { recursive: true });
  });
});

describe("stopping", () => {
  it("fails waiting multiplexed requests with shutting_down, then closes", async () => {
    const test = await serve();
    const client = await RawMultiplexed.ready(test);
    client.send(7, Verb.fetch, u32(0), u8(0));
    client.send(8, Verb.find, u32(0), u8(0));
    await until(() => test.server.space.stats.waiting === 2, "two requests wait");
    const stopped = test[Symbol.asyncDispose]();
    expect(failure(await client.next())).toBe("shutting_down");
    expect(failure(await client.next())).toBe("shutting_down");
    expect(await client.raw.readToEnd()).toHaveLength(0);
    client.raw.destroy();
    await stopped;
    await test.server.stopped;
  });

  it("closes classic connections, blocked or idle, and ends within a bounded time though they do not hang up", async () => {
    const test = await serve();
    const blocked = await RawClassic.to(test);
    await blocked.short("open ws", "w", "", "no");
    blocked.send("fetch", "w", "x");
    const idle = await RawSocket.to(test, true);
    await until(() => test.server.space.stats.waiting === 1, "a request waits");
    const before = performance.now();
    await test[Symbol.asyncDispose]();
    expect(performance.now() - before).toBeLessThan(5000);
    expect(await blocked.raw.readToEnd()).toHaveLength(0);
    expect(await idle.readToEnd()).toHaveLength(0);
  });

  it("sends what was said before it closes", async () => {
    const test = await serve();
    const client = await RawMultiplexed.ready(test);
    client.send(1, Verb.ping);
    expect((await client.next()).verb).toBe(Reply.done);
    const stopped = test[Symbol.asyncDispose]();
    client.raw.destroy();
    await stopped;
  });

  it("is not put down to a client that asked for it and is closed by somebody else's", async () => {
    const acts: string[] = [];
    const audit = { note: ({ act }: { readonly act: string }) => void acts.push(act) };
    const test = await serve({ allowKillOnClose: true, audit });
    const client = await RawClassic.to(test);
    expect(await client.short("deadman")).toBe(0);
    await test[Symbol.asyncDispose]();
    expect(acts).toEqual([]);
  });

  it("is asked for by deadman where that is allowed", async () => {
    await using server = await startServer({ port: 0, allowKillOnClose: true });
    const client = await RawClassic.to(server);
    expect(await client.short("deadman")).toBe(0);
    client.raw.destroy();
    await server.stopped;
  });

  it("is asked for by KillServerOnClose where that is allowed, which is not offered elsewhere", async () => {
    await using server = await startServer({ port: 0, allowKillOnClose: true });
    const client = await RawSocket.to(server);
    client.write("X000R00000010017KillServerOnClose00011");
    client.socket.end();
    await server.stopped;

    await using other = await startServer({ port: 0 });
    const refused = await RawSocket.to(other);
    refused.write("X000R00000010017KillServerOnClose00011");
    const answer = (await refused.readToEnd()).toString("latin1");
    expect(answer).not.toContain("KillServerOnClose");
    expect(answer.endsWith("F000")).toBe(true);
    expect(await (await RawClassic.to(other)).short("deadman")).toBe(1);
  });
});
