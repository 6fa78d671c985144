import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from "node:tls";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemClock } from "../../src/log/index.ts";
import { ServerCertificate, type ServerTlsOptions } from "../../src/server/tls/server-certificate.ts";
import { TLS_HANDSHAKE_MS } from "../../src/server/tls/tls-entrance.ts";
import { Reply, Verb } from "../../src/wire/verbs.ts";
import { Certificates, KeptLog } from "./certificates.ts";
import { serve, type TestServer, until } from "./harness.ts";
import type { ServerOptions } from "../../src/server/server.ts";
import { classicRequest, RawClassic } from "./raw-classic.ts";
import { RawMultiplexed, readValue, u32, u8 } from "./raw-multiplexed.ts";
import { RawSocket } from "./raw-socket.ts";

let files: Certificates;
let pair: { cert: string; key: string };

beforeAll(async () => {
  files = await Certificates.make();
  pair = await files.server();
});

afterAll(() => files[Symbol.dispose]());

interface TlsServer extends TestServer {
  readonly log: KeptLog;
  readonly certificate: ServerCertificate;
}

async function serveTls(tls: Partial<ServerTlsOptions> = {}, options: Partial<ServerOptions> = {}): Promise<TlsServer> {
  const log = new KeptLog();
  const certificate = await ServerCertificate.load({ ...pair, ...tls }, log);
  return { ...(await serve({ certificate, logger: log, ...options })), log, certificate };
}

/** A TLS connection whose other end is the server that was meant. */
async function secure({ host, port }: TestServer, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connectTls({ host, port, ca: readFileSync(files.ca), ...options });
  await once(socket, "secureConnect");
  socket.on("error", () => undefined);
  return socket;
}

async function offerOf(raw: RawSocket): Promise<Map<string, string>> {
  raw.write("X000");
  expect((await raw.read(4)).toString()).toBe("P000");
  const text = async (): Promise<string> => (await raw.read(Number(await number()))).toString("latin1");
  const number = async (): Promise<string> => (await raw.read(4)).toString("latin1");
  const offer = new Map<string, string>();
  for (let left = Number(await number()); left > 0; left--) {
    offer.set(await text(), await text());
  }
  return offer;
}

/** Negotiates these options and returns what the server says to it. */
async function ask(raw: RawSocket, ...options: readonly string[]): Promise<string> {
  const pairs = options.map((option) => `${String(option.length).padStart(4, "0")}${option}00011`);
  raw.write(`R000${String(options.length).padStart(4, "0")}${pairs.join("")}`);
  return (await raw.read(4)).toString("latin1");
}

/** Begins TLS on a socket that was plain so far. */
async function upgrade(raw: RawSocket): Promise<RawSocket> {
  raw.socket.removeAllListeners("data");
  const socket = connectTls({ socket: raw.socket, ca: readFileSync(files.ca), servername: "localhost" });
  await once(socket, "secureConnect");
  return new RawSocket(socket);
}

/** What a TLS client says first. */
async function helloOfClient(): Promise<Buffer> {
  const listener = createServer().listen(0, "127.0.0.1");
  await once(listener, "listening");
  const client = connectTls({ host: "127.0.0.1", port: (listener.address() as AddressInfo).port });
  client.on("error", () => undefined);
  const [socket] = (await once(listener, "connection")) as [Socket];
  const [hello] = (await once(socket, "data")) as [Buffer];
  socket.destroy();
  listener.close();
  return hello;
}

describe("a port with a certificate", () => {
  it("takes both protocols over TLS", async () => {
    await using test = await serveTls();
    const classic = new RawClassic(new RawSocket(await secure(test)));
    classic.raw.write("2222");
    expect((await classic.raw.read(4)).toString()).toBe("2223");
    expect(await classic.short("open ws", "w", "", "no")).toBe(0);
    expect(await classic.short("store", "w", "x", "1", "v".repeat(1_000_000))).toBe(0);
    expect((await classic.long("fetch", "w", "x")).text).toHaveLength(1_000_000);
    const multiplexed = await RawMultiplexed.ready(new RawSocket(await secure(test)));
    await multiplexed.store(1, "value");
    expect(await classic.fetchText("w", "x")).toBe("value");
  });

  it("takes both protocols without TLS, even byte by byte", async () => {
    await using test = await serveTls();
    const multiplexed = await RawMultiplexed.ready(test);
    await multiplexed.store(1, "value");
    const classic = await RawSocket.to(test);
    for (const byte of Buffer.concat([Buffer.from("2222"), classicRequest("use ws", "w", "", "no")])) {
      classic.write(Buffer.of(byte));
      await until(() => classic.socket.writableLength === 0, "it is on its way");
    }
    expect((await classic.read(8)).toString()).toBe("22230000");
    expect(await new RawClassic(classic).fetchText("w", "x")).toBe("value");
  });

  it("answers a client that has sent all that it will send", async () => {
    await using test = await serveTls();
    const socket = await secure(test, { allowHalfOpen: true } as ConnectionOptions);
    const raw = new RawSocket(socket);
    socket.end(Buffer.concat([Buffer.from("2222"), classicRequest("list wss")]));
    expect((await raw.readToEnd()).toString("latin1")).toContain("__default");
  });

  it("refuses TLS 1.1", async () => {
    await using test = await serveTls();
    const old = { minVersion: "TLSv1.1", maxVersion: "TLSv1.1", ciphers: "DEFAULT@SECLEVEL=0" } as const;
    await expect(secure(test, old)).rejects.toThrow(/version/i);
    await until(() => test.log.has(/TLS handshake failed.*"reason":"unsupported protocol"/), "the log says it");
  });

  it("refuses to renegotiate, and serves others", async () => {
    await using test = await serveTls();
    const socket = await secure(test, { maxVersion: "TLSv1.2" });
    const refused = once(socket, "error");
    socket.renegotiate({}, () => undefined);
    expect(await refused).toMatchObject([{ code: "ERR_SSL_NO_RENEGOTIATION" }]);
    const other = await RawClassic.to(test);
    expect(await other.short("open ws", "w", "", "no")).toBe(0);
  });

  it("drops who is no TLS client after all, and says why in the log", async () => {
    await using test = await serveTls();
    for (const garbage of ["\x16", "\x16\x03\x01\xff\xff" + "a".repeat(65_535), "\x16" + "b".repeat(300_000)]) {
      const raw = await RawSocket.to(test);
      raw.socket.end(Buffer.from(garbage, "latin1"));
      await raw.readToEnd();
    }
    await until(() => test.log.lines.filter((line) => line.includes("TLS handshake failed")).length === 3, "all");
    const other = await RawClassic.to(test);
    expect(await other.short("open ws", "w", "", "no")).toBe(0);
    expect(test.log.has("internal error")).toBe(false);
  });

  it("drops who does not come to the point in time: one that is silent, one that stops half-way, one that drips", async () => {
    let now = 0;
    await using test = await serveTls({}, { clock: { ...systemClock, now: () => now } });
    const silent = await RawSocket.to(test);
    const halfway = await RawSocket.to(test);
    halfway.write("\x16\x03\x01\x02\x00\x01\x00");
    const dripping = await RawSocket.to(test);
    dripping.write("\x16\x03");
    const { deadlines } = test.server;
    await until(() => deadlines.count === 3, "they are there");
    now = TLS_HANDSHAKE_MS - 1;
    dripping.write("\x01");
    deadlines.expireDue();
    expect(deadlines.count).toBe(3);
    now = TLS_HANDSHAKE_MS;
    deadlines.expireDue();
    await Promise.all([silent, halfway, dripping].map((raw) => raw.readToEnd()));
    expect(deadlines.count).toBe(0);
    expect(test.log.lines.filter((line) => /TLS handshake failed.*did not come to an end/.test(line))).toHaveLength(3);
  });

  it("takes no more connections than the limit, those in their handshake included", async () => {
    await using test = await serveTls({}, { limits: { maxConnections: 1 } });
    const { deadlines } = test.server;
    const silent = await Promise.all(Array.from({ length: 65 }, () => RawSocket.to(test)));
    await until(() => deadlines.count === 65, "they are there");
    expect(await (await RawSocket.to(test)).readToEnd()).toHaveLength(0);
    silent.forEach((raw) => raw.destroy());
    await until(() => deadlines.count === 0, "they are gone");
    await secure(test);
  });

  it("stops while somebody is in the handshake", async () => {
    const test = await serveTls();
    const raw = await RawSocket.to(test);
    raw.write("\x16\x03");
    await until(() => test.server.deadlines.count === 1, "it is there");
    await test[Symbol.asyncDispose]();
    await raw.readToEnd();
  });
});

describe("a client that does not read what is encrypted for it", () => {
  it("is not read any more, fills no memory, and gets all when it reads again", async () => {
    await using test = await serveTls();
    const valueBytes = 100_000;
    const other = await RawMultiplexed.ready(test);
    await other.store(1, "v".repeat(valueBytes));
    const raw = new RawSocket(await secure(test));
    const slow = await RawMultiplexed.ready(raw);
    raw.socket.pause();
    const before = process.memoryUsage().rss;
    for (let request = 0; request < 20_000; request++) {
      slow.send(request, Verb.find, u32(0), u8(0));
    }
    for (let i = 0; i < 100; i++) {
      expect((await other.ask(1, Verb.ping)).verb).toBe(Reply.done);
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(150e6);
    raw.socket.resume();
    for (let request = 0; request < 300; request++) {
      const reply = await slow.next();
      expect(reply.request).toBe(request);
      expect(readValue(reply).bytes).toHaveLength(valueBytes);
    }
  });

  it("is dropped over the limit", async () => {
    await using test = await serveTls({}, { limits: { maxUnsentBytes: 5_000_000 } });
    const raw = new RawSocket(await secure(test));
    const slow = await RawMultiplexed.ready(raw);
    // These wait, and are answered by another one's stores: there is no request that could be held back.
    for (let request = 10; request < 210; request++) {
      slow.send(request, Verb.fetch, u32(0), u8(1), u32(0));
    }
    const other = await RawMultiplexed.ready(test);
    await until(() => test.server.space.stats.waiting === 200, "they wait");
    raw.socket.pause();
    for (let i = 0; i < 200; i++) {
      await other.store(1, "v".repeat(100_000));
    }
    await until(() => test.log.has(/has not taken \d+ bytes/), "it is dropped");
  });
});

describe("TLS that a classic client asks for", () => {
  it("begins after the handshake on the same connection, with any of the other options", async () => {
    await using test = await serveTls();
    const raw = await RawSocket.to(test);
    expect((await offerOf(raw)).get("SSL")).toBe("");
    expect(await ask(raw, "SSL", "MetadataFromServer")).toBe("A000");
    const secured = await upgrade(raw);
    secured.write(classicRequest("delete ws", "nobody"));
    expect((await secured.read(16)).toString()).toBe("00010009nwsReaso");
    expect(test.server.connectionCount).toBe(1);
  });

  it("begins, too, when the client did not wait for the answer", async () => {
    await using test = await serveTls();
    const raw = await RawSocket.to(test);
    await offerOf(raw);
    raw.write(Buffer.concat([Buffer.from("R00000010003SSL00011"), await helloOfClient()]));
    const answer = await raw.read(5);
    expect(answer.toString("latin1")).toBe("A000\x16");
  });

  it("does not take what was sent in clear text for requests", async () => {
    await using test = await serveTls();
    const raw = await RawSocket.to(test);
    await offerOf(raw);
    raw.write(Buffer.concat([Buffer.from("R00000010003SSL00011"), classicRequest("open ws", "injected", "", "no")]));
    await raw.readToEnd();
    await until(() => test.log.has("TLS handshake failed"), "the log says it");
    const other = await RawClassic.to(test);
    expect((await other.long("list wss")).text).not.toContain("injected");
  });

  it("is not offered where there is TLS already, on a Unix socket, and without a certificate", async () => {
    await using test = await serveTls();
    expect((await offerOf(new RawSocket(await secure(test)))).has("SSL")).toBe(false);
    const path = join(test.tmpDir, "socket");
    await test.server.listenUnix(path);
    expect((await offerOf(await RawSocket.to({ path }))).has("SSL")).toBe(false);
    await using plain = await serve();
    const raw = await RawSocket.to(plain);
    expect((await offerOf(raw)).has("SSL")).toBe(false);
    expect(await ask(raw, "SSL")).toBe("F000");
  });

  it("is no option of the multiplexed protocol", async () => {
    await using test = await serveTls();
    const raw = await RawSocket.to(test);
    await offerOf(raw);
    expect(await ask(raw, "SSL", "Multiplex")).toBe("F000");
  });
});

describe("a server without a certificate", () => {
  it("tells a TLS client at once that it has none", async () => {
    const log = new KeptLog();
    await using test = await serve({ logger: log });
    await expect(secure(test)).rejects.toMatchObject({ code: "ERR_SSL_WRONG_VERSION_NUMBER" });
    await until(() => log.has("the client speaks TLS, for which this server has no certificate"), "the log says it");
  });
});

describe("a certificate that is read again", () => {
  it("is shown to connections from then on; those of before go on", async () => {
    using own = await Certificates.make("one that changes");
    const { cert, key } = await own.server();
    await using test = await serveTls({ cert, key });
    const shown = async (): Promise<string> => {
      const socket = await secure(test, { ca: readFileSync(own.ca) });
      return socket.getPeerX509Certificate()!.fingerprint256;
    };
    const old = new RawClassic(new RawSocket(await secure(test, { ca: readFileSync(own.ca) })));
    const before = await shown();
    await own.server();
    expect(await shown()).toBe(before);
    await test.certificate.reload();
    expect(await shown()).not.toBe(before);
    old.raw.write("2222");
    await old.raw.read(4);
    expect(await old.short("open ws", "w", "", "no")).toBe(0);
  });

  it("is refused when something is wrong with it, in words, and the old one stays", async () => {
    using own = await Certificates.make("one that breaks");
    const { cert, key } = await own.server();
    await using test = await serveTls({ cert, key });
    const wrong: readonly [text: string, words: RegExp][] = [
      ["", /no PEM text/],
      ["-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", /certificate in .*server\.pem cannot be used/],
      [
        readFileSync(files.ca, "latin1"),
        /key in .*server-key\.pem does not belong to the certificate in .*server\.pem/,
      ],
    ];
    const good = readFileSync(cert, "latin1");
    for (const [text, words] of wrong) {
      writeFileSync(cert, text);
      await expect(test.certificate.reload()).rejects.toThrow(words);
      expect(test.log.lines.at(-1)).toMatch(/error the certificate was not loaded again/);
      await secure(test, { ca: readFileSync(own.ca) });
    }
    writeFileSync(cert, good);
    await test.certificate.reload();
  });

  it("is refused at the start in the same words", async () => {
    const log = new KeptLog();
    await expect(ServerCertificate.load({ ...pair, cert: "/nowhere/cert.pem" }, log)).rejects.toThrow(
      "cannot read the certificate in /nowhere/cert.pem: there is no such file",
    );
    await expect(ServerCertificate.load({ ...pair, key: files.ca }, log)).rejects.toThrow(/it is no private key/);
    await expect(ServerCertificate.load({ ...pair, ca: pair.key }, log)).rejects.toThrow(
      /clients' authority in .* cannot/,
    );
  });
});

describe("without a socket that is its own", () => {
  it("a connection that breaks within the handshake is forgotten", async () => {
    await using test = await serveTls();
    const socket = connect({ host: test.host, port: test.port });
    await once(socket, "connect");
    socket.write(Buffer.from("\x16\x03\x01", "latin1"));
    await until(() => test.server.deadlines.count === 1, "it is there");
    socket.resetAndDestroy();
    await until(() => test.server.deadlines.count === 0, "it is gone");
  });
});
