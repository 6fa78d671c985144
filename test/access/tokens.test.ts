import { chmodSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, watch, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ConnectError, NetWorkSpace, NwsServer, PermissionError } from "../../src/client/index.ts";
import {
  changeAccessFile,
  createToken,
  type Grant,
  readAccessFile,
  type RunningServer,
  startServer,
  type StartServerOptions,
} from "../../src/host/index.ts";
import { failureCodes, Reply, Verb } from "../../src/wire/index.ts";
import { until } from "../client/support.ts";
import { byteString, RawMultiplexed, u64 } from "../server/raw-multiplexed.ts";

let folder: string;
let accessFile: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nws-access."));
  accessFile = join(folder, "access.json");
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function start(options: StartServerOptions = {}): Promise<RunningServer> {
  return startServer({ port: 0, webPort: false, accessFile, ...options });
}

/** Puts somebody on the list. */
async function tokenFor(grant: Partial<Grant>): Promise<{ token: string; id: string }> {
  const { token, record } = await createToken({ name: "ann", role: "use", ...grant });
  await changeAccessFile(accessFile, (records) => [...records, record]);
  return { token, id: record.id };
}

function connect({ host, port }: RunningServer, token: string, more: object = {}): NwsServer {
  return new NwsServer({ serverHost: host, serverPort: port, token, ...more });
}

async function isLetIn(server: RunningServer, token: string): Promise<boolean> {
  await using nws = connect(server, token, { reconnect: false });
  return await nws.ping().then(
    () => true,
    () => false,
  );
}

describe("a token", () => {
  it("lets in who has it, under the name on the list", async () => {
    const { token } = await tokenFor({ name: "ann" });
    await using server = await start();
    await using nws = connect(server, token);
    const ws = await nws.openWs("jobs");
    await ws.store("x", 1);
    expect(await ws.fetch("x")).toBe(1);
  });

  it("is read from a file, or from the environment", async () => {
    const { token } = await tokenFor({});
    const tokenFile = join(folder, "token");
    writeFileSync(tokenFile, `${token}\n`, { mode: 0o600 });
    await using server = await start();
    const where = { serverHost: server.host, serverPort: server.port };
    await using byFile = new NwsServer({ ...where, tokenFile });
    await byFile.ping();
    process.env["NWS_TOKEN"] = `nws_${"0".repeat(12)}_${"x".repeat(43)}`;
    try {
      await using byEnvironment = new NwsServer(where);
      await expect(byEnvironment.ping()).rejects.toMatchObject({ code: "not_authenticated" });
    } finally {
      delete process.env["NWS_TOKEN"];
    }
    chmodSync(tokenFile, 0o644);
    await using careless = new NwsServer({ ...where, tokenFile });
    await expect(careless.ping()).rejects.toThrow(/others may read the token .*chmod 600/);
  });

  it("is refused when it is unknown, has another secret, has expired, or is none", async () => {
    const { token, id } = await tokenFor({});
    const { token: old } = await tokenFor({ expires: new Date(Date.now() - 1000) });
    await using server = await start();
    const wrong = `nws_${id}_${"A".repeat(43)}`;
    const unknown = `nws_${"0".repeat(12)}_${token.slice(-43)}`;
    for (const each of [wrong, unknown, old]) {
      await using nws = connect(server, each);
      const failure = await nws.ping().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(ConnectError);
      expect(failure).toMatchObject({ code: "not_authenticated" });
      expect(String(failure)).toContain("not known here, was taken back, or has expired");
      expect(String(failure)).not.toContain(each.slice(-43));
    }
    await using none = connect(server, "secret");
    await expect(none.ping()).rejects.toThrow(/the token is none/);
  });

  it("is not given to a server that does not ask for it", async () => {
    const { token } = await tokenFor({});
    await using server = await start({ insecure: true });
    await using nws = connect(server, token);
    await expect(nws.ping()).rejects.toThrow(/does not ask for one/);
  });

  it("is not believed to a server that does not know it", async () => {
    // It offers what ours does, takes every proof, and can prove nothing itself.
    const impostor = createServer((socket) => {
      socket.on("error", () => undefined);
      const frame = (verb: number, text: string): Buffer => {
        const head = Buffer.alloc(9);
        head.writeUInt32BE(5 + text.length);
        head.writeUInt8(verb, 8);
        return Buffer.concat([head, Buffer.from(text)]);
      };
      socket.on("data", (chunk) => {
        const text = chunk.toString("latin1");
        const nonce = /r=([^,]+)/.exec(text)?.[1] ?? "";
        if (text === "X000") {
          socket.write("P00000020012Authenticate0013SCRAM-SHA-2560009Multiplex0000");
        } else if (text.includes("n,,n=")) {
          socket.write("A000");
          socket.write(frame(75, `r=${nonce}abc,s=c2FsdHNhbHRzYWx0c2FsdA==,i=4096`));
        } else if (text.includes(",p=")) {
          socket.write(frame(76, `v=${Buffer.alloc(32).toString("base64")}`));
        } else if (text.includes("R000")) {
          socket.write("A000");
        }
      });
    });
    await new Promise<void>((resolve) => impostor.listen(0, "127.0.0.1", resolve));
    const { port } = impostor.address() as { port: number };
    const { token } = await tokenFor({});
    await using nws = new NwsServer({ serverHost: "127.0.0.1", serverPort: port, token });
    await expect(nws.ping()).rejects.toThrow(/does not know the token/);
    impostor.close();
  });

  it("ends the sessions that it let in when it is taken back", async () => {
    const { token, id } = await tokenFor({});
    const { token: other } = await tokenFor({ name: "bob" });
    await using server = await start();
    await using nws = connect(server, token);
    await using stays = connect(server, other);
    await stays.ping();
    const ws = await nws.openWs("jobs");
    const waiting = ws.fetch("x").catch((error: unknown) => error);
    await ws.store("y", 1);
    await changeAccessFile(accessFile, (records) => records.filter((record) => record.id !== id));
    await server.reload();
    expect(await waiting).toMatchObject({ code: "connection_lost" });
    await expect(nws.ping()).rejects.toMatchObject({ code: "connection_lost" });
    await stays.ping();
  });

  it("ends its sessions when its time is over", async () => {
    await using server = await start();
    const token = await server.createToken({ name: "brief", role: "use", expires: new Date(Date.now() + 2000) });
    await using nws = connect(server, token, { reconnect: false });
    const ws = await nws.openWs("jobs");
    await expect(ws.fetch("x")).rejects.toMatchObject({ code: "connection_lost" });
  });

  it("is good at once when it is put on a running server's list: also the first one, in a folder that was not there, and over HTTP", async () => {
    accessFile = join(folder, "made later", "access.json");
    await using server = await start({ webPort: 0 });
    const { token } = await tokenFor({});
    expect(await isLetIn(server, token)).toBe(true);
    const { token: next } = await tokenFor({ name: "bob" });
    const headers = { authorization: `Bearer ${next}` };
    expect((await fetch(`http://127.0.0.1:${server.webPort}/api/workspaces`, { headers })).status).toBe(200);
  });

  it("is noticed to be taken off a running server's list", async () => {
    const { token, id } = await tokenFor({});
    await using server = await start();
    expect(await isLetIn(server, token)).toBe(true);
    await changeAccessFile(accessFile, (records) => records.filter((record) => record.id !== id));
    await until("it is not known any more", async () => !(await isLetIn(server, token)));
  });

  it("stays good while its list is replaced in two steps, and not when that is gone", async () => {
    const { token } = await tokenFor({ name: "ann" });
    await using server = await start();
    await using nws = connect(server, token, { reconnect: false });
    await nws.ping();
    const aside = join(folder, "aside");
    const noticed = new Promise<void>((resolve) => {
      const watcher = watch(folder, () => {
        watcher.close();
        resolve();
      });
    });
    renameSync(accessFile, aside);
    await noticed;
    // (The server hears of it in the same moment, and looks.)
    expect(await isLetIn(server, token)).toBe(true);
    renameSync(aside, accessFile);
    const { token: next } = await tokenFor({ name: "bob" });
    expect(await isLetIn(server, next)).toBe(true);
    await nws.ping();
    rmSync(accessFile);
    await until("it is not known any more", async () => !(await isLetIn(server, token)));
  });

  it("is not known any more after SIGHUP, whoever says when files change", async () => {
    const { token } = await tokenFor({});
    await using server = await start();
    await changeAccessFile(accessFile, () => []);
    await server.reload();
    expect(await isLetIn(server, token)).toBe(false);
  });

  it("is needed to come back to a session: its id and secret are not enough", async () => {
    const { token } = await tokenFor({});
    await using server = await start();
    await using nws = connect(server, token);
    const identity = await nws.identity();
    // (This one comes as the server's own user, which `nws` is not to the server.)
    const raw = await RawMultiplexed.connect(server);
    const answer = await raw.ask(0, Verb.resume, byteString(identity.id), byteString(identity.secret), u64(0));
    expect(answer.verb).toBe(Reply.failed);
    expect(answer.fields.readUInt16BE(0)).toBe(failureCodes.session_lost.number);
    await nws.ping();
  });
});

describe("a role", () => {
  it("read: finds, follows and lists, and is refused all else", async () => {
    const { token } = await tokenFor({ name: "board", role: "read" });
    await using server = await start();
    await using owner = new NetWorkSpace("jobs", { serverHost: server.host, serverPort: server.port });
    await owner.store("x", 1);
    await using nws = connect(server, token);
    const ws = await nws.openWs("jobs");
    expect(await ws.find("x")).toBe(1);
    expect(await ws.findTry("y")).toBeUndefined();
    const seen: unknown[] = [];
    for await (const value of ws.ifindTry("x")) {
      seen.push(value);
    }
    expect(seen).toEqual([1]);
    expect((await ws.listVars()).map(({ name }) => name)).toContain("x");
    expect((await nws.info()).version).toMatch(/^\d/);
    const refused: Promise<unknown>[] = [
      ws.store("x", 2),
      ws.storeAll("x", [2]),
      ws.store("x", new Uint8Array(1_000_000)),
      ws.fetch("x"),
      ws.fetchTry("x"),
      ws.fetchMany("x", { max: 2 }),
      ws.fetch("x", { lease: true }),
      ws.declare("z", "fifo"),
      ws.deleteVar("x"),
      ws.guard("x"),
      nws.deleteWs("jobs"),
      nws.mktempWs(),
      ws.ifetch("x").next(),
      ws.ifetchTry("x").next(),
    ];
    const failures = await Promise.all(refused.map((each) => each.catch((error: unknown) => error)));
    for (const failure of failures) {
      expect(failure).toBeInstanceOf(PermissionError);
      expect(failure).toMatchObject({ code: "not_permitted", reason: expect.stringContaining("'board'") as string });
    }
    await expect(nws.openWs("not there")).rejects.toMatchObject({ code: "no_such_workspace" });
    // Nothing of it was done, and who reads owns nothing.
    expect(await owner.fetch("x")).toBe(1);
    const [jobs] = (await nws.listWss()).filter(({ name }) => name === "jobs");
    expect(jobs).toMatchObject({ mine: false });
  });

  it("holds in the workspaces that fit a pattern; the others are not there", async () => {
    const { token } = await tokenFor({ workspaces: ["jobs-*", "lob?y"] });
    await using server = await start();
    const where = { serverHost: server.host, serverPort: server.port };
    await using secret = new NetWorkSpace("secret", where);
    await using lobby = new NetWorkSpace("lobby", where);
    await Promise.all([secret.store("x", 1), lobby.store("x", 1)]);
    await using nws = connect(server, token);
    const mine = await nws.openWs("jobs-1");
    await mine.store("x", 1);
    await nws.useWs("lobby");
    expect((await nws.listWss()).map(({ name }) => name)).toEqual(["jobs-1", "lobby"]);
    expect(await nws.listWssText("secret")).toBe("\n");
    const all = { by: "name", most: 10 } as const;
    expect((await nws.rank("workspaces", all)).rows.map(({ name }) => name)).toEqual(["jobs-1", "lobby"]);
    expect((await nws.rank("variables", { ...all, workspace: "secret" })).total).toBe(0);
    expect((await nws.rank("variables", all)).total).toBe(2);
    await expect(nws.rank("clients", all)).rejects.toMatchObject({ code: "not_permitted" });
    const refused = [nws.openWs("secret"), nws.useWs("never made"), nws.deleteWs("secret"), nws.mktempWs()];
    for (const failure of await Promise.all(refused.map((each) => each.catch((error: unknown) => error)))) {
      expect(failure).toMatchObject({ code: "not_permitted" });
    }
    expect(await nws.mktempWs("jobs-tmp-%d")).toMatch(/^jobs-tmp-\d/);
  });
});

describe("the list of who may come in", () => {
  it("holds nothing with which one could log in, and is the user's alone", async () => {
    const { token, id } = await tokenFor({});
    const text = readFileSync(accessFile, "utf8");
    expect(text).toContain(id);
    expect(text).not.toContain(token.slice(-43));
    if (process.platform !== "win32") {
      expect(statSync(accessFile).mode & 0o777).toBe(0o600);
    }
  });

  it("stops the start of a server when it cannot be used, and leaves a running one as it was", async () => {
    writeFileSync(accessFile, "{", { mode: 0o600 });
    await expect(start()).rejects.toThrow(/access\.json', cannot be used: .*JSON/);
    writeFileSync(accessFile, `{"format":2,"entries":[]}`);
    await expect(start()).rejects.toThrow(/format 2, from a newer version/);
    writeFileSync(accessFile, `{"format":1,"entries":[{"id":"1","name":"x"}]}`);
    await expect(start()).rejects.toThrow(/\/entries\/0/);
    rmSync(accessFile);
    const { token } = await tokenFor({});
    await using server = await start();
    writeFileSync(accessFile, "{");
    await server.reload();
    await using nws = connect(server, token);
    await nws.ping();
  });

  it("is refused when a token expires at what is no time: it would never be over", async () => {
    const { id } = await tokenFor({ expires: new Date(Date.now() + 1_000_000) });
    const text = readFileSync(accessFile, "utf8");
    writeFileSync(accessFile, text.replace(/"expires": "[^"]+"/, '"expires": "2027-13-45T00:00:00Z"'));
    await expect(start()).rejects.toThrow(`when ${id} expires, is no time`);
  });

  it("ends sessions whose token shall expire earlier than they were told", async () => {
    const { token, id } = await tokenFor({ expires: new Date(Date.now() + 1_000_000) });
    await using server = await start();
    await using nws = connect(server, token);
    await nws.ping();
    const expires = new Date(Date.now() - 1000).toISOString();
    await changeAccessFile(accessFile, (all) => all.map((each) => (each.id === id ? { ...each, expires } : each)));
    await server.reload();
    await expect(nws.ping()).rejects.toMatchObject({ code: "connection_lost" });
  });

  it("is refused when others may write to it", async () => {
    await tokenFor({});
    chmodSync(accessFile, 0o666);
    await expect(start()).rejects.toThrow(/others may write to it/);
  });

  it("is not changed by two at a time", async () => {
    writeFileSync(`${accessFile}.new`, "");
    await expect(tokenFor({})).rejects.toThrow(/is being changed/);
    rmSync(`${accessFile}.new`);
    await tokenFor({});
    expect(await readAccessFile(accessFile)).toHaveLength(1);
  });
});
