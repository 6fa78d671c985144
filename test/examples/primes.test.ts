import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it, vi } from "vitest";
import { NwsServer } from "../../src/client/index.ts";
import { summary } from "./primes-summary.ts";
import { childrenOf, commandLine, linesOfExample, RunningExample } from "./run-example.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const tsx = fileURLToPath(new URL("../../node_modules/tsx/dist/cli.mjs", import.meta.url));

/** What the demo needs besides numbers: `node tsx/cli.mjs PROGRAM`, as `npm run demo` runs it. */
async function demo(): Promise<string[]> {
  const { scripts } = JSON.parse(await readFile(new URL("../../package.json", import.meta.url), "utf8")) as {
    scripts: { demo: string };
  };
  const [runner, ...program] = scripts.demo.split(" ");
  expect(runner).toBe("tsx");
  return [process.execPath, tsx, ...program];
}

/** The workers of a sleigh that has found its first primes: their process ids. */
async function workersAtWork(example: RunningExample): Promise<number[]> {
  const workers = await vi.waitUntil(
    () => {
      try {
        const found = childrenOf(example, "--sleigh");
        return found.length === 2 && found;
      } catch {
        return false; // it has not started any process yet
      }
    },
    { timeout: 20_000 },
  );
  const port = Number(/--port=(\d+)/.exec(commandLine(workers[0]!))?.[1]);
  await using client = new NwsServer({ serverHost: "127.0.0.1", serverPort: port });
  await vi.waitUntil(async () => (await client.listWss()).some(({ variables }) => variables.includes("primes3")), {
    timeout: 20_000,
  });
  return workers;
}

describe("primes", () => {
  it("finds the primes below 1 000 000 on two workers, as one program alone does, and says how long both took", async () => {
    const lines = await linesOfExample("primes", ["2", "1000000", "10000"]);
    expect(lines.slice(0, 3)).toEqual([
      "on workers: 78498 primes: 2, 3, 5, ..., 999961, 999979, 999983",
      "one by one: 78498 primes: 2, 3, 5, ..., 999961, 999979, 999983",
      "equal",
    ]);
    expect(lines[3]).toMatch(/^[\d.]+ s on 2 workers, [\d.]+ s by one program alone: speed-up [\d.]+$/);
  });

  it.each([
    [3, 2],
    [4, 2],
    [26, 2],
    [1000, 10],
    [1000, 10_000],
  ])("finds the primes below %i in chunks of %i", async (limit, chunkLength) => {
    const [line] = await linesOfExample("primes", ["1", String(limit), String(chunkLength)]);
    expect(line).toBe(`on workers: ${summary(limit)}`);
  });

  it("finds them with workers that wait for each other", async () => {
    const [line] = await linesOfExample("primes", ["4", "20000", "10"]);
    expect(line).toBe(`on workers: ${summary(20_000)}`);
  });

  it.skipIf(process.platform === "win32")("comes to the same result when a worker is killed at work", async () => {
    const example = new RunningExample("primes", ["2", "20000000", "2000"]);
    const [worker = 0] = await workersAtWork(example);
    process.kill(worker, "SIGKILL");
    const { code, stdout } = await example.outcome;
    expect(stdout.split("\n").slice(0, 3)).toEqual([
      `on workers: ${summary(20_000_000)}`,
      `one by one: ${summary(20_000_000)}`,
      "equal",
    ]);
    expect(code).toBe(0);
  });

  it.each([[["0"]], [["2", "2"]], [["2", "100", "7"]], [["2", "x"]]])("refuses %j", async (args) => {
    const { code, stderr } = await new RunningExample("primes", args).outcome;
    expect({ code, isUsage: stderr.startsWith("usage: ") }).toEqual({ code: 2, isUsage: true });
  });

  it("is the demo, which draws a progress bar on a terminal", async () => {
    const onTerminal = "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)";
    const command = [...(await demo()), "2", "1000000", "10000"];
    const { stdout } = await promisify(execFile)("python3", ["-c", onTerminal, ...command], { cwd: root });
    expect(stdout).toMatch(/\r|\u001b\[1G/);
    expect(stdout).toContain("100% 100 of 100 done");
    expect(stdout).toContain(summary(1_000_000));
  });

  it("is the demo, which draws nothing where its output is no terminal", async () => {
    const [command = "", ...args] = await demo();
    const { stdout, stderr } = await promisify(execFile)(command, [...args, "1", "1000"], { cwd: root });
    expect(stdout).toContain(summary(1000));
    expect(`${stdout}${stderr}`).not.toMatch(/%|\u001b/);
  });
});
