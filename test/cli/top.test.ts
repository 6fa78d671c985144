import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NwsServer, type NetWorkSpace } from "../../src/client/index.ts";
import { startTestServer, type TestServer } from "./nws-process.ts";
import { Key, PseudoTerminal, type TerminalOptions } from "./pseudo-terminal.ts";

/** What a hostile program may call things. */
const HOSTILE = "\u001b[2J\u001b]0;title\u0007\u001b[31m\u009b5A\u202eevil\u200d";
const WIDE = `名前${"\u0301".repeat(50)}`;

let server: TestServer;
let client: NwsServer;
let jobs: NetWorkSpace;

beforeAll(async () => {
  server = await startTestServer();
  client = new NwsServer({ serverHost: "127.0.0.1", serverPort: server.port, label: "the test" });
  jobs = await client.openWs("jobs");
  await jobs.storeAll("queue", [1, 2, 3]);
  await jobs.store("large", "x".repeat(5000));
  await (await client.openWs("bulk")).storeAll("all", Array<number>(500).fill(0));
  await (await client.openWs("zzz")).declare("empty", "fifo");
});

afterAll(async () => {
  await client.close();
  await server[Symbol.asyncDispose]();
});

const top = (args: readonly string[] = [], options: TerminalOptions = {}): PseudoTerminal =>
  PseudoTerminal.nws(["top", "--interval", "0.1", ...args], { port: server.port, ...options });

/** The name at the end of the line that is selected. */
const before = (text: string, one: string, other: string): boolean =>
  text.includes(one) && text.includes(other) && text.indexOf(one) < text.indexOf(other);

describe.skipIf(process.platform === "win32")("nws top on a terminal", () => {
  it("shows the server and its workspaces, and gives the terminal back at q", async () => {
    await using terminal = top();
    await terminal.shows(/nws top {2}127\.0\.0\.1:\d+ {2}0\.1\.0 {2}up/);
    const text = await terminal.shows(/operations\/s [\d.]+ {3}busy \d+%/);
    expect(text).toMatch(/clients 2 {3}workspaces 4 {3}variables 4/);
    expect(before(text, " bulk", " jobs")).toBe(true);
    expect(text).toMatch(/ 500 +0 +[\d.]+K +0 +[\d.-]+ +1 +no +bulk/);
    expect(terminal.isAlternate).toBe(true);
    terminal.type("q");
    expect(await terminal.exitCode).toBe(0);
    await terminal.shows(() => !terminal.isAlternate);
    expect(terminal.text).toBe("\n".repeat(23));
    // The cursor is there again, and long lines go on in the next.
    expect(terminal.written.endsWith("\u001b[?7h\u001b[?25h\u001b[?1049l")).toBe(true);
  });

  it("goes into a workspace, to what is known of a variable, and back", async () => {
    await using terminal = top();
    await terminal.shows(" jobs");
    terminal.type(Key.down);
    terminal.type(Key.enter);
    const variables = await terminal.shows(/variables of jobs, by values: 2/);
    expect(before(variables, " queue", " large")).toBe(true);
    terminal.type(Key.down);
    terminal.type(Key.enter);
    expect(await terminal.shows("One of the variables")).toMatch(/name +large\n/);
    terminal.type(Key.backspace);
    await terminal.shows(/variables of jobs, by values: 2/);
    terminal.type(Key.escape);
    await terminal.shows(/workspaces, by values: 4/);
    // It is still on jobs.
    terminal.type(Key.enter);
    await terminal.shows(/variables of jobs/);
  });

  it("has variables of all workspaces, and clients with who they are", async () => {
    await using terminal = top([], { columns: 120 });
    await terminal.shows(" jobs");
    terminal.type("v");
    expect(await terminal.shows(/variables, by values: 4/)).toMatch(/bulk {2}all/);
    terminal.type("c");
    const clients = await terminal.shows(/clients, by values: 2/);
    expect(clients).toMatch(/owner {2}the test {2}127\.0\.0\.1:\d+/);
    expect(clients).toMatch(/rank +owner {2}nws:\d+ /);
    terminal.type("w");
    await terminal.shows(/workspaces, by values: 4/);
  });

  it("sorts by other columns", async () => {
    await using terminal = top(["jobs"]);
    expect(before(await terminal.shows("VALUES*"), " queue", " large")).toBe(true);
    terminal.type("s");
    await terminal.shows((text) => text.includes("BYTES*") && before(text, " large", " queue"));
    terminal.type("sss");
    await terminal.shows("VARIABLE*");
  });

  it("filters while one types, keeps it at Enter and drops it at Esc", async () => {
    await using terminal = top();
    await terminal.shows(" jobs");
    terminal.type("/JO");
    await terminal.shows((text) => text.includes("with 'JO'") && !text.includes(" bulk"));
    // What are keys elsewhere is text here.
    terminal.type("q");
    await terminal.shows("/JOq_");
    terminal.type(Key.backspace + Key.enter);
    await terminal.shows((text) => text.includes("with 'JO', by values: 1") && !text.includes("/JO"));
    terminal.type(Key.escape);
    await terminal.shows((text) => text.includes(" bulk") && !text.includes("with"));
    terminal.type("/bu");
    await terminal.shows("/bu_");
    terminal.type(Key.escape);
    await terminal.shows((text) => text.includes(" jobs") && !text.includes("/bu"));
  });

  it("shows changes, but not while it is paused", async () => {
    await using terminal = top(["live"]);
    const live = await client.openWs("live");
    await live.store("first", 1);
    await terminal.shows(" first");
    terminal.type("p");
    await terminal.shows("PAUSED");
    await live.store("second", 1);
    terminal.type("?");
    await terminal.shows("look again now");
    terminal.type("?");
    await terminal.shows(" first");
    expect(terminal.text).not.toContain(" second");
    terminal.type(" ");
    await terminal.shows(" second");
    terminal.type("p");
    await live.store("third", 1);
    await terminal.shows(" third");
    await client.deleteWs("live");
    await terminal.shows((text) => text.includes("by values: 0"));
  });

  it("says how quickly things are done", async () => {
    await using terminal = top(["--sort", "rate"]);
    await terminal.shows(" jobs");
    const storing = new AbortController();
    const done = (async () => {
      const busy = await client.openWs("busy");
      await busy.declare("x", "single");
      while (!storing.signal.aborted) {
        await busy.store("x", 1);
      }
    })();
    const text = await terminal.shows(/ [\d.]+k? +1 +no +busy/);
    expect(text).toContain("OPS/S*");
    await terminal.shows((shown) => before(shown, " busy", " bulk") && /operations\/s [\d.]*[1-9]/.test(shown));
    storing.abort();
    await done;
  });

  it("follows the size of the terminal, however small", async () => {
    await using terminal = top();
    await terminal.shows(" jobs");
    terminal.resize(40, 8);
    await terminal.shows((text) => terminal.lines.length === 8 && text.includes("? help  w workspaces"));
    terminal.resize(5, 2);
    await terminal.shows((text) => text.startsWith("nws …"));
    terminal.resize(120, 30);
    await terminal.shows((text) => text.includes("q quit") && text.includes(" jobs"));
    expect(terminal.lines[29]).toContain("q quit");
  });

  it("scrolls through more rows than there is room for", async () => {
    const many = await client.openWs("many");
    await Promise.all(Array.from({ length: 60 }, (_, i) => many.declare(`v${String(i).padStart(2, "0")}`, "fifo")));
    await using terminal = top(["many", "--sort", "name"], { rows: 16 });
    await terminal.shows(/v00[^]*v09/);
    expect(terminal.text).not.toContain("v10");
    terminal.type(Key.down.repeat(10));
    await terminal.shows((text) => text.includes("v10") && !text.includes("v00"));
    terminal.type(Key.pageDown);
    await terminal.shows("v20");
    terminal.type("G");
    await terminal.shows(/v50[^]*v59/);
    terminal.type("g");
    await terminal.shows(/v00[^]*v09/);
    await client.deleteWs("many");
  });

  it("lets no name break the screen", async () => {
    const hostile = await client.openWs(HOSTILE);
    await hostile.store(WIDE, 1);
    await hostile.store("\u202e\u001b[5;5Hthere", 1);
    await using odd = new NwsServer({ serverHost: "127.0.0.1", serverPort: server.port, label: "\u001b[2J\u0000bad" });
    await odd.ping();
    await using terminal = top(["--filter", "evil"], { columns: 160 });
    await terminal.shows("\\u001b[2J\\u001b]0;title\\u0007\\u001b[31m\\u009b5A\\u202eevil\\u200d");
    terminal.type(Key.enter);
    const text = await terminal.shows((shown) => shown.includes("\\u202e\\u001b[5;5Hthere") && shown.includes("名前"));
    expect(text).toMatch(/^nws top /);
    terminal.type("c");
    await terminal.shows("\\u001b[2J bad");
    terminal.type("q");
    expect(await terminal.exitCode).toBe(0);
    // Only the program's own sequences went out.
    const sequences = terminal.written.match(/[\u001b\u009b](\[[0-9;?]*[a-zA-Z]|.)?/g) ?? [];
    const own = /^\u001b\[(\?(1049|25|7)[hl]|2J|2K|\d+;1H|[\d;]*m)$/;
    expect(sequences.filter((sequence) => !own.test(sequence))).toEqual([]);
    expect(terminal.written).not.toMatch(/[\u202e\u200d\u0007]/);
    await client.deleteWs(HOSTILE);
  });

  it("has no colours where nobody wants them", async () => {
    await using terminal = top([], { env: { NO_COLOR: "1" } });
    await terminal.shows(" jobs");
    await using coloured = top();
    await coloured.shows(" jobs");
    const colour = /\u001b\[[\d;]*[34]\d[\d;]*m/;
    expect(coloured.written).toMatch(colour);
    expect(terminal.written).not.toMatch(colour);
  });

  it.each([Key.ctrlC, "SIGINT", "SIGTERM", "SIGHUP"] as const)("gives the terminal back at %j", async (end) => {
    await using terminal = top();
    await terminal.shows(" jobs");
    if (end === Key.ctrlC) {
      terminal.type(end);
    } else {
      terminal.kill(end);
    }
    expect(await terminal.exitCode).toBe(0);
    await terminal.shows(() => !terminal.isAlternate);
  });

  it("gives the terminal to the shell at Ctrl-Z, and takes it again at fg", async () => {
    await using shell = new PseudoTerminal("bash", ["--norc", "-i"], {
      port: server.port,
      env: { PS1: "ready> ", NODE: process.execPath },
    });
    await shell.shows("ready>");
    const { nwsPath } = await import("./nws-process.ts");
    shell.type(`"$NODE" "${nwsPath}" top --interval 0.1\r`);
    await shell.shows(() => shell.isAlternate && shell.text.includes(" jobs"));
    for (const round of [1, 2]) {
      shell.type(Key.ctrlZ);
      await shell.shows((text) => !shell.isAlternate && text.includes("Stopped") && text.trimEnd().endsWith("ready>"));
      shell.type(`echo "mode $((${round} + 1))"\r`);
      await shell.shows(`mode ${round + 1}`);
      shell.type("fg\r");
      await shell.shows((text) => shell.isAlternate && text.includes(" jobs"));
    }
    shell.type("q");
    await shell.shows((text) => !shell.isAlternate && text.trimEnd().endsWith("ready>"));
    shell.type("exit\r");
    await shell.exitCode;
  });

  it("says that the server is gone, and goes on when one is there again", async () => {
    const first = await startTestServer();
    await using terminal = PseudoTerminal.nws(["top", "--interval", "0.1"], { port: first.port });
    await terminal.shows("__default");
    first.process.child.kill("SIGKILL");
    await first.process.outcome;
    await terminal.shows("trying again");
    await using second = await startTestServer(["--port", String(first.port), "--data", "none"]);
    await second.nws(["store", "after", "x", "1"]);
    await terminal.shows((text) => text.includes(" after") && !text.includes("trying again"));
  });

  it("says that a server does not answer", async () => {
    await using hanging = await startTestServer();
    await using terminal = PseudoTerminal.nws(["top", "--interval", "0.1"], { port: hanging.port });
    await terminal.shows("__default");
    hanging.process.child.kill("SIGSTOP");
    await terminal.shows("has not answered for");
    hanging.process.child.kill("SIGCONT");
    await terminal.shows((text) => !text.includes("has not answered"));
  });
});

describe("nws top elsewhere", () => {
  it("prints one table and ends", async () => {
    const { code, stdout, stderr } = await server.nws(["top", "jobs"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(
      /^clients \d+ .*\noperations\/s - .*\nvariables of jobs, by values: 2\n +VALUES .* VARIABLE\n.* queue\n.* large\n$/,
    );
    expect(stdout).not.toContain("\u001b");
  });

  it("prints as many as are asked for, with rates", async () => {
    const { stdout } = await server.nws(["top", "-n", "2", "--interval", "0.05", "--filter", "bulk"]);
    expect(stdout.match(/workspaces with 'bulk', by values: 1/g)).toHaveLength(2);
    expect(stdout.match(/operations\/s [\d.]+ /g)).toHaveLength(1);
  });

  it("prints lines of JSON", async () => {
    const { stdout } = await server.nws(["top", "bulk", "--json", "-n", "2", "--interval", "0.05"]);
    const [first, second] = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(first).toMatchObject({ view: "variables", total: 1, isPartial: false, server: { version: "0.1.0" } });
    expect(second).toMatchObject({ server: { busy: expect.any(Number) as number } });
    expect((second?.["rows"] as unknown[])[0]).toMatchObject({
      workspace: "bulk",
      name: "all",
      values: 500,
      operationsPerSecond: 0,
    });
  });

  it("fails where there is no server, and does not take the screen for that", async () => {
    expect(await server.nws(["top", "--port", "1"])).toMatchObject({ code: 5, stdout: "" });
    expect((await server.nws(["top", "--sort", "size"])).code).toBe(2);
  });
});
