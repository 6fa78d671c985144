import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type NetWorkSpace, NwsServer } from "../../src/client/index.ts";
import { type Outcome, nws, startTestServer, type TestServer, until } from "./nws-process.ts";
import { Key, PseudoTerminal, type TerminalOptions } from "./pseudo-terminal.ts";

let server: TestServer;
let client: NwsServer;
let table: NetWorkSpace;
let state: string;

beforeAll(async () => {
  server = await startTestServer();
  client = new NwsServer({ serverHost: "127.0.0.1", serverPort: server.port });
  table = await client.openWs("table");
  state = mkdtempSync(join(tmpdir(), "nws-repl-"));
});

afterAll(async () => {
  await client.close();
  await server[Symbol.asyncDispose]();
  rmSync(state, { recursive: true });
});

/** On a terminal, ready for the first line. */
async function repl(args: readonly string[] = ["table"], options: TerminalOptions = {}): Promise<PseudoTerminal> {
  const env = { XDG_STATE_HOME: state, NO_COLOR: "1", ...options.env };
  const terminal = PseudoTerminal.nws(["repl", ...args], { port: server.port, columns: 100, ...options, env });
  await terminal.shows(/> $/m);
  return terminal;
}

const script = (text: string, args: readonly string[] = ["table"]): Promise<Outcome> =>
  nws(["repl", ...args], { port: server.port, input: text });

const waiting = async (name: string, count: number): Promise<void> => {
  await until(async () => {
    const listing = (await table.listVars()).find((each) => each.name === name);
    return (listing?.fetchers ?? 0) + (listing?.finders ?? 0) === count;
  });
};

describe.skipIf(process.platform === "win32")("nws repl on a terminal", () => {
  it("stores, fetches, shows what lines give, and ends with nothing booked", async () => {
    await using terminal = await repl();
    expect(terminal.text).toMatch(/^Workspace 'table' on 127\.0\.0\.1:\d+, as ws\. /);
    terminal.type("await ws.store('x', { a: [1, 2], b: 'text' })\r");
    terminal.type("const got = await ws.fetch('x')\r");
    terminal.type("got.a\r");
    await terminal.shows(/^\[ 1, 2 \]$/m);
    terminal.type("ws.store('y', 1); ws.fetchTry('y')\r");
    await terminal.shows(/^1$/m);
    terminal.type("_ + 41\r");
    await terminal.shows(/^42$/m);
    terminal.type("ws\r");
    await terminal.shows(/^NetWorkSpace 'table' on 127\.0\.0\.1:\d+$/m);
    terminal.type(Key.ctrlD);
    await terminal.shows("nothing is left booked");
    expect(await terminal.exitCode).toBe(0);
    expect((await table.listVars()).filter(({ booked, values }) => booked + values > 0)).toEqual([]);
  });

  it("shows what other programs see, and is no owner", async () => {
    await using terminal = await repl(["made here"]);
    terminal.type("await ws.store('x', 'hello')\r");
    await until(async () => (await server.nws(["find", "made here", "x", "--try"])).stdout === "hello\n");
    expect((await client.listWss()).find(({ name }) => name === "made here")).toMatchObject({ owner: "" });
    terminal.type(".exit\r");
    expect(await terminal.exitCode).toBe(0);
    expect((await client.listWss()).map(({ name }) => name)).toContain("made here");
    await using owner = await repl(["mine", "--own"]);
    expect((await client.listWss()).find(({ name }) => name === "mine")?.owner).not.toBe("");
    owner.type(Key.ctrlD);
    await owner.exitCode;
    expect((await client.listWss()).map(({ name }) => name)).not.toContain("mine");
  });

  it("ends waiting at Ctrl-C, without loss, and goes on", async () => {
    await using terminal = await repl();
    for (const line of ["ws.fetch('w')", "const v = await ws.fetch('w')", "for await (const v of ws.ifetch('w')) v"]) {
      terminal.type(`${line}\r`);
      await waiting("w", 1);
      terminal.type(Key.ctrlC);
      await waiting("w", 0);
      terminal.type(`'after ' + ${line.length}\r`);
      await terminal.shows(`'after ${line.length}'`);
    }
    expect(terminal.text.match(/^interrupted$/gm)).toHaveLength(3);
    // Whoever was interrupted takes nothing.
    await table.store("w", "kept");
    expect(await table.fetchTry("w")).toBe("kept");
    terminal.type("ws.fetch('w')\r");
    await waiting("w", 1);
    await table.store("w", "come");
    await terminal.shows("'come'");
    terminal.type("await new Promise(() => {})\r");
    await terminal.shows("Promise");
    terminal.type(Key.ctrlC);
    terminal.type("'still ' + 'here'\r");
    await terminal.shows("'still here'");
  });

  it("takes lines that were typed while one waited as the lines behind it", async () => {
    await using terminal = await repl();
    terminal.type("ws.fetch('held')\rfunction twice(x) {\rreturn 2 * x\r}\rtwice(21)\r");
    await waiting("held", 1);
    await table.store("held", "first");
    const text = await terminal.shows(/^42$/m);
    expect(text.indexOf("'first'")).toBeLessThan(text.indexOf("\n42"));
  });

  it("completes JavaScript, methods, and names that the server has", async () => {
    await table.store("long name", 1);
    await table.store("longer", 1);
    await client.openWs("tab-other");
    await using terminal = await repl();
    terminal.type("ws.fetchTryM\t");
    await terminal.shows("ws.fetchTryMany");
    terminal.type(`${Key.ctrlU}Mode.fi\t`);
    await terminal.shows("Mode.fifo");
    const completes = async (typed: string, wanted: string): Promise<void> => {
      terminal.type(`${typed}\t`);
      // (Who presses Tab while the server takes too long to tell its names presses it again.)
      const again = setInterval(() => terminal.type("\t"), 2000);
      await terminal.shows(wanted).finally(() => clearInterval(again));
    };
    await completes(`${Key.ctrlU}ws.findTry('lon`, "ws.findTry('long");
    await completes("e", "ws.findTry('longer'");
    terminal.type(")\r");
    await terminal.shows(/^1$/m);
    // Live: what is there now.
    await table.store("quite new", 7);
    await completes('ws.fetchTry("qui', 'ws.fetchTry("quite new"');
    terminal.type(")\r");
    await terminal.shows(/^7$/m);
    await completes("use('tab-", "use('tab-other'");
    await completes(`${Key.ctrlU}.use tab-`, ".use tab-other");
    terminal.type("\r");
    await terminal.shows("tab-other> ");
    terminal.type(".exit\r");
    expect(await terminal.exitCode).toBe(0);
  });

  it("has commands that begin with a dot", async () => {
    await table.store("seen", 1);
    await using terminal = await repl(["table"], { rows: 60 });
    terminal.type(".ls\r");
    await terminal.shows(/^WORKSPACE +OWNER +PERSISTENT +VARIABLES$[^]*^table /m);
    terminal.type(".vars\r");
    await terminal.shows(/^VARIABLE +MODE +VALUES[^]*^seen +fifo +1 /m);
    terminal.type(".vars nowhere\r");
    await terminal.shows("workspace 'nowhere' does not exist");
    terminal.type(".watch ticks\r");
    await waiting("ticks", 1);
    await table.store("ticks", "tick");
    await terminal.shows("'tick'");
    terminal.type(Key.ctrlC);
    await waiting("ticks", 0);
    terminal.type(".use else\r");
    await terminal.shows("else> ");
    terminal.type("ws.name\r");
    await terminal.shows("'else'");
    terminal.type(".help\r");
    await terminal.shows(/\.watch +Show the values/);
  });

  it("says errors in a sentence, with a stack when that is asked for", async () => {
    await using terminal = await repl();
    terminal.type("nothing.at.all\r");
    await terminal.shows(/^ReferenceError: nothing is not defined$/m);
    terminal.type("ws.deleteVar('never there')\r");
    await terminal.shows(/^.*never there.*$/m);
    terminal.type("let = = 3\r");
    await terminal.shows(/^SyntaxError: /m);
    terminal.type("throw new Error('\\x1b[2Joh\\nno')\r");
    await terminal.shows("Error: \\u001b[2Joh");
    terminal.type("Promise.reject(new Error('left alone')); 1\r");
    await terminal.shows("Error: left alone");
    expect(terminal.text).not.toMatch(/^ +at /m);
    await using debugging = await repl(["table", "--debug"]);
    debugging.type("nothing.at.all\r");
    await debugging.shows(/^ +at /m);
  });

  it("shows values as they are, and cuts long ones", async () => {
    await using terminal = await repl();
    await table.store("evil", "\u001b[2Jgone\u0007");
    await table.store("evil", new Map([["inspect", "x".repeat(50_000)]]));
    terminal.type("ws.fetch('evil')\r");
    await terminal.shows("'\\x1B[2Jgone\\x07'");
    terminal.type("ws.fetch('evil')\r");
    await terminal.shows(/… \(the first 10000 characters of \d+\)|more characters/);
  });

  it("says that the server is gone; what waits goes on when it is back", async () => {
    const data = mkdtempSync(join(tmpdir(), "nws-repl-data-"));
    const first = await startTestServer(["--data", data, "--durability", "os"]);
    await using terminal = PseudoTerminal.nws(["repl", "kept", "--own", "--persistent"], {
      port: first.port,
      columns: 150,
      env: { XDG_STATE_HOME: state, NO_COLOR: "1" },
    });
    await terminal.shows("kept> ");
    first.process.child.kill("SIGKILL");
    await first.process.outcome;
    await terminal.shows("the connection is lost");
    terminal.type("ws.store('x', 1)\rws.fetch('x')\r");
    await using second = await startTestServer(["--port", String(first.port), "--data", data, "--durability", "os"]);
    await terminal.shows("the connection is back");
    await terminal.shows(/^1$/m);
    expect(second.port).toBe(first.port);
  });

  it("keeps what was typed, for this user alone", async () => {
    await using terminal = await repl();
    terminal.type("'to be ' + 'remembered'\r");
    await terminal.shows("'to be remembered'");
    terminal.type(".exit\r");
    await terminal.exitCode;
    const file = join(state, "networkspaces", "repl-history");
    expect(readFileSync(file, "utf8")).toContain("'to be ' + 'remembered'");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    writeFileSync(file, "'from before'\n");
    await using again = await repl();
    again.type("6 * 7\r");
    await again.shows(/^42$/m);
    again.type(`${Key.up}${Key.up}\r`);
    await again.shows(/^'from before'$/m);
  });

  it("says what goes back when somebody leaves with values on lease", async () => {
    await using terminal = await repl();
    await table.store("leased", 1);
    terminal.type("const lease = await ws.fetch('leased', { lease: true })\r");
    await until(async () => (await table.listVars()).some(({ name, booked }) => name === "leased" && booked === 1));
    terminal.type(Key.ctrlD);
    await terminal.shows("values on lease that go back to their places: 1");
    expect(await terminal.exitCode).toBe(0);
    expect(await table.fetchTry("leased")).toBe(1);
  });
});

describe("nws repl elsewhere", () => {
  it("runs a script and shows what its lines give, without prompts", async () => {
    const text =
      "await ws.store('s', 3)\nconst x =\n  await ws.fetch('s')\nfunction cube(n) {\n  return n ** 3\n}\ncube(x)\n";
    expect(await script(text)).toMatchObject({ code: 0, stdout: "27\n", stderr: "" });
  });

  it("ends at the first error", async () => {
    expect(await script("1\nws.deleteVar('none such')\n2\n")).toMatchObject({
      code: 1,
      stdout: "1\n",
      stderr: expect.stringMatching(/^nws: .*none such.*\n$/) as string,
    });
    expect(await script("1\nf(\n")).toMatchObject({ code: 1, stdout: "1\n" });
    expect((await script("1\n", ["table", "--port", "1"])).code).toBe(5);
    expect((await script("1\n", ["not there", "--no-create"])).code).toBe(1);
  });

  it("does not stay for timers", async () => {
    expect(await script("const timer = setInterval(() => {}, 1000)\n")).toMatchObject({ code: 0, stderr: "" });
  });
});
