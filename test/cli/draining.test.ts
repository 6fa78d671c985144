import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NetWorkSpace, NwsServer } from "../../src/client/index.ts";
import { nws, NwsProcess, startTestServer, until } from "./nws-process.ts";
import { noServiceManager, ServiceManager } from "./service-manager.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nws-draining-"));
});
afterAll(() => rm(folder, { recursive: true }));

const refuses = async (port: number): Promise<boolean> => (await nws(["ls"], { port })).code === 5;

describe.skipIf(process.platform === "win32")("a server that drains", () => {
  it("takes nobody new, serves those who are there, and stops when they have left", async () => {
    // (An hour: it is the clients' leaving that ends it.)
    await using server = await startTestServer(["--drain-seconds", "3600"]);
    const { port } = server;
    const ws = new NetWorkSpace("table", { serverHost: "127.0.0.1", serverPort: port });
    const other = new NetWorkSpace("table", { serverHost: "127.0.0.1", serverPort: port, useUse: true });
    await ws.store("x", 1);
    const waiting = other.fetch("later");
    await until(async () => (await ws.listVars()).some(({ name }) => name === "later"));
    server.process.child.kill();
    await until(() => refuses(port));
    // All goes on.
    expect(await ws.fetch("x")).toBe(1);
    await ws.store("later", 2);
    expect(await waiting).toBe(2);
    await other.close();
    expect(server.process.child.exitCode).toBe(null);
    await ws.store("x", 3);
    await ws.close();
    const { code, stderr } = await server.process.outcome;
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: "nws: no new clients; stopping when those that are there have left, within 3600 s\n",
    });
  });

  it("stops at once at a second signal, and tells those who wait", async () => {
    await using server = await startTestServer(["--drain-seconds", "3600"]);
    const waiting = new NwsProcess(["fetch", "table", "x"], { port: server.port });
    await until(async () => (await server.nws(["vars", "table"])).stdout.includes("x"));
    server.process.child.kill("SIGINT");
    await until(() => refuses(server.port));
    server.process.child.kill("SIGINT");
    expect((await server.process.outcome).code).toBe(0);
    expect((await waiting.outcome).code).toBe(5);
  });

  it("stops when the time is over, whoever stays", async () => {
    await using server = await startTestServer(["--drain-seconds", "0.2"]);
    const waiting = new NwsProcess(["fetch", "table", "x"], { port: server.port });
    await until(async () => (await server.nws(["vars", "table"])).stdout.includes("x"));
    server.process.child.kill();
    expect((await server.process.outcome).code).toBe(0);
    expect((await waiting.outcome).code).toBe(5);
  });
});

/** Behind all numbers. */
const END = -1;

/** Numbered values go in at one side and come out at the other, in the midst of whatever happens. */
class Traffic {
  readonly fetched: number[] = [];
  stored = 0;
  #isEnding = false;
  readonly #servers: readonly NwsServer[];
  readonly #done: Promise<unknown>;

  constructor(port: number) {
    const options = { serverHost: "127.0.0.1", serverPort: port, reconnect: { graceMs: 60_000, maxBackoffMs: 50 } };
    this.#servers = [new NwsServer(options), new NwsServer(options)];
    const [producer, consumer] = this.#servers.map(
      (server, at) => new NetWorkSpace("jobs", { server, persistent: true, useUse: at > 0 }),
    );
    this.#done = Promise.all([this.#store(producer!), this.#fetch(consumer!)]);
  }

  async #store(ws: NetWorkSpace): Promise<void> {
    while (!this.#isEnding) {
      await ws.store("next", this.stored);
      this.stored++;
    }
    await ws.store("next", END);
  }

  async #fetch(ws: NetWorkSpace): Promise<void> {
    for (let value = await ws.fetch<number>("next"); value !== END; value = await ws.fetch<number>("next")) {
      this.fetched.push(value);
    }
  }

  /** Comes to its end: all that went in is there then. */
  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#done;
    await Promise.all(this.#servers.map((server) => server.close()));
  }
}

describe.skipIf(noServiceManager !== undefined)("a restart with sockets that stay open", () => {
  it("is a pause: nothing is lost, nothing comes twice, nobody is refused", async () => {
    const args = ["server", "--json", "--data", join(folder, "data"), "--drain-seconds", "0.1"];
    await using manager = new ServiceManager("none", ["nws=tcp"], [...args, "--web-port", "none"]);
    const { port } = await manager.ready();
    const traffic = new Traffic(port);
    const flows = async (): Promise<void> => {
      const { stored } = traffic;
      await until(() => Promise.resolve(traffic.stored > stored + 200));
    };
    for (let restart = 0; restart < 2; restart++) {
      await flows();
      const before = manager.events.length;
      manager.kill("SIGTERM");
      expect(await manager.event(({ exited }) => exited !== undefined, before)).toEqual({ exited: 0 });
      // In between there is no server, and who comes for the first time waits.
      const command = nws(["store", "other", "x", "hello"], { port });
      manager.again();
      expect(await command).toMatchObject({ code: 0, stderr: "" });
      await manager.ready(before);
    }
    await flows();
    await traffic.end();
    expect(traffic.fetched).toEqual(Array.from({ length: traffic.stored }, (_, value) => value));
  });
});
