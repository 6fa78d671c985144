import { setTimeout as sleep } from "node:timers/promises";
import { processorTimes } from "../harness/machine.ts";
import type { BusyFigures } from "../programs/busy.ts";
import type { ServerFigures } from "../programs/server-probe.ts";
import { growthOf, type Point } from "./growth.ts";
import { Stage, type StagePlan } from "./stage.ts";

export interface SoakPlan extends StagePlan {
  readonly minutes: number;
  /** Figures are taken this often, in seconds. */
  readonly everySeconds: number;
}

interface Sample {
  readonly seconds: number;
  readonly server: ServerFigures;
  readonly busy: BusyFigures;
}

/** What must not grow. `tolerance`, in the unit of the figure (or, if `isRelative`, as a part of it): so much is nothing. */
const watched: readonly {
  readonly what: string;
  readonly unit: string;
  readonly tolerance: number;
  readonly isRelative?: boolean;
  readonly of: (sample: Sample) => number;
}[] = [
  { what: "resident memory", unit: "MiB", tolerance: 4, of: ({ server }) => mebibytes(server.residentBytes) },
  { what: "memory of objects", unit: "MiB", tolerance: 1, of: ({ server }) => mebibytes(server.heapBytes) },
  { what: "memory outside", unit: "MiB", tolerance: 1, of: ({ server }) => mebibytes(server.outsideBytes) },
  { what: "file descriptors", unit: "", tolerance: 2, of: ({ server }) => server.descriptors },
  { what: "latency p50", unit: "ms", tolerance: 0.1, isRelative: true, of: ({ busy }) => busy.p50Ms },
  { what: "latency p99", unit: "ms", tolerance: 0.2, isRelative: true, of: ({ busy }) => busy.p99Ms },
];

/** Runs a server with many clients for some time. Returns what is not as it should be; empty: all is. */
export async function soak(plan: SoakPlan): Promise<readonly string[]> {
  const { minutes, everySeconds, say } = plan;
  await using stage = await Stage.begin(plan);
  say(`${plan.busy} busy clients with ${plan.rate} operations a second each; ${stage.whereabouts}`);
  await stage.fill();
  await warmUp(stage, Math.min(5, everySeconds));
  say(
    "   s   MiB resident   objects   outside   descriptors   loop late p99, most ms   busy   ops/s   p50 ms   p99 ms   most ms   machine",
  );
  const samples: Sample[] = [];
  const startedAt = performance.now();
  const count = Math.max(4, Math.round((minutes * 60) / everySeconds));
  let machine = processorTimes();
  for (let i = 1; i <= count; i++) {
    await sleep(Math.max(0, startedAt + i * everySeconds * 1000 - performance.now()));
    // (In this order: to collect the garbage takes time, which is not to be anybody's latency.)
    const busy = await stage.busy.call("take");
    const server = await stage.server.call("take");
    await stage.busy.call("take");
    const now = processorTimes();
    const idle = (now.idle - machine.idle) / (now.total - machine.total);
    machine = now;
    const sample = { seconds: (performance.now() - startedAt) / 1000, server, busy };
    samples.push(sample);
    say(line(sample, idle));
  }
  const faults = watched.flatMap(({ what, unit, tolerance, isRelative = false, of }) => {
    const points: Point[] = samples.map((sample) => ({ seconds: sample.seconds, value: of(sample) }));
    const { growth, noise, isGrowing } = growthOf(points, isRelative ? tolerance * points.at(-1)!.value : tolerance);
    const text = `${what}: ${signed(growth)} ${unit} over the second half, within ${noise.toFixed(2)} of it is noise`;
    say(`${isGrowing ? "GROWS" : "flat "} ${text}`);
    return isGrowing ? [text] : [];
  });
  const idleCount = await stage.idleCount();
  if (idleCount !== plan.idle) {
    faults.push(`${plan.idle - idleCount} of ${plan.idle} idle connections are gone`);
  }
  const failures = samples.reduce((sum, { busy }) => sum + busy.failures, 0);
  if (failures > 0) {
    faults.push(`${failures} operations failed`);
  }
  return faults;
}

/** Until the code is compiled and the memory has its size. */
async function warmUp(stage: Stage, seconds: number): Promise<void> {
  await sleep(seconds * 1000);
  await stage.server.call("take");
  await stage.busy.call("take");
}

function line({ seconds, server, busy }: Sample, idle: number): string {
  const columns: readonly (readonly [string, number])[] = [
    [seconds.toFixed(0), 4],
    [mebibytes(server.residentBytes).toFixed(1), 14],
    [mebibytes(server.heapBytes).toFixed(1), 10],
    [mebibytes(server.outsideBytes).toFixed(1), 10],
    [String(server.descriptors), 14],
    [`${server.delayP99Ms.toFixed(1)}, ${server.delayLargestMs.toFixed(1)}`, 26],
    [`${Math.round(server.busy * 100)} %`, 7],
    [(busy.operations / busy.seconds).toFixed(0), 8],
    [busy.p50Ms.toFixed(2), 9],
    [busy.p99Ms.toFixed(2), 9],
    [busy.largestMs.toFixed(1), 10],
    [`${Math.round(idle * 100)} % idle`, 9],
  ];
  return columns.map(([text, width]) => text.padStart(width)).join("");
}

function mebibytes(bytes: number): number {
  return bytes / 2 ** 20;
}

function signed(value: number): string {
  return `${value < 0 ? "" : "+"}${value.toFixed(2)}`;
}
