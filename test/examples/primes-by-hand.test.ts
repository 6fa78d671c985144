import { describe, expect, it } from "vitest";
import { NwsServer } from "../../src/client/index.ts";
import { type RunningServer, startServer } from "../../src/host/index.ts";
import { summary } from "./primes-summary.ts";
import { childrenOf, linesOfExample, RunningExample } from "./run-example.ts";

/** Resolves when a search is in the middle: some tasks are done, some are not. */
async function inTheMiddle(server: RunningServer): Promise<void> {
  await using client = new NwsServer({ serverHost: "127.0.0.1", serverPort: server.port });
  for (;;) {
    const search = (await client.listWss()).find(
      ({ name, variables }) => name.startsWith("primes") && variables.includes("results"),
    );
    if (search !== undefined) {
      await using ws = await client.useWs(search.name);
      const tasks = (await ws.listVars()).find(({ name }) => name === "tasks");
      if (tasks !== undefined && tasks.values > 0 && tasks.booked > 0) {
        return;
      }
    }
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe("primes-by-hand", () => {
  it("finds the primes to 200 000, and says how fast it was with one worker and with all", async () => {
    const lines = await linesOfExample("primes-by-hand");
    expect(lines[1]).toBe("17984 primes: 2, 3, 5, ..., 199961, 199967, 199999");
    expect(lines[1]).toBe(summary(200_000));
    expect(lines[2]).toMatch(/^[\d.]+ s with \d+ workers$/);
    expect(lines[3]).toMatch(/^[\d.]+ s with 1 worker: speed-up [\d.]+$/);
  });

  it.each([3, 4, 10, 26, 1000])("finds the primes below %i, in the smallest tasks", async (limit) => {
    expect((await linesOfExample("primes-by-hand", ["1", String(limit), "2"]))[1]).toBe(summary(limit));
  });

  it("finds them with many workers that wait for each other", async () => {
    expect((await linesOfExample("primes-by-hand", ["6", "20000", "10"]))[1]).toBe(summary(20_000));
  });

  it.each([[["0"]], [["2", "2"]], [["2", "100", "7"]], [["2", "x"]]])("refuses %j", async (args) => {
    const { code, stderr } = await new RunningExample("primes-by-hand", args).outcome;
    expect({ code, isUsage: stderr.startsWith("usage: ") }).toEqual({ code: 2, isUsage: true });
  });

  it.skipIf(process.platform === "win32")(
    "comes to the same result when a worker is killed in the middle",
    async () => {
      await using server = await startServer({ port: 0 });
      const example = new RunningExample("primes-by-hand", ["2", "20000000", "20000"], server.port);
      await inTheMiddle(server);
      process.kill(childrenOf(example, "worker.ts")[0]!, "SIGKILL");
      const { code, stdout, stderr } = await example.outcome;
      expect(code).toBe(0);
      expect(stderr).toMatch(/^worker \d+ died \(SIGKILL\); another takes its place\n$/);
      expect(stdout.split("\n")[1]).toBe(summary(20_000_000));
    },
  );

  it.skipIf(process.platform === "win32")("ends with its workers when it is interrupted", async () => {
    await using server = await startServer({ port: 0 });
    const example = new RunningExample("primes-by-hand", ["2", "40000000", "4000"], server.port);
    await inTheMiddle(server);
    const workers = childrenOf(example, "worker.ts");
    expect(workers).toHaveLength(2);
    example.child.kill("SIGTERM");
    expect((await example.outcome).code).not.toBe(0);
    while (workers.some(isAlive)) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    await using client = new NwsServer({ serverHost: "127.0.0.1", serverPort: server.port });
    while ((await client.listWss()).length > 1) {
      await new Promise((resolve) => setTimeout(resolve, 10)); // its session has ended, or the server is about to see it
    }
  });
});
