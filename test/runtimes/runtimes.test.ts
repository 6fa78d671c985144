// The client on Node, Bun and Deno, with a real server (on Node). docs/runtimes.md says no more than what is tested here.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NetWorkSpace } from "../../src/client/index.ts";
import { type RunningServer, startServer } from "../../src/host/index.ts";
import { CuttingProxy } from "../client/cutting-proxy.ts";
import { Certificates } from "../server/certificates.ts";
import { missing, Program, ProgramFolder, type Runtime, runtimes } from "./runtimes.ts";

for (const name of missing) {
  it.skip(`NOT RUN: the client on ${name}, because there is none here (${name.toUpperCase()} names one; npm run test:all fetches it)`, () =>
    undefined);
}

describe.each(runtimes)("on $name, a program", (runtime) => {
  const files = ["operations.js", "connect.js", "browser.js", "reconnect.js", "sleigh.js", "server.js"];
  let folder: ProgramFolder;
  let certificates: Certificates;
  let server: RunningServer;
  let strict: RunningServer;
  let token: string;

  beforeAll(async () => {
    folder = new ProgramFolder(files);
    certificates = await Certificates.make();
    const tls = { ...(await certificates.server()), ca: certificates.ca };
    server = await startServer({ port: 0, tls, socketPath: join(certificates.folder, "socket") });
    strict = await startServer({ port: 0, tls, tokensOnly: true });
    token = await strict.createToken({ name: "a program", role: "use" });
  });

  afterAll(async () => {
    await server.stop();
    await strict.stop();
    certificates[Symbol.dispose]();
    folder[Symbol.dispose]();
  });

  const start = (args: readonly string[], port = server.port): Program =>
    new Program(folder, runtime, args, { NWS_SERVER_PORT: String(port) });

  it("does all that clients do, and ends by itself", async () => {
    await using program = start(["operations.js"]);
    const expected: readonly (readonly [string, unknown])[] = [
      ["store and fetch", [[1, "two"], 0, [7], "Float64Array", null]],
      ["find", [1, 1, 1]],
      ["wait for a value", "now"],
      ["iterators", [1, 2, 3, 1, 2, 3]],
      ["cancel", ["AbortedError", "TimeoutError"]],
      ["leases", [2, null]],
      ["large values", [40_000_000, 7]],
      ["files", [3_000_000, 5]],
    ];
    for (const operation of expected) {
      expect(await program.says()).toEqual(operation);
    }
    expect(await program.ended).toEqual({ code: 0, stderr: "" });
  });

  it("reaches its server by TLS, and no other than that", async () => {
    const connect = async (options: object): Promise<unknown> => {
      await using program = start(["connect.js", JSON.stringify({ serverHost: "localhost", ...options })]);
      return await program.says();
    };
    expect(await connect({ tls: { ca: certificates.ca } })).toBe(1);
    expect(await connect({ tls: true })).toMatch(/^ConnectError .*certificate/);
    expect(await connect({ tls: { ca: certificates.ca, servername: "other" } })).toMatch(/^ConnectError .*other/);
  });

  it("reaches it by a Unix socket", async () => {
    const socketPath = join(certificates.folder, "socket");
    await using program = start(["connect.js", JSON.stringify({ socketPath })]);
    expect(await program.says()).toBe(1);
  });

  it("logs in with a token", async () => {
    await using program = start(["connect.js", JSON.stringify({ serverHost: "localhost", token })], strict.port);
    expect(await program.says()).toBe(1);
  });

  it(
    runtime.name === "Deno" ? "is told that it cannot log in over TLS with a token" : "logs in over TLS, too",
    async () => {
      const options = { serverHost: "localhost", token, tls: { ca: certificates.ca } };
      await using program = start(["connect.js", JSON.stringify(options)], strict.port);
      expect(await program.says()).toEqual(
        runtime.name === "Deno" ? expect.stringMatching(/cannot bind a login to a TLS connection.*certificate/) : 1,
      );
    },
  );

  it("comes back when its connection was cut", async () => {
    await using proxy = await CuttingProxy.to({ host: "127.0.0.1", port: server.port });
    await using ws = new NetWorkSpace("runtimes", { serverPort: server.port });
    await using program = start(["reconnect.js"], proxy.options.serverPort);
    expect(await program.says()).toBe("waiting");
    await ws.fetch("waiting");
    proxy.cut();
    await ws.store("later", "after the cut");
    expect(await program.says()).toEqual(["after the cut", "disconnected", "reconnected"]);
    expect((await program.ended).code).toBe(0);
  });

  // Node 20 has no WebSocket of its own.
  it.skipIf(runtime.name === "Node" && !("WebSocket" in globalThis))("uses the client for browsers", async () => {
    await using plain = await startServer({ port: 0, tokensOnly: true });
    const login = await plain.createToken({ name: "a page", role: "use" });
    await using program = start(["browser.js", `ws://127.0.0.1:${String(plain.webPort)}/ws`, login]);
    expect(await program.says()).toEqual({ over: "a WebSocket" });
  });

  it.each(["local", "threads"])(
    "is the master of a sleigh (%s): functions travel; what they use must be said where V8's inspector is not whole",
    async (launch) => {
      await using program = start(["sleigh.js", launch]);
      expect(await program.says()).toEqual([0, 1, 4, 9, 16]);
      expect(await program.says()).toEqual([0, 1, 8, 27, 64]);
      expect(await program.says()).toEqual(capturing(runtime));
      expect((await program.ended).code).toBe(0);
    },
  );

  it.runIf(runtime.name === "Bun")("is told that a server does not run there", async () => {
    await using program = start(["server.js"]);
    expect(await program.says()).toMatch(/does not run on Bun/);
  });
});

function capturing({ name }: Runtime): unknown {
  return name === "Node" ? "0,1,8,27,64" : expect.stringContaining("explicit(fn, { captures: { power } })");
}
