import { mkdtempSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { NwsServer } from "../../src/client/index.ts";
import { startServer } from "../../src/host/index.ts";

let folder: string;
let auditLog: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nws-audit."));
  auditLog = join(folder, "audit.log");
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Line {
  readonly time: string;
  readonly user?: string;
  readonly from: string;
  readonly act: string;
  readonly on: Readonly<Record<string, string>>;
}

function linesOf(path: string): Line[] {
  const text = readFileSync(path, "utf8");
  return text.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as Line]));
}

it("who ended whose session, who was refused, and who changed something on the web interface is in the audit log", async () => {
  const server = await startServer({ port: 0, webPort: 0, auditLog });
  const where = { serverHost: server.host, serverPort: server.port };
  const token = await server.createToken({ name: "ann", role: "use" });
  const ann = new NwsServer({ ...where, token });
  const victim = new NwsServer(where);
  const { id, secret } = await victim.identity();
  await ann.endSession({ id, secret });
  const stranger = new NwsServer({ ...where, token: `nws_${"0".repeat(12)}_${"x".repeat(43)}` });
  await expect(stranger.ping()).rejects.toThrow();
  const answer = await fetch(`http://${server.host}:${server.webPort!}/api/workspaces`, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "made" }),
  });
  expect(answer.status).toBe(201);
  await Promise.all([ann.close(), victim.close()]);
  await server.stop();
  const lines = linesOf(auditLog);
  expect(lines.map(({ user, act, on }) => [user, act, on])).toEqual([
    ["ann", "end session", { session: id }],
    [undefined, "refused to come in", {}],
    ["ann", "make workspace", { workspace: "made" }],
  ]);
  expect(lines.every(({ time, from }) => !Number.isNaN(Date.parse(time)) && from.startsWith("127.0.0.1:"))).toBe(true);
  if (process.platform !== "win32") {
    expect(statSync(auditLog).mode & 0o777).toBe(0o600);
  }
});

it("the audit log goes on in a new file when the old one was moved away, and is added to by the next server", async () => {
  const refusedBy = async (where: { serverHost: string; serverPort: number }): Promise<void> => {
    const stranger = new NwsServer({ ...where, token: `nws_${"0".repeat(12)}_${"x".repeat(43)}` });
    await expect(stranger.ping()).rejects.toThrow();
  };
  const server = await startServer({ port: 0, webPort: false, auditLog });
  const where = { serverHost: server.host, serverPort: server.port };
  await refusedBy(where);
  renameSync(auditLog, `${auditLog}.1`);
  await server.reload();
  await refusedBy(where);
  await server.stop();
  const next = await startServer({ port: 0, webPort: false, auditLog });
  await refusedBy({ serverHost: next.host, serverPort: next.port });
  await next.stop();
  expect(linesOf(`${auditLog}.1`)).toHaveLength(1);
  expect(linesOf(auditLog)).toHaveLength(2);
});

it("an audit log that cannot be written stops the start", async () => {
  await expect(startServer({ port: 0, webPort: false, auditLog: join(folder, "none", "x") })).rejects.toThrow(/ENOENT/);
});
