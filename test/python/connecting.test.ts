// Ways for the Python client to a server, and who it is there.
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { certificateRecord, changeAccessFile, startServer } from "../../src/host/index.ts";
import { Certificates } from "../server/certificates.ts";
import { PythonProgram, hasPython } from "./python.ts";

/** Prints a value that went through the server, or the error. */
function program(where: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const lines = [
    "from networkspaces import NetWorkSpace",
    "try:",
    `    with NetWorkSpace("table", ${where}) as ws:`,
    '        ws.store("x", [1])',
    '        print(ws.fetch("x"), ws.server._socket.__class__.__name__)',
    "except Exception as error:",
    "    print(error.__class__.__name__, error)",
  ];
  return new PythonProgram(lines, env).printed;
}

describe.runIf(hasPython)("the Python client reaches a server", () => {
  it("with TLS, told by options or by the environment, and no server that is another one", async () => {
    using files = await Certificates.make();
    using others = await Certificates.make("others");
    await using server = await startServer({ port: 0, tls: await files.server() });
    const here = `"localhost", ${server.port}`;
    expect(await program(`${here}, tls={"ca": "${files.ca}"}`)).toBe("[1] SSLSocket\n");
    expect(await program(here, { NWS_TLS_CA: files.ca })).toBe("[1] SSLSocket\n");
    expect(await program(`${here}, tls=False`, { NWS_TLS_CA: files.ca })).toBe("[1] socket\n");
    expect(await program(here, { NWS_TLS_CA: files.ca, NWS_TLS: "0" })).toBe("[1] socket\n");
    expect(await program(`${here}, tls={"ca": "${others.ca}"}`)).toMatch(/^SSLCertVerificationError /);
    expect(await program(`${here}, tls={"ca": "${files.ca}", "servername": "other"}`)).toMatch(/^SSLCert/);
  });

  it("with TLS only where it has a certificate", async () => {
    await using server = await startServer({ port: 0 });
    expect(await program(`"localhost", ${server.port}, tls=True`)).toMatch(/^NwsError connect: .* has no certificate/);
  });

  it("and takes nothing that came in clear for what came encrypted", async () => {
    const deceiver = createServer((socket) => {
      socket.once("data", () => {
        socket.write("P00000010003SSL00011");
        // Behind the word after which TLS begins: an answer to what it has not asked yet.
        socket.once("data", () => socket.write("A0000000"));
      });
      socket.on("error", () => undefined);
    }).listen(0, "127.0.0.1");
    await once(deceiver, "listening");
    const { port } = deceiver.address() as AddressInfo;
    expect(await program(`"localhost", ${port}, tls=True`)).toBe("ProtocolError bytes before TLS\n");
    deceiver.close();
  });

  it("that does not know its user, by a client certificate, and otherwise learns why not", async () => {
    using files = await Certificates.make();
    const client = await files.client();
    const accessFile = join(files.folder, "access.json");
    const { fingerprint256 } = new X509Certificate(readFileSync(client.cert));
    const record = certificateRecord({ name: "python", role: "use" }, fingerprint256.replaceAll(":", ""));
    await changeAccessFile(accessFile, () => [record]);
    const tls = { ...(await files.server()), ca: files.ca };
    await using server = await startServer({ port: 0, webPort: false, tls, accessFile, tokensOnly: true });
    const here = `"localhost", ${server.port}`;
    const shown = `"ca": "${files.ca}", "cert": "${client.cert}", "key": "${client.key}"`;
    expect(await program(`${here}, tls={${shown}}`)).toBe("[1] SSLSocket\n");
    expect(await program(`${here}, tls={"ca": "${files.ca}"}`)).toMatch(
      /^OperationFailed open ws: .*(token|certificate)/,
    );
  });

  it.skipIf(process.platform === "win32")("by a Unix socket", async () => {
    using files = await Certificates.make();
    const socketPath = join(files.folder, "socket");
    await using server = await startServer({ port: 0, socketPath });
    expect(server.port).toBeGreaterThan(0);
    expect(await program(`socketPath="${socketPath}"`)).toBe("[1] socket\n");
  });

  it("but not for longer than it was told to wait", async () => {
    await using server = await startServer({ port: 0 });
    await using waiting = new PythonProgram([
      "import socket",
      "from networkspaces import NetWorkSpace, ConnectionClosed",
      `ws = NetWorkSpace("table", port=${server.port}, timeout=20)`,
      "ws.server._socket.settimeout(0.1) # as if that had been said, once it is there",
      "try:",
      '    ws.fetch("x")',
      "except socket.timeout:",
      "    try:",
      '        ws.fetchTry("x")',
      "    except ConnectionClosed as error:",
      "        print(error)",
    ]);
    expect(await waiting.printed).toBe("fetchTry: the connection is closed\n");
  });
});
