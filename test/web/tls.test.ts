import { readFileSync } from "node:fs";
import { once } from "node:events";
import { Agent, get, request } from "node:http";
import { type IncomingMessage } from "node:http";
import { get as getSecurely, request as requestSecurely } from "node:https";
import { connect } from "node:net";
import { connect as connectTls } from "node:tls";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { NetWorkSpace as BrowserWorkSpace, type WebSocketConstructor } from "../../src/client/browser.ts";
import { NetWorkSpace } from "../../src/client/index.ts";
import { type RunningServer, startServer } from "../../src/host/index.ts";
import { Certificates } from "../server/certificates.ts";

let files: Certificates;
let server: RunningServer;

beforeAll(async () => {
  files = await Certificates.make();
  server = await startServer({ port: 0, tls: await files.server() });
});

afterAll(async () => {
  await server.stop();
  files[Symbol.dispose]();
});

/** An answer, with its body. */
async function read(
  answer: IncomingMessage,
): Promise<{ status: number; headers: IncomingMessage["headers"]; body: string }> {
  let body = "";
  answer.setEncoding("utf8").on("data", (text: string) => (body += text));
  await once(answer, "end");
  return { status: answer.statusCode!, headers: answer.headers, body };
}

const where = (): { host: string; port: number } => ({ host: "127.0.0.1", port: server.webPort! });
const ca = (): Buffer => readFileSync(files.ca);

async function overTls(path: string): Promise<Awaited<ReturnType<typeof read>>> {
  const [answer] = (await once(getSecurely({ ...where(), path, ca: ca(), agent: false }), "response")) as [
    IncomingMessage,
  ];
  return read(answer);
}

async function without(path: string, host?: string, method = "GET"): Promise<Awaited<ReturnType<typeof read>>> {
  const asked = request({ ...where(), path, method, agent: false, headers: host === undefined ? {} : { host } });
  asked.end();
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  return read(answer);
}

describe("an encrypted web interface", () => {
  test("gives a login a cookie that browsers send over TLS alone", async () => {
    const token = await server.createToken({ name: "ann", role: "read" });
    const headers = { "content-type": "application/json" };
    const asked = requestSecurely({ ...where(), path: "/api/login", method: "POST", ca: ca(), agent: false, headers });
    asked.end(JSON.stringify({ token }));
    const [answer] = (await once(asked, "response")) as [IncomingMessage];
    const { status, headers: answered } = await read(answer);
    expect(status).toBe(200);
    expect(answered["set-cookie"]).toEqual([expect.stringMatching(/; HttpOnly; SameSite=Strict; Secure$/)]);
  });

  test("answers as one that is not, with the same headers, and does not ask browsers to remember", async () => {
    const { status, headers, body } = await overTls("/healthz");
    expect({ status, body: JSON.parse(body) as unknown }).toEqual({ status: 200, body: { status: "ok" } });
    expect(headers["content-security-policy"]).toContain("default-src 'self'");
    expect(headers["x-frame-options"]).toBe("DENY");
    expect(headers["strict-transport-security"]).toBeUndefined();
  });

  test("has the feed and clients on WebSockets", async () => {
    const url = `wss://localhost:${server.webPort!}`;
    const page = new WebSocket(`${url}/api/feed`, { ca: ca() });
    await once(page, "open");
    page.close();
    class Trusting extends WebSocket {
      constructor(address: string) {
        super(address, { ca: ca() });
      }
    }
    await using there = new NetWorkSpace("table", { serverPort: server.port, tls: { ca: files.ca } });
    const here = new BrowserWorkSpace("table", {
      url: `${url}/ws`,
      webSocket: Trusting as unknown as WebSocketConstructor,
    });
    await here.store("x", { list: [1, 2, 3] });
    expect(await there.fetch("x")).toEqual({ list: [1, 2, 3] });
    const large = new Uint8Array(5_000_000).fill(3);
    await there.store("x", large);
    expect(Buffer.compare(await here.fetch<Uint8Array>("x"), large)).toBe(0);
    await here.close();
  });

  test("leads who asks for a page without TLS to the same page", async () => {
    for (const [path, host] of [
      ["/", `127.0.0.1:${server.webPort!}`],
      ["/workspaces/a%2Fb?x=1", `localhost:${server.webPort!}`],
      ["//elsewhere.example/", `localhost:${server.webPort!}`],
    ] as const) {
      const { status, headers } = await without(path, host);
      expect({ status, location: headers.location }).toEqual({ status: 308, location: `https://${host}${path}` });
      expect(headers.connection).toBe("close");
    }
    expect((await without("/", undefined, "HEAD")).status).toBe(308);
  });

  test("answers nothing else without TLS", async () => {
    expect(await without("/api/workspaces")).toMatchObject({
      status: 426,
      body: "this web interface is encrypted: use https\n",
    });
    expect((await without("/", undefined, "POST")).status).toBe(426);
    expect((await without("/ws")).status).toBe(426);
    expect((await without("/", "elsewhere.example")).headers.location).toBeUndefined();
    const page = new WebSocket(`ws://localhost:${server.webPort!}/api/feed`);
    const [, refused] = (await once(page, "unexpected-response")) as [unknown, IncomingMessage];
    expect(refused.statusCode).toBe(426);
    page.on("error", () => undefined).terminate();
    const garbage = connect(where());
    garbage.write("nonsense\r\n\r\n");
    const [said] = (await once(garbage, "data")) as [Buffer];
    expect(said.toString()).toMatch(/^HTTP\/1\.1 400 /);
    garbage.destroy();
  });

  test("answers one request a connection without TLS", async () => {
    const agent = new Agent({ keepAlive: true });
    const [first] = (await once(get({ ...where(), path: "/", agent }), "response")) as [IncomingMessage];
    await read(first);
    expect(Object.keys(agent.freeSockets)).toEqual([]);
    agent.destroy();
  });

  test("shows the new certificate after a reload", async () => {
    using own = await Certificates.make("one that changes");
    const pair = await own.server();
    const other = await startServer({ port: 0, tls: pair });
    const shown = async (): Promise<string> => {
      const socket = connectTls({ host: "127.0.0.1", port: other.webPort!, ca: readFileSync(own.ca) });
      await once(socket, "secureConnect");
      const { fingerprint256 } = socket.getPeerX509Certificate()!;
      socket.destroy();
      return fingerprint256;
    };
    const before = await shown();
    await own.server();
    await other.reload();
    expect(await shown()).not.toBe(before);
    await other.stop();
  });

  test.runIf(Number(process.versions.node.split(".")[0]) >= 22)(
    "is known to Node's own WebSocket by NODE_EXTRA_CA_CERTS",
    async () => {
      await using there = new NetWorkSpace("table", { serverPort: server.port });
      await there.opened();
      const program = fileURLToPath(new URL("../../dist/browser.js", import.meta.url));
      const code = `
      const { NetWorkSpace } = await import(${JSON.stringify(program)});
      const ws = new NetWorkSpace("table", { url: "wss://localhost:${server.webPort!}/ws" });
      await ws.store("from-node", 1);
      await ws.close();`;
      const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
        env: { ...process.env, NODE_EXTRA_CA_CERTS: files.ca },
        stdio: ["ignore", "inherit", "inherit"],
      });
      expect(await once(child, "exit")).toEqual([0, null]);
      expect(await there.fetch("from-node")).toBe(1);
    },
  );
});
