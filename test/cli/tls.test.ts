import { execFileSync, spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "node:tls";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nws, NwsProcess, startTestServer, until } from "./nws-process.ts";

let folder: string;
let made: string;

const file = (name: string): string => join(folder, name);
const certificate = (name: string): X509Certificate => new X509Certificate(readFileSync(file(name)));
const ofServer = (): string[] => ["--tls-cert", file("server.pem"), "--tls-key", file("server-key.pem")];
const ofClient = (): string[] => ["--tls-cert", file("client.pem"), "--tls-key", file("client-key.pem")];
const known = (): string[] => ["--tls-ca", file("ca.pem")];

beforeAll(async () => {
  folder = join(mkdtempSync(join(tmpdir(), "nws-tls.")), "certificates of mine");
  const { code, stdout } = await nws(["tls", "init", "--dir", folder, "--name", "hippo.example.org", "2001:db8::5"]);
  expect(code).toBe(0);
  made = stdout;
});

afterAll(() => rmSync(join(folder, ".."), { recursive: true }));

describe("nws tls init", () => {
  it("makes an authority and certificates, keys for the user alone, and says what to do next", () => {
    expect(readdirSync(folder).sort()).toEqual(
      ["ca-key.pem", "ca.pem", "client-key.pem", "client.pem", "server-key.pem", "server.pem"].sort(),
    );
    if (process.platform !== "win32") {
      for (const name of readdirSync(folder)) {
        expect(statSync(file(name)).mode & 0o777).toBe(name.includes("key") ? 0o600 : 0o644);
      }
    }
    expect(made).toMatch(/nws server --tls-cert .*server\.pem'? --tls-key .*server-key\.pem'? --tls-ca .*ca\.pem/);
    expect(made).toMatch(/nws ls --tls-ca .*ca\.pem'?\n/);
    expect(made).toMatch(/nws ls --tls-ca .*ca\.pem'? --tls-cert .*client\.pem'? --tls-key .*client-key\.pem/);
  });

  it("makes them for this machine and the names that were said, by the authority", () => {
    const [ca, server, client] = [certificate("ca.pem"), certificate("server.pem"), certificate("client.pem")];
    expect(ca.ca).toBe(true);
    for (const name of ["localhost", "hippo.example.org", hostname()]) {
      expect(server.checkHost(name)).toBe(name);
    }
    for (const address of ["127.0.0.1", "::1", "2001:db8::5"]) {
      expect(server.checkIP(address)).toBe(address);
    }
    for (const each of [server, client]) {
      expect(each.checkIssued(ca)).toBe(true);
      expect(each.verify(ca.publicKey)).toBe(true);
      expect(each.ca).toBe(false);
    }
    const days = (Date.parse(server.validTo) - Date.now()) / 86_400_000;
    expect(Math.round(days)).toBe(825);
  });

  it.runIf(spawnSync("openssl", ["version"]).status === 0)(
    "makes what openssl accepts, strictly, for its purpose",
    () => {
      for (const [purpose, name] of [
        ["sslserver", "server.pem"],
        ["sslclient", "client.pem"],
      ] as const) {
        execFileSync("openssl", ["verify", "-x509_strict", "-CAfile", file("ca.pem"), "-purpose", purpose, file(name)]);
      }
      const wrong = spawnSync("openssl", [
        "verify",
        "-CAfile",
        file("ca.pem"),
        "-purpose",
        "sslserver",
        file("client.pem"),
      ]);
      expect(wrong.status).not.toBe(0);
    },
  );

  it("writes nothing where one of the files is there, unless --force", async () => {
    const other = join(folder, "..", "other");
    await nws(["tls", "init", "--dir", other]);
    const before = readFileSync(join(other, "ca.pem"), "utf8");
    rmSync(join(other, "server.pem"));
    const refused = await nws(["tls", "init", "--dir", other]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain(`${join(other, "ca.pem")} is there already; --force replaces it`);
    expect(readdirSync(other)).not.toContain("server.pem");
    expect(readFileSync(join(other, "ca.pem"), "utf8")).toBe(before);
    expect((await nws(["tls", "init", "--dir", other, "--force"])).code).toBe(0);
    expect(readFileSync(join(other, "ca.pem"), "utf8")).not.toBe(before);
    expect(readdirSync(other)).toHaveLength(6);
  });

  it.each([
    [["init", "--name", "no name"], "'no name' is neither a host's name nor an address"],
    [["init", "hippo"], "too many arguments for 'init'"],
    [["init", "--days", "0"], "from 1 to 3650"],
    [["client"], "missing required argument 'name'"],
    [["client", "../x"], "'../x' cannot be the name of a certificate"],
    [["client", "ca"], "'ca' cannot be the name of a certificate"],
    [["client", "lab", "--name", "hippo"], "unknown option '--name'"],
  ])("%j is wrong usage", async (args, sentence) => {
    const { code, stderr } = await nws(["tls", ...args, "--dir", folder]);
    expect(stderr).toContain(sentence);
    expect(code).toBe(2);
  });
});

describe("nws tls client and nws tls server", () => {
  it("make one more of the same authority", async () => {
    const { code, stdout } = await nws(["tls", "client", "lab", "--dir", folder, "--days", "7"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/nws ls --tls-ca .*ca\.pem'? --tls-cert .*lab\.pem'? --tls-key .*lab-key\.pem/);
    expect(certificate("lab.pem").subject).toBe("CN=lab");
    expect(certificate("lab.pem").verify(certificate("ca.pem").publicKey)).toBe(true);
    expect((await nws(["tls", "server", "second", "--dir", folder, "--name", "second.example.org"])).code).toBe(0);
    expect(certificate("second.pem").checkHost("second.example.org")).toBe("second.example.org");
  });

  it("say so where there is no authority", async () => {
    const { code, stderr } = await nws(["tls", "client", "lab", "--dir", join(folder, "..", "nowhere")]);
    expect(code).toBe(1);
    expect(stderr).toContain("nws tls init makes one");
  });
});

describe("commands over TLS", () => {
  it("know the server by --tls-ca or NWS_TLS_CA, and refuse one that they do not know", async () => {
    await using server = await startTestServer([...ofServer(), ...known()]);
    expect((await server.nws(["store", "table", "x", "hello", ...known()])).code).toBe(0);
    expect((await server.nws(["find", "table", "x", ...known(), ...ofClient()])).stdout).toBe("hello\n");
    const { port } = server;
    const env = { NWS_TLS_CA: file("ca.pem") };
    expect((await nws(["fetch", "table", "x"], { port, env })).stdout).toBe("hello\n");
    const unknown = await server.nws(["ls", "--tls"]);
    expect(unknown.code).toBe(5);
    expect(unknown.stderr).toContain("signed by an authority that is not known here");
    expect(unknown.stderr).toContain("--tls-ca");
    const named = await nws(["ls", ...known(), "--host", "127.0.0.2"], { port });
    expect(named.code).toBe(5);
  });

  it("go without it on the same port", async () => {
    await using server = await startTestServer(ofServer());
    expect((await server.nws(["store", "table", "x", "hello"])).code).toBe(0);
  });

  it("say so when the server has no certificate", async () => {
    await using server = await startTestServer();
    const { code, stderr } = await server.nws(["ls", "--tls"]);
    expect(code).toBe(5);
    expect(stderr).toMatch(/does not speak TLS; leave out .*--tls/);
  });

  it("say what is wrong with a file, and that a Unix socket has none", async () => {
    await using server = await startTestServer();
    const none = await server.nws(["ls", "--tls-ca", "/nowhere/ca.pem"]);
    expect(none.stderr).toMatch(/tls\.ca: .*\/nowhere\/ca\.pem/);
    expect(none.code).toBe(1);
    const half = await server.nws(["ls", "--tls-cert", file("client.pem")]);
    expect(half.stderr).toContain("tls.cert and tls.key go together");
    expect((await server.nws(["ls", "--tls", "--socket", "x"])).code).toBe(2);
  });

  it("complete names over it", async () => {
    await using server = await startTestServer(ofServer());
    await server.nws(["store", "over-tls", "x", "hello"]);
    const typed = ["find", "--port", String(server.port), ...known(), "over"];
    // (Again and again: a server that takes too long is not waited for.)
    await expect.poll(async () => (await nws(["__complete", "--", ...typed])).stdout).toContain("over-tls");
  });
});

describe("nws server with a certificate", () => {
  it("says https in its ready line", async () => {
    const server = new NwsProcess(["server", "--port", "0", ...ofServer()]);
    const [, address] = await server.prints(/web interface at (https:\/\/127\.0\.0\.1:\d+\/)\n/);
    const shown = await new Promise<string>((resolve, reject) => {
      const { port } = new URL(address!);
      const socket = connect({ host: "127.0.0.1", port: Number(port), ca: readFileSync(file("ca.pem")) }, () => {
        socket.write("GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
      });
      socket.once("data", (data: Buffer) => resolve(data.toString("latin1")));
      socket.on("error", reject);
    });
    expect(shown).toMatch(/^HTTP\/1\.1 200 /);
    server.child.kill();
    expect((await server.outcome).code).toBe(0);
  });

  it("needs both files, and says which one is wrong", async () => {
    const half = await nws(["server", "--port", "0", "--tls-cert", file("server.pem")]);
    expect(half.code).toBe(2);
    expect(half.stderr).toContain("both --tls-cert and --tls-key");
    const wrong = await nws([
      "server",
      "--port",
      "0",
      "--tls-cert",
      file("server.pem"),
      "--tls-key",
      file("client-key.pem"),
    ]);
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toMatch(/client-key\.pem does not belong to the certificate in .*server\.pem/);
  });

  it.skipIf(process.platform === "win32")(
    "reads the files again on SIGHUP, and stays as it is when they are wrong",
    async () => {
      const [cert, key] = [join(folder, "..", "live.pem"), join(folder, "..", "live-key.pem")];
      const put = (name: string): void => {
        copyFileSync(file(`${name}.pem`), cert);
        copyFileSync(file(`${name}-key.pem`), key);
      };
      put("server");
      await using server = await startTestServer(["--tls-cert", cert, "--tls-key", key]);
      const shown = (): Promise<string> =>
        new Promise((resolve, reject) => {
          const socket = connect({ host: "127.0.0.1", port: server.port, ca: readFileSync(file("ca.pem")) }, () => {
            resolve(socket.getPeerX509Certificate()!.fingerprint256);
            socket.destroy();
          });
          socket.on("error", reject);
        });
      expect(await shown()).toBe(certificate("server.pem").fingerprint256);
      await nws(["tls", "server", "renewed", "--dir", folder]);
      put("renewed");
      server.process.child.kill("SIGHUP");
      await until(async () => (await shown()) === certificate("renewed.pem").fingerprint256);
      writeFileSync(key, "nothing");
      let said = "";
      server.process.child.stderr.on("data", (text: string) => (said += text));
      server.process.child.kill("SIGHUP");
      await until(() => Promise.resolve(/nws: nothing was changed: the key in .*live-key\.pem/.test(said)));
      expect(await shown()).toBe(certificate("renewed.pem").fingerprint256);
    },
  );
});
