import { createServer as createTlsServer } from "node:tls";
import { type AddressInfo } from "node:net";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { NetWorkSpace, NwsServer, type TlsOptions } from "../../src/client/index.ts";
import { TokenSource } from "../../src/client/token-source.ts";
import { NodeDialer } from "../../src/client/node-dialer.ts";
import { tlsSettings } from "../../src/client/tls-options.ts";
import type { Transport } from "../../src/client/transport.ts";
import { Certificates } from "../server/certificates.ts";
import { CuttingProxy } from "./cutting-proxy.ts";
import { FakeServer, failureOf, isSame, TestServer } from "./support.ts";

let files: Certificates;
let pair: { cert: string; key: string };

beforeAll(async () => {
  files = await Certificates.make();
  pair = await files.server();
});

afterAll(() => files[Symbol.dispose]());

afterEach(() => {
  vi.unstubAllEnvs();
});

/** Why a client does not come through. */
async function refusal(
  where: { serverHost: string; serverPort: number },
  tls: boolean | TlsOptions | undefined,
): Promise<string> {
  const server = new NwsServer({ ...where, tls, reconnect: false });
  const error = await failureOf(server.ping());
  await server.close();
  expect(error).toMatchObject({ name: "ConnectError", code: "connect_failed" });
  return (error as Error).message;
}

describe("a client that knows the server's authority", () => {
  test("stores and fetches, small and large, one and many at a time", async () => {
    await using server = await TestServer.start({ tls: pair });
    await using ws = server.open("table", { tls: { ca: files.ca } });
    await ws.store("x", { one: 1 });
    expect(await ws.fetch("x")).toEqual({ one: 1 });
    const large = new Uint8Array(20_000_000).map((_, i) => i % 251);
    await ws.store("x", large);
    expect(isSame(await ws.fetch("x"), large)).toBe(true);
    const numbers = Array.from({ length: 5000 }, (_, i) => i);
    const fetched = Promise.all(numbers.map(() => ws.fetch("y")));
    await Promise.all(numbers.map((i) => ws.store("y", i)));
    expect(await fetched).toEqual(numbers);
  });

  test("takes the certificates as files or as text, and goes by an address that is in the certificate", async () => {
    await using server = await TestServer.start({
      tls: { cert: readFileSync(pair.cert, "latin1"), key: readFileSync(pair.key, "latin1"), ca: files.ca },
    });
    const own = await files.client();
    const ca = readFileSync(files.ca, "latin1");
    for (const serverHost of ["127.0.0.1", "localhost"]) {
      await using ws = server.open("table", {
        serverHost,
        tls: { ca, cert: own.cert, key: readFileSync(own.key, "latin1") },
      });
      await ws.store("x", 1);
    }
  });

  test("goes by another name when it says which one is meant", async () => {
    const named = await files.server({ altNames: ["hippo.example.org"] }, "named");
    await using server = await TestServer.start({ tls: named });
    await using ws = server.open("table", { tls: { ca: files.ca, servername: "hippo.example.org" } });
    await ws.store("x", 1);
    const addressed = await files.server({ altNames: ["192.0.2.7"] }, "addressed");
    await using other = await TestServer.start({ tls: addressed });
    await using by = other.open("table", { tls: { ca: files.ca, servername: "192.0.2.7" } });
    await by.store("x", 1);
  });

  test("comes back after its connection was cut, and loses nothing", async () => {
    await using server = await TestServer.start({ tls: pair });
    await using proxy = await CuttingProxy.to(server.running);
    await using ws = new NetWorkSpace("table", { ...proxy.options, tls: { ca: files.ca } });
    const waiting = ws.fetch("x");
    await ws.store("y", 1);
    proxy.cut();
    await ws.store("x", "after the cut");
    expect(await waiting).toBe("after the cut");
    expect(proxy.connections).toBe(2);
  });

  test("goes on when the server's certificate was changed, and refuses one that became another authority's", async () => {
    using own = await Certificates.make("one that changes");
    const { cert, key } = await own.server();
    await using server = await TestServer.start({ tls: { cert, key } });
    await using ws = server.open("table", { tls: { ca: own.ca } });
    await ws.store("x", 1);
    await own.server();
    await server.running.reload();
    await using later = server.open("table", { tls: { ca: own.ca } });
    expect(await later.fetch("x")).toBe(1);
    await ws.store("x", 2);
    expect(await refusal(server.options, { ca: files.ca })).toContain("an authority that is not known here");
  });

  test("is told that the web interface is encrypted", async () => {
    await using server = await TestServer.start({ tls: pair });
    await using client = new NwsServer({ ...server.options, tls: { ca: files.ca } });
    expect(await client.webScheme()).toBe("https");
    await using plain = await TestServer.start();
    await using other = plain.connect();
    expect(await other.webScheme()).toBe("http");
  });
});

describe("a transport", () => {
  const dial = async (server: TestServer, tls: TlsOptions | undefined): Promise<Transport> => {
    const { host, port } = server.running;
    const dialer = new NodeDialer({ host, port, tls: tls && tlsSettings(tls, {}) }, 10_000, new TokenSource({}));
    return new Promise((resolve, reject) => {
      const transport = dialer.dial({
        opened: () => resolve(transport),
        received: () => undefined,
        drained: () => undefined,
        closed: (error) => reject(error ?? new Error("closed")),
        exiting: () => undefined,
      });
    });
  };

  test("has 32 bytes that bind to its TLS connection, others for each", async () => {
    await using server = await TestServer.start({ tls: pair });
    const one = await dial(server, { ca: files.ca });
    const other = await dial(server, { ca: files.ca });
    expect(one.channelBinding).toHaveLength(32);
    expect(isSame(one.channelBinding, other.channelBinding!)).toBe(false);
    const plain = await dial(server, undefined);
    expect(plain.channelBinding).toBeUndefined();
    [one, other, plain].forEach((transport) => transport.destroy());
  });
});

describe("a client says what is wrong, and what to do, when", () => {
  test("the authority is not known", async () => {
    await using server = await TestServer.start({ tls: pair });
    using others = await Certificates.make("another authority");
    for (const tls of [true, { ca: others.ca }]) {
      expect(await refusal(server.options, tls)).toMatch(
        /authority that is not known here .*tls: \{ ca \} \(NWS_TLS_CA, --tls-ca\)/,
      );
    }
    await using ws = server.open("table", { tls: { rejectUnauthorized: false } });
    await ws.store("x", 1);
  });

  test("the certificate has expired", async () => {
    await using server = await TestServer.start({ tls: await files.server({ days: -1 / 48 }, "expired") });
    expect(await refusal(server.options, { ca: files.ca })).toMatch(/certificate has expired; .*SIGHUP/);
  });

  test("the certificate is for other names", async () => {
    await using server = await TestServer.start({
      tls: await files.server({ altNames: ["hippo.example.org"] }, "named"),
    });
    expect(await refusal(server.options, { ca: files.ca })).toMatch(
      /not for '127\.0\.0\.1' but for DNS:hippo\.example\.org; .*servername/,
    );
  });

  test("a server's certificate is used that is for clients alone", async () => {
    await using server = await TestServer.start({ tls: await files.client("not a server", "not-a-server") });
    await refusal(server.options, { ca: files.ca });
  });

  test("the server has no certificate", async () => {
    await using server = await TestServer.start();
    expect(await refusal(server.options, { ca: files.ca })).toMatch(/it does not speak TLS; leave out the option tls/);
  });

  test("what answers hangs up", async () => {
    await using server = await FakeServer.start((socket) => socket.once("data", () => socket.end()));
    expect(await refusal(server.options, true)).toMatch(/it closed the connection when TLS began; .*--tls-cert/);
  });

  test("nobody listens there: as without TLS", async () => {
    const server = await FakeServer.start(() => undefined);
    const { options } = server;
    await server[Symbol.asyncDispose]();
    expect(await refusal(options, true)).toMatch(/ECONNREFUSED.*is a server running there\?/);
  });

  test("the server speaks TLS only, and the client does not", async () => {
    const server = createTlsServer({ cert: readFileSync(pair.cert), key: readFileSync(pair.key) }).listen(
      0,
      "127.0.0.1",
    );
    server.on("tlsClientError", () => undefined);
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    await using client = new NwsServer({
      serverHost: "127.0.0.1",
      serverPort: port,
      connectTimeout: 1000,
      reconnect: false,
    });
    expect(String(await failureOf(client.ping()))).toMatch(
      /said nothing within 1000 ms: .*option tls \(NWS_TLS=1, --tls\)/,
    );
    server.close();
  });

  test("the handshake takes too long", async () => {
    await using server = await FakeServer.start(() => undefined);
    await using client = new NwsServer({ ...server.options, tls: true, connectTimeout: 50, reconnect: false });
    expect(await failureOf(client.ping())).toMatchObject({
      message: expect.stringContaining("within 50 ms") as string,
    });
  });
});

describe("the environment", () => {
  test("turns TLS on, by NWS_TLS=1 or a file, and not with NWS_TLS=0 or tls: false", async () => {
    await using server = await TestServer.start({ tls: pair });
    const isEncrypted = async (options: { tls?: boolean | TlsOptions } = {}): Promise<boolean> => {
      await using ws = server.open("table", options);
      await ws.store("x", 1);
      await ws.fetch("x");
      // (The server offers to encrypt what is not.)
      return !ws.server.session.exchange.connection.offer!.has("SSL");
    };
    expect(await isEncrypted()).toBe(false);
    vi.stubEnv("NWS_TLS_CA", files.ca);
    expect(await isEncrypted()).toBe(true);
    expect(await isEncrypted({ tls: true })).toBe(true);
    expect(await isEncrypted({ tls: false })).toBe(false);
    vi.stubEnv("NWS_TLS", "0");
    expect(await isEncrypted()).toBe(false);
    expect(await isEncrypted({ tls: {} })).toBe(true);
    vi.stubEnv("NWS_TLS", "1");
    expect(await isEncrypted()).toBe(true);
    vi.stubEnv("NWS_TLS_CA", "");
    expect(await refusal(server.options, undefined)).toContain("an authority that is not known here");
  });

  test("does not reach a Unix socket", async () => {
    const socketPath = join(files.folder, "socket");
    await using server = await TestServer.start({ tls: pair, socketPath });
    vi.stubEnv("NWS_TLS", "1");
    await using ws = new NetWorkSpace("table", { socketPath });
    await ws.store("x", 1);
    expect(() => new NetWorkSpace("table", { socketPath, tls: true })).toThrow(/a Unix socket has no TLS/);
    expect(server.running.tls).toBe(true);
  });
});

describe("an option that cannot work is refused at once", () => {
  const make = (tls: unknown): (() => NetWorkSpace) => {
    return () => new NetWorkSpace("table", { tls: tls as TlsOptions });
  };

  test.each([
    ["yes", /tls must be true, false or an object/],
    [{ ca: 7 }, /tls\.ca must be a string/],
    [{ ca: "" }, /tls\.ca must be a string, and not empty/],
    [{ rejectUnauthorized: "no" }, /tls\.rejectUnauthorized must be a boolean/],
    [{ cafile: "ca.pem" }, /tls has no option 'cafile'/],
    [{ ca: "/nowhere/ca.pem" }, /tls\.ca: .*\/nowhere\/ca\.pem/],
    [{ ca: join(import.meta.dirname, "support.ts") }, /tls\.ca: '.*' holds no PEM text/],
    [{ cert: "-----BEGIN CERTIFICATE-----" }, /tls\.cert and tls\.key go together/],
    [{ ca: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----" }, /tls\.ca cannot be used/],
  ])("%j", (tls, sentence) => {
    expect(make(tls)).toThrow(sentence);
    expect(make(tls)).toThrow(expect.objectContaining({ name: "ArgumentError", code: "bad_arguments" }) as Error);
  });

  test("and so is a variable of the environment", () => {
    vi.stubEnv("NWS_TLS", "yes");
    expect(make(undefined)).toThrow(/NWS_TLS is 'yes'; it must be 1 or 0/);
    vi.stubEnv("NWS_TLS", "1");
    vi.stubEnv("NWS_TLS_CERT", pair.cert);
    expect(make(undefined)).toThrow(/tls\.cert and tls\.key go together/);
  });
});
