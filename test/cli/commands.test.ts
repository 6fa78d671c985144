import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NwsServer } from "../../src/client/index.ts";
import { VERSION } from "../../src/host/index.ts";
import { type Outcome, nws, startTestServer, type TestServer, until } from "./nws-process.ts";

let server: TestServer;
let client: NwsServer;
const run = (...args: string[]): Promise<Outcome> => server.nws(args);

beforeAll(async () => {
  server = await startTestServer();
  client = new NwsServer({ serverHost: "127.0.0.1", serverPort: server.port });
});

afterAll(async () => {
  await client.close();
  await server[Symbol.asyncDispose]();
});

describe("workspaces and variables", () => {
  it("ls lists workspaces, with owner and variables, as a table or JSON", async () => {
    await run("store", "listed", "x", "1");
    await client.openWs("owned");
    const { stdout } = await run("ls");
    expect(stdout).toMatch(/^WORKSPACE +OWNER +PERSISTENT +VARIABLES\n__default +\[system\] +yes\n/);
    expect(stdout).toMatch(/^listed +- +no +x$/m);
    expect(stdout).toMatch(/^owned +\S+ .*no$/m);
    const [only, ...others] = JSON.parse((await run("ls", "listed", "--json")).stdout) as unknown[];
    expect(only).toEqual({ name: "listed", owner: "", persistent: false, variables: ["x"] });
    expect(others).toEqual([]);
    await client.openWs("hasty", { persistent: true, durability: "memory" });
    expect(JSON.parse((await run("ls", "hasty", "--json")).stdout)).toMatchObject([{ durability: "memory" }]);
    expect(await run("ls", "nowhere")).toMatchObject({
      code: 1,
      stdout: "",
      stderr: "nws: there is no workspace 'nowhere'\n",
    });
  });

  it("vars lists variables, and makes no workspace for that", async () => {
    await run("store", "counted", "queue", "12345");
    await run("declare", "counted", "stack", "lifo");
    const { stdout } = await run("vars", "counted");
    expect(stdout.split("\n")[1]).toMatch(/^queue +fifo +1 +0 +0 +0 +0 +\d+$/);
    expect(stdout.split("\n")[2]).toMatch(/^stack +lifo +0 +0 +0 +0 +0 +0$/);
    const [, stack] = JSON.parse((await run("vars", "counted", "--json")).stdout) as unknown[];
    expect(stack).toEqual({
      name: "stack",
      mode: "lifo",
      values: 0,
      booked: 0,
      fetchers: 0,
      finders: 0,
      storers: 0,
      bytes: 0,
    });
    expect((await run("vars", "nowhere")).code).toBe(1);
    expect((await run("ls", "nowhere")).code).toBe(1);
  });

  it("declare sets limits, which vars shows and store obeys", async () => {
    const limits = ["--max-values", "1", "--max-bytes", "1K", "--when-full", "reject", "--ttl", "3600"];
    expect((await run("declare", "limits", "x", "fifo", ...limits)).code).toBe(0);
    expect((await run("store", "limits", "x", "1", "--ttl", "60")).code).toBe(0);
    expect(await run("store", "limits", "x", "2")).toMatchObject({ code: 1 });
    expect(JSON.parse((await run("vars", "limits", "--json")).stdout)).toMatchObject([
      { values: 1, storers: 0, maxValues: 1, maxBytes: 1024, whenFull: "reject", ttl: 3_600_000 },
    ]);
    await run("declare", "limits", "x", "fifo", "--when-full", "block", "--max-bytes", "0");
    const timedOut = await run("store", "limits", "x", "2", "--timeout", "0.05");
    expect(timedOut.stderr).toContain("waiting for room in 'x' timed out");
    expect(timedOut.code).toBe(4);
    expect((await run("declare", "limits", "x", "fifo", "--max-values", "none")).code).toBe(2);
  });

  it("declare fixes a mode once", async () => {
    expect((await run("declare", "modes", "x", "single")).code).toBe(0);
    expect((await run("declare", "modes", "x", "single")).code).toBe(0);
    const conflict = await run("declare", "modes", "x", "fifo");
    expect(conflict.code).toBe(1);
    expect(conflict.stderr).toMatch(/^nws: .*single.*\n$/);
    const wrong = await run("declare", "modes", "x", "random");
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/fifo, lifo, multi, single/);
  });

  it("rm deletes a variable or a workspace, and fails when there is none", async () => {
    await run("store", "doomed", "x", "1");
    expect((await run("rm", "doomed", "x")).code).toBe(0);
    expect((await run("rm", "doomed", "x")).code).toBe(1);
    expect((await run("rm", "doomed")).code).toBe(0);
    expect((await run("rm", "doomed")).code).toBe(1);
  });

  it("mktemp makes a workspace that is there", async () => {
    const name = (await run("mktemp", "job %04d")).stdout.trimEnd();
    expect(name).toMatch(/^job \d{4}/);
    expect((await run("ls", name)).code).toBe(0);
    expect(JSON.parse((await run("mktemp", "--json")).stdout)).toMatch(/./);
    expect((await run("mktemp", "no number")).code).toBe(2);
  });

  it("--idle-timeout has a workspace go when nobody has had it open for so long", async () => {
    const name = (await run("mktemp", "--idle-timeout", "0.1")).stdout.trimEnd();
    await run("store", "passing", "x", "1", "--idle-timeout", "0.1");
    await run("store", "staying", "x", "1", "--idle-timeout", "3600");
    const isGone = async (workspace: string): Promise<boolean> => (await run("ls", workspace)).code === 1;
    await until(async () => (await isGone(name)) && (await isGone("passing")));
    expect(await isGone("staying")).toBe(false);
    expect((await client.listWss()).find((each) => each.name === "staying")?.idleTimeout).toBe(3_600_000);
  });

  it("info tells about the server", async () => {
    const info = JSON.parse((await run("info", "--json")).stdout) as { version: string; limits: object };
    expect(info).toMatchObject({ version: VERSION, limits: { maxArguments: 16 } });
    expect((await run("info")).stdout).toMatch(/^version +0.*\n(.*\n)+limits\n( {2}max\w+ +.+\n)+$/);
  });

  it("what a command makes stays, and is not owned, unless --own says otherwise", async () => {
    await run("store", "staying", "x", "1");
    expect((await run("find", "staying", "x")).stdout).toBe("1\n");
    await run("store", "passing", "x", "1", "--own");
    expect((await run("ls", "passing")).code).toBe(1);
    await run("store", "lasting", "x", "1", "--own", "--persistent");
    expect(JSON.parse((await run("ls", "lasting", "--json")).stdout)).toMatchObject([{ persistent: true }]);
  });

  it("--no-create fails where there is no workspace", async () => {
    expect((await run("store", "absent", "x", "1", "--no-create")).code).toBe(1);
    expect((await run("ls", "absent")).code).toBe(1);
  });

  it("a name that cannot be is wrong usage", async () => {
    const { code, stderr } = await run("store", "tab\tname", "x", "1");
    expect(code).toBe(2);
    expect(stderr).toMatch(/^nws: .*tab.*\n$/);
  });
});

describe("the command line itself", () => {
  it("tells its version", async () => {
    expect(await nws(["--version"])).toMatchObject({ code: 0, stdout: `${VERSION}\n` });
  });

  it("helps, for every command, with exit code 0 on standard output", async () => {
    const { code, stdout } = await nws(["--help"]);
    expect(code).toBe(0);
    const commands = [...stdout.matchAll(/^ {2}([a-z]+) (?=[[<]| {3})/gm)].map(([, name = ""]) => name);
    expect(commands.sort()).toEqual(
      ["babelfish", "check", "completion", "config", "data", "declare", "demo", "dump", "fetch", "find", "help", "info", "load", "ls", "mktemp", "repl", "rm", "server", "store", "tls", "token", "top", "vars", "watch", "worker"],
    ); // prettier-ignore
    for (const command of commands.filter((name) => name !== "help")) {
      const help = await nws(["help", command]);
      expect(help).toMatchObject({ code: 0, stderr: "" });
      expect(help.stdout).toContain(`Usage: nws ${command}`);
      // (Examples are as long as they are.)
      const prose = help.stdout.split("\n").filter((line) => !line.startsWith(" "));
      expect(Math.max(...prose.map((line) => line.length))).toBeLessThanOrEqual(100);
      expect(help.stdout).toBe((await nws([command, "--help"])).stdout);
    }
  }, 300_000);

  it("proposes what was meant, in one line", async () => {
    expect(await nws(["stor", "a", "b"])).toMatchObject({
      code: 2,
      stdout: "",
      stderr: "nws: unknown command 'stor' (Did you mean store?)\n",
    });
    const option = await nws(["fetch", "a", "b", "--timeuot", "1"]);
    expect(option).toMatchObject({ code: 2, stderr: "nws: unknown option '--timeuot' (Did you mean --timeout?)\n" });
  });

  it.each([
    [[]],
    [["fetch"]],
    [["fetch", "a"]],
    [["fetch", "a", "b", "c"]],
    [["fetch", "a", "b", "-n", "0"]],
    [["ls", "--port"]],
  ])("has exit code 2 for %j", async (args) => {
    expect((await nws(args)).code).toBe(2);
  });

  it("shows a stack only with --debug", async () => {
    expect((await run("rm", "nowhere")).stderr.trimEnd().split("\n")).toHaveLength(1);
    expect((await run("rm", "nowhere", "--debug")).stderr).toMatch(/\n {4}at /);
  });

  it("takes host and port from the environment, where empty means unset", async () => {
    const env = { NWS_HOST: "127.0.0.1", NWS_SERVER_PORT: String(server.port) };
    expect((await nws(["ls"], { env })).code).toBe(0);
    expect(
      (await nws(["ls", "--port", String(server.port)], { env: { NWS_HOST: "", NWS_SERVER_PORT: "" } })).code,
    ).toBe(0);
    expect((await nws(["ls"], { env: { NWS_SERVER_PORT: "x" } })).code).toBe(2);
  });
});
