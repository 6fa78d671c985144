import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { nws, startTestServer, until } from "./nws-process.ts";

let folder: string;
let access: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nws-token."));
  access = join(folder, "access.json");
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("a token is printed once and lets in, until it is taken back", async () => {
  const made = await nws([
    "token",
    "create",
    "ann",
    "--access",
    access,
    "--workspaces",
    "jobs-*",
    "lobby",
    "--expires",
    "30d",
  ]);
  expect(made).toMatchObject({ code: 0, stderr: "" });
  expect(made.stdout).toMatch(/^nws_[0-9a-f]{12}_[\w-]{43}\n$/);
  const list = await nws(["token", "list", "--access", access]);
  expect(list.stdout).toMatch(
    /^id +name +role +workspaces +by +expires\n[0-9a-f]{12} +ann +use +jobs-\* lobby +token +20\d\d-/,
  );
  expect(list.stdout).not.toContain(made.stdout.trim().slice(-43));

  await using server = await startTestServer(["--access", access]);
  const env = { NWS_TOKEN: made.stdout.trim() };
  const as = (args: readonly string[]) => nws(args, { port: server.port, env });
  expect((await as(["store", "jobs-1", "x", "1"])).code).toBe(0);
  expect(await as(["store", "other", "x", "1"])).toMatchObject({
    code: 8,
    stderr: expect.stringMatching(/^nws: .*'other' is not among those/) as string,
  });
  const id = made.stdout.slice(4, 16);
  expect(await nws(["token", "revoke", id, "--access", access])).toMatchObject({
    code: 0,
    stdout: `taken back: ${id}\n`,
  });
  await until(async () => (await as(["ls"])).code === 8);
  expect((await as(["ls"])).stderr).toMatch(
    /^nws: cannot connect to .* the token is not known here, was taken back, or has expired\n$/,
  );
  expect((await nws(["token", "revoke", id, "--access", access])).stderr).toMatch(/nobody on the list .* has the id/);
});

it("a token in a file of its owner's is used with --token-file", async () => {
  const made = await nws(["token", "create", "board", "--role", "read", "--access", access]);
  const file = join(folder, "token");
  writeFileSync(file, made.stdout, { mode: 0o600 });
  await using server = await startTestServer(["--access", access]);
  expect((await server.nws(["store", "w", "x", "1"])).code).toBe(0);
  expect((await server.nws(["find", "w", "x", "--token-file", file])).stdout).toBe("1\n");
  expect((await server.nws(["fetch", "w", "x", "--token-file", file])).stderr).toMatch(
    /'board' may look and change nothing/,
  );
});

it("SIGHUP has the list read again at once", async () => {
  await using server = await startTestServer(["--access", access, "--log-level", "info"]);
  const made = await nws(["token", "create", "ann", "--access", access]);
  server.process.child.kill("SIGHUP");
  await until(
    async () => (await nws(["ls"], { port: server.port, env: { NWS_TOKEN: made.stdout.trim() } })).code === 0,
  );
});

it("a certificate is told by its file, or by its SHA-256", async () => {
  const digits = "AB:".repeat(31) + "AB";
  const made = await nws(["token", "create", "r-host", "--certificate", digits, "--access", access, "--json"]);
  expect(JSON.parse(made.stdout)).toMatchObject({ name: "r-host", role: "use", certificate: "ab".repeat(32) });
  const wrong = await nws(["token", "create", "x", "--certificate", access, "--access", access]);
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringMatching(/there is no certificate in/) as string });
});

it.each([
  [["create", "a\nb"], /control character/],
  [["create", "x", "--expires", "yesterday"], /a moment to come/],
  [["create", "x", "--expires", "2020-01-01"], /a moment to come/],
  [["create", "x", "--role", "king"], /Allowed choices are read, use, admin/],
  [["create"], /missing required argument/],
])("%j is refused", async (args, sentence) => {
  const refused = await nws(["token", ...args, "--access", access]);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(sentence);
});
