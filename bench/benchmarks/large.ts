import { setTimeout as sleep } from "node:timers/promises";
import { peakResidentBytes, residentBytes } from "../harness/machine.ts";
import type { Processes } from "../harness/processes.ts";
import type { Figure } from "../harness/result.ts";
import type { ProbeCalls } from "../programs/probe.ts";
import type { StreamCalls } from "../programs/stream.ts";
import type { Benchmark, RunOptions } from "./benchmark.ts";
import { valueBytes } from "./rates.ts";

const mebibyte = 2 ** 20;
const mostP99Ms = 20;
/** An eighth of the value: whoever holds the value as a whole is far above. */
const mostMemory = 128;
const quietMs = 3_000;

/** One value of a gigabyte: what it takes of memory on both sides, and what others notice. */
export const large: Benchmark = {
  name: "large",
  title:
    "a value of 1 GiB streamed in and out: memory of both processes, p99 of another client's store+fetch meanwhile",
  async run(processes: Processes, { quick }: RunOptions) {
    const bytes = quick ? 2 ** 28 : 2 ** 30;
    const { host, port, pid } = await processes.networkspaces();
    const client = processes.client<StreamCalls>("stream");
    const probe = processes.client<ProbeCalls>("probe");
    await client.call("connect", { host, port });
    await probe.call("start", { host, port, valueBytes });
    const figures: Figure[] = [];
    const p99: number[] = [];
    const watch = async (label: string): Promise<void> => {
      const { count, medianMs, p99Ms, largestMs } = await probe.call("take");
      const unit = "ms";
      figures.push({
        label: `other client, ${label}: p99 of ${count}`,
        value: p99Ms,
        unit,
        spread: [medianMs, largestMs],
      });
      p99.push(p99Ms);
    };
    const speed = (label: string, ms: number): Figure => {
      return { label, value: bytes / mebibyte / (ms / 1000), unit: "MiB/s" };
    };

    await probe.call("take");
    await sleep(quietMs);
    await watch("quiet");
    const before = { server: residentBytes(pid), client: residentBytes(client.pid) };
    const up = await client.call("upload", bytes);
    await watch("value going in");
    const down = await client.call("download", bytes);
    await watch("value coming out");
    const more = {
      server: (peakResidentBytes(pid) - before.server) / mebibyte,
      client: (peakResidentBytes(client.pid) - before.client) / mebibyte,
    };
    figures.push(
      speed("in", up),
      speed("out", down),
      { label: "server: most memory", value: peakResidentBytes(pid) / mebibyte, unit: "MiB" },
      { label: "client: most memory", value: peakResidentBytes(client.pid) / mebibyte, unit: "MiB" },
    );
    return {
      figures,
      checks: [
        { label: "other client's p99, value going in", value: p99[1]!, unit: "ms", target: { atMost: mostP99Ms } },
        { label: "other client's p99, value coming out", value: p99[2]!, unit: "ms", target: { atMost: mostP99Ms } },
        { label: "server, more than before", value: more.server, unit: "MiB", target: { atMost: mostMemory } },
        { label: "client, more than before", value: more.client, unit: "MiB", target: { atMost: mostMemory } },
      ],
      notes: [`${bytes / mebibyte} MiB; the other client: in place of quarters median and largest`, "not pinned"],
    };
  },
};
