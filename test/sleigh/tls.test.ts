import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, connect } from "node:net";
import { createServer, type Server } from "node:tls";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { NwsServer } from "../../src/client/index.ts";
import { type RunningServer, startServer } from "../../src/host/index.ts";
import { range, Sleigh } from "../../src/sleigh/index.ts";
import { Certificates } from "../server/certificates.ts";

let files: Certificates;
let server: RunningServer;
/** Lets nobody through to the server but who speaks TLS, and asks for a certificate of theirs. */
let gate: Server;
const shown: (string | undefined)[] = [];

beforeAll(async () => {
  files = await Certificates.make();
  // (Behind a gate nobody could log in: a proof holds for one TLS connection, and the server would see another.)
  server = await startServer({ port: 0, tls: await files.server(), insecure: true });
  const { cert, key } = await files.server({ altNames: ["hippo.example.org", "127.0.0.1"] }, "gate");
  const options = { cert: readFileSync(cert), key: readFileSync(key), ca: readFileSync(files.ca), requestCert: true };
  gate = createServer({ ...options, rejectUnauthorized: false }, (near) => {
    shown.push(near.authorized ? near.getPeerX509Certificate()?.subject : undefined);
    const far = connect(server.port, server.host);
    near.pipe(far).pipe(near);
    near.on("error", () => far.destroy());
    far.on("error", () => near.destroy());
  });
  gate.on("tlsClientError", () => undefined);
  await once(gate.listen(0, "127.0.0.1"), "listening");
});

afterAll(async () => {
  gate.close();
  await server.stop();
  files[Symbol.dispose]();
});

afterEach(() => {
  shown.length = 0;
  vi.unstubAllEnvs();
});

const port = (): number => (gate.address() as AddressInfo).port;
const where = (): { nwsHost: string; nwsPort: number } => ({ nwsHost: "127.0.0.1", nwsPort: port() });

test.each(["local", "threads"] as const)(
  "workers (%s) are told in private how to connect, and so are their tasks",
  async (launch) => {
    const { cert, key } = await files.client("a sleigh");
    const tls = { ca: files.ca, cert, key, servername: "hippo.example.org" };
    await using s = new Sleigh({ ...where(), tls, launch, workerCount: 2 });
    expect(await s.eachElem((x: number) => x ** 3, range(0, 20))).toEqual([...range(0, 20)].map((x) => x ** 3));
    await s.nws.store("for tasks", "told over TLS");
    expect(await s.eachElem("SleighNws.find('for tasks')", [1])).toEqual(["told over TLS"]);
    await s.stop();
    // Two sessions of the master, one of each worker, one of the task that used a workspace.
    expect(shown).toEqual(Array.from({ length: 5 }, () => "CN=a sleigh"));
  },
);

test("a connection that is there already says how", async () => {
  await using client = new NwsServer({ serverHost: "127.0.0.1", serverPort: port(), tls: { ca: files.ca } });
  await using s = new Sleigh({ server: client, workerCount: 1 });
  expect(await s.eachElem((x: number) => x + 1, [1, 2])).toEqual([2, 3]);
  expect(await s.view({ open: false })).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/workspaces\//);
});

test("the environment says how, and does not reach a server of the sleigh's own", async () => {
  vi.stubEnv("NWS_TLS_CA", files.ca);
  await using s = new Sleigh({ ...where(), workerCount: 1 });
  expect(await s.eachElem((x: number) => x + 1, [1])).toEqual([2]);
  await using own = new Sleigh({ workerCount: 1 });
  expect(await own.eachElem((x: number) => x + 1, [1])).toEqual([2]);
});

test("a master that does not believe the server says so", async () => {
  using others = await Certificates.make("another authority");
  await using s = new Sleigh({ ...where(), tls: { ca: others.ca }, workerCount: 1 });
  await expect(s.eachElem((x: number) => x + 1, [1])).rejects.toThrow(/an authority that is not known here/);
});
