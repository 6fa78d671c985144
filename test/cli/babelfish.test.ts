import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { NwsServer, type NetWorkSpace } from "../../src/client/index.ts";
import { encode } from "../../src/codec/index.ts";
import { nws, NwsProcess, startTestServer, type TestServer } from "./nws-process.ts";

const WORKSPACE = "JavaScript babelfish";
const SERVING = /making text of values/;

describe("nws babelfish", () => {
  let server: TestServer;
  let fish: NwsProcess;
  let client: NwsServer;
  let ws: NetWorkSpace;

  const start = async (port: number): Promise<NwsProcess> => {
    const started = new NwsProcess(["babelfish"], { port });
    await started.prints(SERVING);
    return started;
  };
  const connect = async (port: number): Promise<void> => {
    client = new NwsServer({ serverHost: "127.0.0.1", serverPort: port });
    ws = await client.useWs(WORKSPACE);
  };

  beforeEach(async () => {
    server = await startTestServer();
    fish = await start(server.port);
    await connect(server.port);
  });

  afterEach(async () => {
    fish.child.kill("SIGKILL");
    await fish.outcome;
    await client.close();
    await server[Symbol.asyncDispose]();
  });

  const textOf = async (value: unknown): Promise<unknown> => {
    await ws.store("food", value);
    return ws.fetch("doof");
  };

  const addressOf = async (path: string): Promise<string> =>
    `http://127.0.0.1:${await client.webPort()}/api/workspaces/${path}`;

  /** Stores bytes as they are: as another program would that has some of a value. */
  const ask = async (descriptor: number, bytes: Uint8Array): Promise<void> => {
    const { status } = await fetch(await addressOf("JavaScript~20babelfish/variables/food/values"), {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ descriptor, bytes: Buffer.from(bytes).toString("base64") }),
    });
    expect(status).toBe(200);
  };

  it("answers each value with its text, one after the other", async () => {
    expect(await textOf({ id: 7n, at: new Date(0), who: new Map([["Ada", [1, 2]]]) })).toBe(
      "{ id: 7n, at: 1970-01-01T00:00:00.000Z, who: Map(1) { 'Ada' => [ 1, 2 ] } }",
    );
    expect(await textOf("a text, as it is")).toBe("a text, as it is");
    await ws.storeAll("food", [1, undefined, Float64Array.of(1, 2)]);
    expect(await ws.fetch("doof")).toBe("1");
    expect(await ws.fetch("doof")).toBe("undefined");
    expect(await ws.fetch("doof")).toBe("Float64Array(2) [ 1, 2 ]");
    expect(await textOf("half a pair: \ud83d")).toBe("half a pair: \ufffd");
  });

  it("is what the server's pages ask for a value of language 11, with nothing else set up", async () => {
    const table = await client.openWs("table");
    await table.store("x", { a: [1] });
    const answer = await fetch(await addressOf("table/variables/x/values/0/text"));
    expect(await answer.json()).toEqual({ text: "{ a: [ 1 ] }" });
  });

  it("says of a value that it cannot read that it cannot, and goes on", async () => {
    await ask(11 << 24, Buffer.from("ff00", "hex"));
    expect(await ws.fetch("doof")).toMatch(/^This value cannot be read: a stored value cannot be read/);
    await ask(1 << 24, Buffer.from("(dp0\n."));
    expect(await ws.fetch("doof")).toMatch(/^This value cannot be read: .*serialized by Python/);
    const { bytes } = encode({ kind: "still here" });
    await ask(11 << 24, bytes);
    expect(await ws.fetch("doof")).toBe("{ kind: 'still here' }");
  });

  it("cuts off what is too long to read, and says so", async () => {
    const text = (await textOf(
      Object.fromEntries(Array.from({ length: 200_000 }, (_, i) => [`key${i}`, i])),
    )) as string;
    expect(text).toMatch(/^\{\n {2}key0: 0,/);
    expect(text).toMatch(/\n… \(the first 1000000 characters of \d+\)$/);
    expect(text.length).toBeLessThan(1_000_100);
    expect(await textOf(new Uint8Array(1_000_000))).toMatch(/990000 more items\n\]$/);
  });

  it("does not own the workspace, and ends with exit code 0 when it is told to", async () => {
    const [listing] = (await client.listWss()).filter(({ name }) => name === WORKSPACE);
    expect(listing?.owner).toBe("");
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      fish.child.kill(signal);
      expect(await fish.outcome).toMatchObject({ code: 0, stderr: "" });
      fish = await start(server.port);
    }
  });

  it("goes on when its workspace was deleted, or the server restarted", async () => {
    await client.deleteWs(WORKSPACE);
    await fish.prints(/(nws: making text of values.*\n){2}/);
    ws = await client.useWs(WORKSPACE);
    expect(await textOf([1])).toBe("[ 1 ]");
    await client.close();
    server.process.child.kill("SIGKILL");
    await server.process.outcome;
    server = await startTestServer(["--port", String(server.port), "--data", "none"]);
    await fish.prints(/(nws: making text of values.*\n){3}/);
    await connect(server.port);
    expect(await textOf([2])).toBe("[ 2 ]");
    fish.child.kill("SIGTERM");
    const { code, stderr } = await fish.outcome;
    expect(code).toBe(0);
    expect(stderr.trimEnd().split("\n")).toHaveLength(2);
  });

  it("ends with exit code 0 while it looks for a server that has gone", async () => {
    const complaint = once(fish.child.stderr, "data");
    server.process.child.kill("SIGKILL");
    await complaint;
    fish.child.kill("SIGTERM");
    expect((await fish.outcome).code).toBe(0);
  });

  it("fails where there is no server to begin with", async () => {
    const { code, stderr } = await nws(["babelfish"], { port: 1 });
    expect(code).toBe(5);
    expect(stderr).toMatch(/^nws: .*\n$/);
  });
});
