import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { defaultOf, environmentNameOf, keyOf, settingNames, settingOf } from "../../src/cli/config/settings.ts";
import { nws, NwsProcess, type Outcome, startTestServer, until } from "./nws-process.ts";

let folder: string;
const file = (name: string): string => join(folder, name);
const write = async (name: string, lines: readonly string[]): Promise<string> => {
  await writeFile(file(name), `${lines.join("\n")}\n`, { mode: 0o644 });
  return file(name);
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nws-config-"));
});
afterAll(() => rm(folder, { recursive: true }));

type Shown = Readonly<Record<string, { readonly value: unknown; readonly from: string }>>;

async function show(args: readonly string[], env: Record<string, string> = {}): Promise<Shown> {
  const { stdout, stderr, code } = await nws(["config", "show", "--json", ...args], { env });
  expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  return JSON.parse(stdout) as Shown;
}

interface Report {
  readonly ok: boolean;
  readonly faults: readonly { readonly line?: number; readonly key?: string; readonly message: string }[];
  readonly warnings: readonly { readonly key?: string; readonly message: string }[];
}

async function check(path: string, env: Record<string, string> = {}): Promise<Report & Pick<Outcome, "code">> {
  const { stdout, code } = await nws(["config", "check", path, "--json"], { env });
  return { ...(JSON.parse(stdout) as Report), code };
}

describe("the settings of a server", () => {
  it("have, each, a default that can be written in a file, in the environment and as an option", () => {
    for (const name of settingNames) {
      const { kind, default: value } = settingOf(name);
      if (value !== undefined) {
        const text = kind.toml(value).replaceAll('"', "");
        expect(kind.parse(text), `${keyOf(name)} = ${text}`).toEqual(value);
      }
      expect(defaultOf(name)).not.toBe("");
    }
    expect(new Set(settingNames.map(environmentNameOf)).size).toBe(settingNames.length);
    const olds = ["port", "webPort", "tmpDir", "longValueSize"] as const;
    expect(olds.map(environmentNameOf)).toEqual([
      "NWS_SERVER_PORT",
      "NWS_WEB_PORT",
      "NWS_TMP_DIR",
      "NWS_LONG_VALUE_SIZE",
    ]);
  });

  it("are what an option says, else the environment, else the file, else the default", async () => {
    const path = await write("layers.toml", [
      "port = 1001",
      "max-waiting = 1002",
      "max-workspaces = 1003",
      'data = "kept"',
    ]);
    const env = { NWS_SERVER_PORT: "2001", NWS_SERVER_MAX_WAITING: "2002", NWS_SERVER_ALLOW_KILL: "yes" };
    const shown = await show(["--config", path, "--port", "3001"], env);
    expect(shown).toMatchObject({
      port: { value: 3001, from: "flag" },
      "max-waiting": { value: 2002, from: "environment" },
      "max-workspaces": { value: 1003, from: "file" },
      "max-variables": { value: "none", from: "default" },
      "allow-kill": { value: true, from: "environment" },
      // (Relative to the file, not to where the command runs.)
      data: { value: file("kept"), from: "file" },
    });
    expect(Object.keys(shown)).toEqual(settingNames.map(keyOf));
    // An empty variable is unset, one that no setting has is nobody's business.
    const quiet = await show([], { NWS_SERVER_PORT: "", NWS_CONFIG: path, NWS_SERVER_UNHEARD_OF: "1" });
    expect(quiet).toMatchObject({ port: { value: 1001, from: "file" } });
  });

  it("are shown as a table without anything secret", async () => {
    const pem = "-----BEGIN PRIVATE KEY-----\\nc2VjcmV0\\n-----END PRIVATE KEY-----\\n";
    const path = await write("secret.toml", [`tls-cert = "${pem}"`, `tls-key = "${pem}"`]);
    for (const args of [["--json"], []]) {
      const { stdout, code } = await nws(["config", "show", "--config", path, ...args]);
      expect(code).toBe(0);
      expect(stdout).toContain("PEM text, not shown");
      expect(stdout).not.toContain("c2VjcmV0");
    }
    const wrong = await write("secret-in-the-wrong-place.toml", [`port = "${pem}"`]);
    const { stderr } = await nws(["config", "check", wrong]);
    expect(stderr).toMatch(/port is PEM text; it must be/);
    expect(stderr).not.toContain("c2VjcmV0");
    const { stdout } = await nws(["config", "show", "--port", "7"]);
    expect(stdout).toMatch(/^port +7 +--port$/m);
    expect(stdout).toMatch(/^max-grace-ms +60000 +default$/m);
  });
});

describe("nws config init", () => {
  it("prints all settings, with what is so without them", async () => {
    const { stdout } = await nws(["config", "init"]);
    const untouched = await write("init.toml", [stdout]);
    expect(await check(untouched)).toEqual({ file: untouched, ok: true, faults: [], warnings: [], code: 0 });
    const lines = stdout.split("\n").filter((line) => /^# [a-z-]+ = /.test(line));
    expect(lines.map((line) => /^# ([a-z-]+)/.exec(line)![1])).toEqual(settingNames.map(keyOf));
    const all = await write(
      "init-all.toml",
      lines.map((line) => line.slice(2)),
    );
    const shown = await show(["--config", all]);
    const defaults = await show([]);
    for (const name of settingNames) {
      expect(shown[keyOf(name)]!.from).toBe("file");
      if (settingOf(name).default !== undefined) {
        expect(shown[keyOf(name)]!.value).toEqual(defaults[keyOf(name)]!.value);
      }
    }
  });
});

describe("nws config check", () => {
  it("lists all that is wrong with a file, with the line, what is allowed, and the name that was meant", async () => {
    const path = await write("wrong.toml", [
      "prot = 1",
      'web_port = 9000 # port = "x"',
      "port = 70000",
      'motto = """',
      "max-waiting = 1",
      '"""',
      "  max-waiting = -1",
      'web-name = ["a", 2]',
      "insecure = 1",
      'log-level = "loud"',
      'max-memory-bytes = "16Q"',
      "drain-seconds = inf",
      "[limits]",
      "max-waiting = 1",
    ]);
    const wanted = [
      [1, "prot", "did you mean port?"],
      [2, "web_port", "did you mean web-port?"],
      [3, "port", "port is 70000; it must be a number from 0 to 65535"],
      [4, "motto", "there is no setting"],
      [7, "max-waiting", "max-waiting is -1; it must be a whole number from 1"],
      [8, "web-name", "it must be a list of texts"],
      [9, "insecure", "insecure is 1; it must be true or false"],
      [10, "log-level", 'it must be one of "silent", "error", "warn", "info", "debug"'],
      [11, "max-memory-bytes", 'max-memory-bytes is "16Q"; it must be a number of bytes'],
      [12, "drain-seconds", "drain-seconds is Infinity; it must be a number of seconds from 0"],
      [13, "limits", "all settings stand at the top"],
    ] as const;
    const { ok, code, faults } = await check(path);
    expect({ ok, code }).toEqual({ ok: false, code: 2 });
    expect(faults.map(({ line, key }) => [line, key])).toEqual(wanted.map(([line, key]) => [line, key]));
    faults.forEach(({ message }, at) => expect(message).toContain(wanted[at]![2]));
    // Its server says the same, and does not start.
    const outcome = await nws(["server", "--config", path]);
    expect(outcome.code).toBe(2);
    expect(outcome.stdout).toBe("");
    const lines = outcome.stderr.trimEnd().split("\n");
    expect(lines).toEqual(faults.map(({ line, message }) => `nws: ${path}:${line}: ${message}`));
  });

  it("says where a file is no TOML, or is none at all", async () => {
    const torn = await check(await write("torn.toml", ["port = 1", 'host = "x']));
    expect(torn).toMatchObject({ code: 2, faults: [{ line: 2 }] });
    const twice = await check(await write("twice.toml", ["port = 1", "port = 2"]));
    expect(twice).toMatchObject({ code: 2, faults: [{ line: 2 }] });
    expect(await check(file("missing.toml"))).toMatchObject({
      code: 2,
      faults: [{ message: "there is no such file" }],
    });
    await writeFile(file("bytes.toml"), Uint8Array.of(0xff, 0xfe, 0));
    expect(await check(file("bytes.toml"))).toMatchObject({ faults: [{ message: "it is no text in UTF-8" }] });
    const { code, stderr } = await nws(["config", "check"]);
    expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining("NWS_CONFIG") as string });
  });

  it("lists what is wrong in the environment too, and what does not go together", async () => {
    const path = await write("together.toml", ["port = 9000", "web-port = 9000", 'tls-cert = "server.pem"']);
    const { faults } = await check(path, { NWS_SERVER_MAX_WAITING: "few" });
    expect(faults.map(({ message }) => message)).toEqual([
      "the environment variable NWS_SERVER_MAX_WAITING is 'few'; it must be a whole number from 1",
      expect.stringContaining("both --tls-cert and --tls-key"),
      expect.stringContaining("port and web-port are both 9000"),
    ]);
  });

  it("looks whether what it names is there and can be used", async () => {
    await writeFile(file("plain"), "");
    await mkdir(file("folder"));
    await writeFile(file("access.json"), "{");
    const path = await write("places.toml", [
      'host = "0.0.0.0"',
      'web-pages = "no-pages"',
      'data = "plain/data"',
      'tmp-dir = "plain"',
      'audit-log = "folder"',
      'socket = "plain"',
      'access = "access.json"',
    ]);
    const { faults, code } = await check(path);
    expect(code).toBe(2);
    const of: Readonly<Record<string, string>> = Object.fromEntries(
      faults.map(({ key = "", message }) => [key, message] as const),
    );
    expect(Object.keys(of).sort()).toEqual(["access", "audit-log", "data", "host", "socket", "tmp-dir", "web-pages"]);
    expect(of["data"]).toMatch(/cannot be made: .*plain is no folder/);
    expect(of["socket"]).toMatch(/is there already, and is no socket/);
    expect(of["host"]).toMatch(/--allow-plaintext/);
    const good = await write("good-places.toml", [
      'data = "new/data"',
      'tmp-dir = "folder"',
      'audit-log = "new-audit.log"',
      'socket = "new-socket"',
      'access = "new-access.json"',
    ]);
    const checked = await check(good);
    expect(checked).toMatchObject({ ok: true, code: 0, faults: [], warnings: [{ key: "access" }] });
  });

  it.skipIf(process.platform === "win32")("minds who may write to the file, and read the key", async () => {
    const open = await write("open.toml", []);
    await chmod(open, 0o646);
    expect(await check(open)).toMatchObject({
      code: 2,
      faults: [{ message: expect.stringContaining("chmod o-w") as string }],
    });
    await nws(["tls", "init", "--dir", file("tls")]);
    const path = await write("tls.toml", ['tls-cert = "tls/server.pem"', 'tls-key = "tls/server-key.pem"']);
    expect(await check(path)).toMatchObject({ ok: true, warnings: [] });
    await chmod(file("tls/server-key.pem"), 0o644);
    expect(await check(path)).toMatchObject({ ok: true, warnings: [{ key: "tls-key" }] });
    const mixed = await write("mixed.toml", ['tls-cert = "tls/server.pem"', 'tls-key = "tls/client-key.pem"']);
    const { faults } = await check(mixed);
    expect(faults).toEqual([{ key: "tls-cert", message: expect.stringContaining("does not belong to") as string }]);
    await nws(["tls", "server", "soon", "--dir", file("tls"), "--days", "3"]);
    const soon = await write("soon.toml", ['tls-cert = "tls/soon.pem"', 'tls-key = "tls/soon-key.pem"']);
    expect(await check(soon)).toMatchObject({
      ok: true,
      warnings: [{ message: expect.stringContaining("the certificate expires on") as string }],
    });
  });
});

describe.skipIf(process.platform === "win32")("a server with a configuration file", () => {
  it("takes up on SIGHUP what can change, says what cannot, and minds no faulty file", async () => {
    const path = await write("live.toml", ["max-value-bytes = 10", "max-connections = 100"]);
    await using server = await startTestServer(["--config", path, "--max-name-bytes", "30"]);
    let said = "";
    server.process.child.stderr.on("data", (text: string) => (said += text));
    const hangUp = async (lines: readonly string[], until: RegExp): Promise<void> => {
      await write("live.toml", lines);
      said = "";
      server.process.child.kill("SIGHUP");
      await waitFor(() => until.test(said));
    };
    const store = async (length: number, name = "x"): Promise<number | null> =>
      (await server.nws(["store", "table", name, "y".repeat(length)])).code;
    expect([await store(10), await store(11)]).toEqual([0, 1]);
    await hangUp(["max-value-bytes = 20", "max-name-bytes = 5", 'web-name = ["hippo"]'], /needs a restart: web-name\n/);
    expect(said).toContain("nws: changed: max-value-bytes, max-connections\n");
    expect([await store(20), await store(21)]).toEqual([0, 1]);
    // An option counts more than the file, now as before.
    expect(await store(1, "n".repeat(30))).toBe(0);
    await hangUp(["max-value-bytes = 5", "port = true", "x = 1"], /live\.toml:3: there is no setting/);
    expect(said).toContain(`nws: nothing was changed: ${path}:2: port is true; it must be a number from 0 to 65535\n`);
    expect(await store(20)).toBe(0);
    await hangUp(['log-level = "info"', "max-value-bytes = 20"], /changed: log-level\n/);
    server.process.child.kill("SIGHUP");
    await waitFor(() => said.includes('"msg":"the list of who may use this server was read again"'));
  });
});

async function waitFor(isSo: () => boolean): Promise<void> {
  await until(() => Promise.resolve(isSo()));
}

it("does not start on a file that is missing, and names it", async () => {
  const server = new NwsProcess(["server", "--config", file("none.toml")]);
  expect(await server.outcome).toMatchObject({ code: 2, stderr: `nws: ${file("none.toml")}: there is no such file\n` });
});

it("keeps a page with every setting that is generated from the table", async () => {
  const page = await readFile(new URL("../../docs/configuration.md", import.meta.url), "utf8");
  const rows = page.split("\n").filter((line) => /^\| `[a-z-]+` +\| `NWS_/.test(line));
  const cells = rows.map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  const wanted = settingNames.map((name) => {
    const { help, reloads } = settingOf(name);
    return [
      `\`${keyOf(name)}\``,
      `\`${environmentNameOf(name)}\``,
      defaultOf(name),
      reloads === true ? "yes" : "",
      help,
    ];
  });
  expect(cells).toEqual(wanted);
});
