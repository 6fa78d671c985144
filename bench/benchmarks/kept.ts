import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Processes } from "../harness/processes.ts";
import type { Figure } from "../harness/result.ts";
import { median } from "../harness/statistics.ts";
import type { KeeperCalls } from "../programs/keeper.ts";
import type { ProbeCalls } from "../programs/probe.ts";
import type { Benchmark, RunOptions } from "./benchmark.ts";
import { valueBytes } from "./rates.ts";

const mostRestartMs = 3_000;
const mostDiskMiB = 64;
const mostPauseMs = 20;
const mebibyte = 2 ** 20;
const workspace = "kept";
const lanes = 256;
const sampledEveryMs = 100;

function leastAndMost(values: readonly number[]): readonly [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

/** How long a server takes to have its values again. */
export const restart: Benchmark = {
  name: "restart",
  title: "1 000 000 values of 64 bytes in a persistent workspace: from the start of the server until it is ready",
  async run(processes: Processes, { quick }: RunOptions) {
    const count = quick ? 100_000 : 1_000_000;
    const repeats = quick ? 1 : 5;
    const data = processes.folder();
    let server = await processes.networkspaces({ data });
    const keeper = processes.client<KeeperCalls>("keeper");
    await keeper.call("fill", {
      ...server,
      workspace,
      variables: 1,
      valuesEach: count,
      valueBytes,
      isPersistent: true,
    });
    await processes.stop(keeper);
    const times: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++) {
      await processes.stop(server);
      const startedAt = performance.now();
      server = await processes.networkspaces({ data });
      times.push(performance.now() - startedAt);
    }
    const value = median(times);
    return {
      figures: [
        { label: "ready after", value, unit: "ms", spread: leastAndMost(times) },
        { label: "data folder", value: bytesIn(data) / mebibyte, unit: "MiB" },
      ],
      checks: [{ label: "ready after", value, unit: "ms", target: { atMost: mostRestartMs } }],
      notes: [`${count} values; median of ${repeats}, with the least and most`],
    };
  },
};

/** What a queue that stays short leaves on the disk. */
export const disk: Benchmark = {
  name: "disk",
  title: "1 000 000 values stored and fetched in a persistent workspace, 256 at a time: most bytes in the data folder",
  async run(processes: Processes, { quick }: RunOptions) {
    const cycles = quick ? 100_000 : 1_000_000;
    const data = processes.folder();
    const server = await processes.networkspaces({ data });
    const keeper = processes.client<KeeperCalls>("keeper");
    const startedAt = performance.now();
    const { most, last } = await sampled(data, () =>
      keeper.call("cycle", { ...server, workspace, cycles, lanes, valueBytes }),
    );
    const seconds = (performance.now() - startedAt) / 1000;
    return {
      figures: [
        { label: "most, meanwhile", value: most / mebibyte, unit: "MiB" },
        { label: "at the end", value: last / mebibyte, unit: "MiB" },
        { label: "rate", value: cycles / seconds, unit: "cycles/s" },
      ],
      checks: [{ label: "disk", value: most / mebibyte, unit: "MiB", target: { atMost: mostDiskMiB } }],
      notes: [`${cycles} cycles; looked at every ${sampledEveryMs} ms`],
    };
  },
};

/** What another client notices of a snapshot. */
export const snapshots: Benchmark = {
  name: "snapshots",
  title:
    "a persistent workspace grows from 1 to 2.5 million values, with snapshots: the longest store+fetch of another client",
  async run(processes: Processes, { quick }: RunOptions) {
    const count = quick ? 100_000 : 1_000_000;
    const repeats = quick ? 1 : 3;
    const longest: number[] = [];
    const p99: number[] = [];
    let made = 0;
    for (let repeat = 0; repeat < repeats; repeat++) {
      const data = processes.folder();
      const server = await processes.networkspaces({ data });
      const keeper = processes.client<KeeperCalls>("keeper");
      const probe = processes.client<ProbeCalls>("probe");
      const plan = { ...server, workspace, variables: 1, valueBytes, isPersistent: true };
      await keeper.call("fill", { ...plan, valuesEach: count });
      await probe.call("start", { ...server, valueBytes });
      await probe.call("take");
      const before = snapshotsIn(data);
      await keeper.call("fill", { ...plan, valuesEach: 1.5 * count });
      const latencies = await probe.call("take");
      made += snapshotsIn(data).filter((name) => !before.includes(name)).length;
      longest.push(latencies.largestMs);
      p99.push(latencies.p99Ms);
      for (const process of [probe, keeper, server]) {
        await processes.stop(process);
      }
    }
    const figure = (label: string, values: readonly number[]): Figure => ({
      label,
      value: median(values),
      unit: "ms",
      spread: leastAndMost(values),
    });
    return {
      figures: [figure("longest", longest), figure("p99", p99)],
      checks: [{ label: "longest", value: median(longest), unit: "ms", target: { atMost: mostPauseMs } }],
      notes: [`median of ${repeats}, with the least and most; ${made} snapshots were finished meanwhile`],
    };
  },
};

/** The most bytes in a folder during some work, and those at its end. */
async function sampled(folder: string, work: () => Promise<unknown>): Promise<{ most: number; last: number }> {
  let most = 0;
  const look = (): void => {
    most = Math.max(most, bytesIn(folder));
  };
  const timer = setInterval(look, sampledEveryMs);
  try {
    await work();
    look();
  } finally {
    clearInterval(timer);
  }
  return { most, last: bytesIn(folder) };
}

function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => statSync(join(folder, name), { throwIfNoEntry: false }))
    .reduce((sum, status) => sum + (status?.isFile() === true ? status.size : 0), 0);
}

function snapshotsIn(folder: string): string[] {
  return readdirSync(folder).filter((name) => /^snapshot-\d+\.nws$/.test(name));
}
