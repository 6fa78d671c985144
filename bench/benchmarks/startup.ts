import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Processes } from "../harness/processes.ts";
import type { Figure } from "../harness/result.ts";
import { median, percentile } from "../harness/statistics.ts";
import type { Benchmark, RunOptions } from "./benchmark.ts";

/** Milliseconds more than `node -e 0`. */
const mostServerMs = 150;
const mostImportMs = 60;

/** How long it takes until a server is ready and until the client is imported, over what Node itself takes. */
export const startup: Benchmark = {
  name: "startup",
  title: "start of the server until its ready line, import of the client: milliseconds more than `node -e 0`",
  async run({ builds }: Processes, { quick }: RunOptions) {
    const times = { node: [] as number[], server: [] as number[], keeping: [] as number[], client: [] as number[] };
    const count = quick ? 5 : 15;
    // The first of each fills the caches of the file system.
    for (let round = -1; round < count; round++) {
      const bare = await untilEnd(["-e", "0"]);
      const ready = await untilReady([builds.command, "server", "--port", "0", "--json"]);
      const folder = mkdtempSync(join(tmpdir(), "nws-bench-"));
      const keeping = await untilReady([builds.command, "server", "--port", "0", "--json", "--data", folder]);
      rmSync(folder, { recursive: true });
      const imported = await untilEnd([builds.client]);
      if (round >= 0) {
        times.node.push(bare);
        times.server.push(ready);
        times.keeping.push(keeping);
        times.client.push(imported);
      }
    }
    const figure = (label: string, values: readonly number[]): Figure => ({
      label,
      value: median(values),
      unit: "ms",
      spread: [percentile(values, 0.25), percentile(values, 0.75)],
    });
    const more = (values: readonly number[]): number => median(values) - median(times.node);
    return {
      figures: [
        figure("node -e 0, to its end", times.node),
        figure("server, to its ready line", times.server),
        figure("server with an empty data folder, to its ready line", times.keeping),
        figure("node dist/index.js, to its end", times.client),
      ],
      checks: [
        { label: "server ready", value: more(times.server), unit: "ms more", target: { atMost: mostServerMs } },
        {
          label: "server with a data folder ready",
          value: more(times.keeping),
          unit: "ms more",
          target: { atMost: mostServerMs },
        },
        { label: "client imported", value: more(times.client), unit: "ms more", target: { atMost: mostImportMs } },
      ],
      notes: [`medians of ${count}, interleaved`],
    };
  },
};

async function untilEnd(args: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, { stdio: "ignore" });
  const [code] = (await once(child, "exit")) as [number | null];
  const ms = performance.now() - startedAt;
  if (code !== 0) {
    throw new Error(`'node ${args.join(" ")}' ended with ${code ?? "a signal"}`);
  }
  return ms;
}

async function untilReady(args: readonly string[]): Promise<number> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  await Promise.race([once(child.stdout, "data"), ended]);
  const ms = performance.now() - startedAt;
  if (child.exitCode !== null) {
    throw new Error(`'node ${args.join(" ")}' ended before it was ready`);
  }
  child.stdout.resume();
  child.kill("SIGTERM");
  await ended;
  return ms;
}
