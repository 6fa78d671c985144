import { readdir, readFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { startServer } from "../../src/host/index.ts";
import { NwsServer } from "../../src/client/index.ts";
import { linesOfExample, RunningExample } from "./run-example.ts";

const examples = new URL("../../examples/", import.meta.url);

describe("the examples", () => {
  it("are all listed in their index, and start when they are named", async () => {
    const folders = (await readdir(examples, { withFileTypes: true })).filter((entry) => entry.isDirectory());
    const names = folders.map(({ name }) => name).filter((name) => name !== "support");
    const index = await readFile(new URL("README.md", examples), "utf8");
    const { code, stderr } = await new RunningExample("").outcome;
    expect(code).toBe(2);
    for (const name of names) {
      expect(index).toContain(`\`${name}\``);
      expect(stderr).toContain(name);
    }
    for (const [, path = ""] of index.matchAll(/\]\(([^)]+)\)/g)) {
      expect(await readFile(new URL(path, examples), "utf8")).not.toBe("");
    }
  });

  it("cubes: a hundred cubes come back", async () => {
    const [line = ""] = await linesOfExample("cubes");
    expect(line.split(" ").map(Number)).toEqual(Array.from({ length: 100 }, (_, x) => x ** 3));
  });

  it("tickets: Python and TypeScript talk both ways", async () => {
    const lines = await linesOfExample("tickets");
    expect(lines.slice(0, 3)).toEqual([
      "Python got Ada: seats 1, 2",
      "Python got Blaise: seat 3",
      "Python got Zoë: seats 4, 5, 6",
    ]);
    expect(lines[3]).toBe("TypeScript sold 6 seats");
  });

  it("status: every watcher sees the end", async () => {
    const lines = await linesOfExample("status");
    expect(lines).toContain("Ann sees: done");
    expect(lines).toContain("Bob sees: done");
  });

  it("init-data: all find the same prices", async () => {
    expect((await linesOfExample("init-data")).sort()).toEqual([
      "worker 0: apple cost 0.50",
      "worker 1: apple, bread cost 3.50",
      "worker 2: bread, cheese cost 10.25",
      "worker 3: apple, bread, cheese cost 10.75",
    ]);
  });

  it("max: the highest point is found", async () => {
    const heights = Array.from({ length: 10_001 }, (_, i) => Math.sin(i / 1000) * Math.sqrt(i / 1000));
    const y = Math.max(...heights);
    const x = heights.indexOf(y) / 1000;
    expect(await linesOfExample("max")).toEqual([`the highest point is y = ${y.toFixed(4)} at x = ${x.toFixed(3)}`]);
  });

  it("ping-pong: every ball comes back", async () => {
    expect((await linesOfExample("ping-pong"))[0]).toMatch(/^5000 rounds in [\d.]+ s: \d+ a second$/);
  });

  it("ring: the token is handed on by everybody in every lap", async () => {
    expect(await linesOfExample("ring")).toEqual(["100 laps around 4 processes: the token was handed on 400 times"]);
  });

  it("barrier: nobody is ahead of the others", async () => {
    const lines = await linesOfExample("barrier");
    expect(lines.map((line) => line.replace(/:.*/, ""))).toEqual(
      ["step 0", "step 1", "step 2"].flatMap((step) => [step, step, step, step]),
    );
    expect(new Set(lines).size).toBe(12);
  });

  it("chat: what one types, the other reads", async () => {
    const ann = new RunningExample("chat", ["--name", "Ann"]);
    const [, port = ""] = await ann.prints(/--port (\d+)/);
    const bob = new RunningExample("chat", ["--name", "Bob", "--port", port]);
    bob.child.stdin.write("hello\n");
    await ann.prints(/^Bob: hello$/m);
    ann.child.stdin.write("hello yourself\n");
    await bob.prints(/^Ann: hello yourself$/m);
    bob.child.stdin.end();
    expect(await bob.outcome).toMatchObject({ code: 0, stderr: "" });
    ann.child.stdin.end();
    expect(await ann.outcome).toMatchObject({ code: 0, stderr: "" });
  });

  it("browser-chat: its page is shown, and terminals may join", async () => {
    const example = new RunningExample("browser-chat");
    const [, address = ""] = await example.prints(/^Open (\S+) /m);
    expect(await (await fetch(address)).text()).toContain('<script type="module" src="chat.js"></script>');
    const [, port = ""] = await example.prints(/--port (\d+)/);
    const bob = new RunningExample("chat", ["--name", "Bob", "--port", port]);
    bob.child.stdin.end("hello\n");
    expect(await bob.outcome).toMatchObject({ code: 0, stderr: "" });
    example.child.kill("SIGTERM");
    expect(await example.outcome).toMatchObject({ code: 0, stderr: "" });
  });

  it("use the server that NWS_SERVER_PORT names, and leave it running and clean", async () => {
    await using server = await startServer({ port: 0 });
    await linesOfExample("cubes", [], server.port);
    await using client = new NwsServer({ serverHost: "127.0.0.1", serverPort: server.port });
    expect((await client.listWss()).map(({ name }) => name)).toEqual(["__default"]);
  });
});
