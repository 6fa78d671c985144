import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { connect, type ConnectionOptions, type TLSSocket } from "node:tls";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { TlsFacts } from "../../src/server/access/peer.ts";
import { Deadlines } from "../../src/server/deadlines.ts";
import { ServerCertificate } from "../../src/server/tls/server-certificate.ts";
import { Certificates, KeptLog } from "./certificates.ts";

let files: Certificates;
let pair: { cert: string; key: string };

beforeAll(async () => {
  files = await Certificates.make();
  pair = await files.server();
});

afterAll(() => files[Symbol.dispose]());

/** An entrance behind a listener, and what it says of the next connection that comes through. */
class Port implements AsyncDisposable {
  readonly log: KeptLog;
  readonly #listener: Server;
  readonly #facts: Promise<TlsFacts>;

  private constructor(certificate: ServerCertificate, log: KeptLog) {
    this.log = log;
    const deadlines = new Deadlines();
    const entrance = certificate.entrance({ deadlines, logger: log });
    let tell: (facts: TlsFacts) => void;
    this.#facts = new Promise((resolve) => (tell = resolve));
    this.#listener = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket: Socket) => {
      entrance.enter(socket, { secured: (_, facts) => tell(facts), plain: () => socket.destroy() });
    });
  }

  static async open(ca: string | undefined): Promise<Port> {
    const log = new KeptLog();
    const port = new Port(await ServerCertificate.load({ ...pair, ca }, log), log);
    await once(port.#listener.listen(0, "127.0.0.1"), "listening");
    return port;
  }

  /** What it says of a client, and the client's end. */
  async meet(options: ConnectionOptions): Promise<{ readonly facts: TlsFacts; readonly client: TLSSocket }> {
    const { port } = this.#listener.address() as AddressInfo;
    const client = connect({ host: "127.0.0.1", port, ca: readFileSync(files.ca), ...options });
    await once(client, "secureConnect");
    return { facts: await this.#facts, client };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await Promise.resolve();
  }
}

function shown({ cert, key }: { cert: string; key: string }): ConnectionOptions {
  return { cert: readFileSync(cert), key: readFileSync(key) };
}

it.each(["TLSv1.2", "TLSv1.3"] as const)(
  "both ends know what binds a token to their connection (%s)",
  async (maxVersion) => {
    await using port = await Port.open(undefined);
    const { facts, client } = await port.meet({ maxVersion });
    const binding = client.exportKeyingMaterial(32, "EXPORTER-Channel-Binding", Buffer.alloc(0));
    expect(Buffer.from(facts.binding!).equals(binding)).toBe(true);
    expect(facts.certificate).toBeUndefined();
    client.destroy();
  },
);

it("a certificate of the clients' authority says who a client is", async () => {
  const own = await files.client();
  await using port = await Port.open(files.ca);
  const { facts, client } = await port.meet(shown(own));
  const { fingerprint256 } = new X509Certificate(readFileSync(own.cert));
  expect(facts.certificate).toBe(fingerprint256.replaceAll(":", "").toLowerCase());
  expect(facts.certificate).toMatch(/^[\da-f]{64}$/);
  client.destroy();
});

it("a client without a certificate is let in as nobody in particular", async () => {
  await using port = await Port.open(files.ca);
  const { facts, client } = await port.meet({});
  expect(facts.certificate).toBeUndefined();
  client.destroy();
});

it("a certificate of another authority says nothing, and neither does a server's, or one that nobody asked for", async () => {
  using others = await Certificates.make("another authority");
  const own = await files.client();
  const cases = [
    { ca: files.ca, options: shown(await others.client()), isLogged: true },
    { ca: files.ca, options: shown(pair), isLogged: true },
    { ca: undefined, options: shown(own), isLogged: false },
  ];
  for (const { ca, options, isLogged } of cases) {
    await using port = await Port.open(ca);
    const { facts, client } = await port.meet(options);
    expect(facts.certificate).toBeUndefined();
    expect(port.log.has("the client's certificate does not count")).toBe(isLogged);
    client.destroy();
  }
});
