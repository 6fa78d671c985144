import { execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nws, nwsPath, until } from "./nws-process.ts";
import { noServiceManager, ServiceManager } from "./service-manager.ts";

const has = (command: string): boolean => spawnSync(command, ["--version"]).status === 0;
const noNotify = noServiceManager ?? (has("systemd-notify") ? undefined : "needs systemd-notify");

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nws-systemd-"));
});
afterAll(() => rm(folder, { recursive: true }));

/** Sends classic requests in one go, the handshake first, and resets the connection. */
const resetAtOnce = `
import socket, struct, sys
request = lambda *args: b"%04d" % len(args) + b"".join(b"%020d" % len(arg) + arg for arg in args)
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
s.sendall(b"0000" + request(b"open ws", b"evil", b"", b"yes") + request(b"store", b"evil", b"x", b"1", b"v"))
s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
s.close()
`;

const unnamed = ["=tcp", "=tcp"];
const server = ["server", "--json", "--data", "none"];

describe.skipIf(noServiceManager !== undefined)("sockets that are handed down", () => {
  it.each([
    ["without names: the first is for clients, the second for the web", unnamed, [0, 1]],
    ["by their names", ["nws-web=tcp", "nws=tcp"], [1, 0]],
  ] as const)("are served %s", async (_, listens, [clients, web]) => {
    await using manager = new ServiceManager("none", listens, server);
    const { port, webPort } = await manager.ready();
    const ports = manager.events.filter(({ listening }) => listening !== undefined).map((each) => each["port"]);
    expect([port, webPort]).toEqual([ports[clients], ports[web]]);
    expect((await nws(["store", "table", "x", "hello"], { port })).code).toBe(0);
    expect((await fetch(`http://127.0.0.1:${webPort}/api/server`)).status).toBeLessThan(500);
  });

  it("may be Unix sockets that not everybody may open", async () => {
    const [good, bad] = [join(folder, "good"), join(folder, "bad")];
    await using manager = new ServiceManager("none", ["nws=tcp", `nws=unix:660:${good}`], server);
    const { port } = await manager.ready();
    expect((await nws(["store", "table", "x", "hello", "--socket", good])).code).toBe(0);
    expect((await nws(["fetch", "table", "x"], { port })).stdout).toBe("hello\n");
    await using refused = new ServiceManager("none", [`nws=unix:666:${bad}`], server);
    expect(await refused.event(({ exited }) => exited !== undefined)).toEqual({ exited: 1 });
    await until(() => Promise.resolve(/everybody on this machine may open the socket .*bad/.test(refused.stderr)));
  });

  it("obey the rules for addresses", async () => {
    for (const listens of [["nws=tcp:0.0.0.0"], ["nws=tcp", "nws-web=tcp:0.0.0.0"]]) {
      await using manager = new ServiceManager("none", listens, server);
      expect(await manager.event(({ exited }) => exited !== undefined)).toEqual({ exited: 1 });
      await until(() => Promise.resolve(manager.stderr.includes("--allow-plaintext")));
    }
  });

  it("are refused when it is not clear what they are for, and somebody else's are not touched", async () => {
    await using manager = new ServiceManager("none", ["nws=tcp", "what=tcp"], server);
    expect(await manager.event(({ exited }) => exited !== undefined)).toEqual({ exited: 2 });
    await until(() => Promise.resolve(manager.stderr.includes("3 (nws), 4 (what)")));
    const inherited = await nws(["server", "--port", "70000"], { env: { LISTEN_FDS: "1", LISTEN_PID: "1" } });
    expect(inherited.code).toBe(2);
    await using other = new ServiceManager("none", unnamed, ["server", "--json", "--port", "0"], { LISTEN_PID: "1" });
    await other.ready();
  });

  it("take nobody for their owner who has reset his connection before it was accepted", async () => {
    await using manager = new ServiceManager("none", ["nws=tcp"], [...server, "--tokens-only"]);
    const { port } = await manager.ready();
    // As a stranger would, who has no token: the system knows no addresses of such a connection any more, but gives what it has sent.
    manager.kill("SIGSTOP");
    await promisify(execFile)("python3", ["-c", resetAtOnce, String(port)]);
    manager.kill("SIGCONT");
    const names = (await nws(["ls", "--json"], { port })).stdout;
    expect(names).toContain("__default");
    expect(names).not.toContain("evil");
  });

  it.skipIf(!has("systemd-socket-activate"))("come from systemd-socket-activate", async () => {
    // (It takes no port 0: one that was free a moment ago.)
    const probe = createServer().listen(0, "127.0.0.1");
    await once(probe, "listening");
    const { port } = probe.address() as { port: number };
    probe.close();
    await once(probe, "close");
    const child = spawn("systemd-socket-activate", [
      `--listen=127.0.0.1:${port}`,
      process.execPath,
      nwsPath,
      ...server,
      "--web-port",
      "none",
    ]);
    child.stderr.setEncoding("utf8");
    try {
      await once(child.stderr, "data"); // "Listening on …"
      // The first client starts the server, and waits.
      expect(await nws(["store", "table", "x", "1"], { port })).toMatchObject({ code: 0, stderr: "" });
      expect((await nws(["fetch", "table", "x"], { port })).stdout).toBe("1\n");
    } finally {
      child.kill();
      await once(child, "close");
    }
  });
});

describe.skipIf(noNotify !== undefined)("the service manager", () => {
  it.each(["a path", "abstract"])("is told how a server gets on, at %s", async (kind) => {
    const config = join(folder, "server.toml");
    await writeFile(config, "drain-seconds = 60\n");
    const path = kind === "abstract" ? kind : join(folder, "notify");
    await using manager = new ServiceManager(path, unnamed, [...server, "--config", config]);
    const ready = await manager.event(({ notify }) => notify?.["READY"] === "1");
    const { port } = await manager.ready();
    expect(ready.notify!["STATUS"]).toMatch(
      new RegExp(`^serving workspaces on 127\\.0\\.0\\.1:${port}, web interface`),
    );
    const before = manager.events.length;
    manager.kill("SIGHUP");
    await manager.event(({ notify }) => notify?.["READY"] === "1", before);
    expect(manager.events.slice(before)).toMatchObject([
      { notify: { RELOADING: "1", MONOTONIC_USEC: expect.stringMatching(/^\d+$/) as string } },
      { notify: { READY: "1" } },
    ]);
    manager.kill("SIGTERM");
    const stopping = await manager.event(({ notify }) => notify?.["STOPPING"] === "1");
    expect(stopping.notify).toMatchObject({ STATUS: "waiting for clients to leave", EXTEND_TIMEOUT_USEC: "65000000" });
    expect(await manager.event(({ exited }) => exited !== undefined)).toEqual({ exited: 0 });
  });

  it("is not needed: without systemd-notify the server says so once, and goes on", async () => {
    const env = { PATH: folder };
    const manager = spawn(process.execPath, [nwsPath, ...server, "--port", "0"], {
      env: { ...process.env, ...env, NOTIFY_SOCKET: join(folder, "nobody") },
    });
    let said = "";
    manager.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
    await until(() => Promise.resolve(said.includes("cannot tell systemd")));
    manager.kill();
    expect(await once(manager, "close")).toEqual([0, null]);
    expect(said.match(/cannot tell systemd/g)).toHaveLength(1);
  });
});

describe("the unit files", () => {
  const units = fileURLToPath(new URL("../../packaging/systemd/", import.meta.url));

  it.skipIf(!has("systemd-analyze"))("are good, says systemd-analyze", async () => {
    const files = ["nws.service", "nws.socket"].map((name) => join(units, name));
    const { stderr } = await promisify(execFile)("systemd-analyze", ["verify", "--man=no", ...files]);
    expect(stderr.split("\n").filter((line) => line.includes(units))).toEqual([]);
    const { stdout } = await promisify(execFile)("systemd-analyze", [
      "security",
      "--offline=true",
      "--threshold=25",
      files[0]!,
    ]);
    expect(stdout).toMatch(/Overall exposure level for nws\.service: [012]\.\d/);
  });

  it("have a configuration that is right, but for the folders of a machine where it is installed", async () => {
    const { stdout } = await nws(["config", "check", join(units, "server.toml"), "--json"]);
    const { faults } = JSON.parse(stdout) as { faults: readonly { key: string; source?: string }[] };
    expect(faults.filter(({ key, source }) => source !== undefined || !["data", "audit-log"].includes(key))).toEqual(
      [],
    );
    const unit = await readFile(join(units, "nws.service"), "utf8");
    // Exit codes for which starting again is of no use.
    expect(unit).toMatch(/^RestartPreventExitStatus=2 6 7$/m);
  });
});
