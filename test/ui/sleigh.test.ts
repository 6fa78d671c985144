import { describe, expect, it } from "vitest";
import { Descriptor, encode } from "../../src/codec/index.ts";
import type { MonitoredJob, MonitoredTimeline, SleighMonitor } from "../../src/sleigh/monitor.ts";
import { readMonitor } from "../../ui/sleighs/read-monitor.ts";
import { shareDone, summaryOf } from "../../ui/sleighs/summary.ts";
import { barAt, timelineLayout } from "../../ui/sleighs/timeline-layout.ts";

const job = (fields: Partial<MonitoredJob>): MonitoredJob => ({
  number: 1,
  kind: "tasks",
  name: "f",
  state: "running",
  total: 10,
  submitted: 6,
  running: 2,
  done: 3,
  failed: 1,
  rate: 5,
  leftMs: 1200,
  startedAt: 0,
  endedAt: undefined,
  ...fields,
});

/** Chunks: rank, began, ended. */
function timeline(...chunks: readonly (readonly [rank: number, began: number, ended: number])[]): MonitoredTimeline {
  const uint32 = (of: (i: number) => number) => Uint32Array.from(chunks, (_, i) => of(i));
  const float64 = (of: (i: number) => number) => Float64Array.from(chunks, (_, i) => of(i));
  return {
    job: uint32(() => 1),
    first: float64((i) => i * 10),
    count: uint32(() => 10),
    rank: uint32((i) => chunks[i]![0]),
    began: float64((i) => chunks[i]![1]),
    ended: float64((i) => chunks[i]![2]),
    failed: uint32(() => 0),
    earlier: 0,
  };
}

const monitor = (fields: Partial<SleighMonitor> = {}): SleighMonitor => ({
  version: 1,
  sleigh: "sleigh_ride_0001",
  startedAt: 1000,
  updatedAt: 10,
  workerCount: 2,
  workers: [],
  jobs: [],
  jobCount: 0,
  timeline: timeline(),
  output: [],
  errors: [],
  ...fields,
});

const stored = (value: unknown) => {
  const { descriptor, bytes } = encode(value);
  return { descriptor, bytes: new Uint8Array(bytes), isWhole: true };
};

describe("what a sleigh tells", () => {
  it("is read as it was stored", () => {
    const told = monitor({
      jobs: [job({})],
      timeline: timeline([0, 1, 2]),
      output: [{ at: 1, rank: 0, stream: "stdout", text: "hi" }],
    });
    expect(readMonitor(stored(told))).toEqual(told);
  });

  it.each([
    ["another version", { ...monitor(), version: 2 }],
    ["a missing field", { ...monitor(), workers: undefined }],
    [
      "an object where a text should be",
      monitor({ output: [{ at: 1, rank: 0, stream: "stdout", text: {} as string }] }),
    ],
    [
      "a list where an array of numbers should be",
      monitor({ timeline: { ...timeline(), rank: [1] as unknown as Uint32Array } }),
    ],
    ["something else", [1, 2, 3]],
    ["nothing", null],
  ])("is not believed when it is no such thing: %s", (_, value) => {
    expect(readMonitor(stored(value))).toBeUndefined();
  });

  it("is not believed when it is damaged, or text", () => {
    expect(readMonitor({ descriptor: Descriptor.value, bytes: new Uint8Array([0xff]), isWhole: true })).toBeUndefined();
    expect(readMonitor(stored("monitor"))).toBeUndefined();
  });
});

describe("the summary of a sleigh", () => {
  it("adds up its calls; what is under way has a rate and an end", () => {
    const jobs = [
      job({ state: "done", done: 9, rate: 100, leftMs: undefined }),
      job({ leftMs: 500 }),
      job({ rate: 7 }),
    ];
    expect(summaryOf(monitor({ jobs }))).toMatchObject({
      done: 15,
      failed: 3,
      rate: 12,
      leftMs: 1200,
      isWorking: true,
    });
  });

  it("promises no end where one of the calls has none", () => {
    expect(summaryOf(monitor({ jobs: [job({}), job({ leftMs: undefined })] })).leftMs).toBeUndefined();
    expect(summaryOf(monitor()).isWorking).toBe(false);
  });

  it("knows the part of a call that is done, where the call knows its end", () => {
    expect(shareDone(job({}))).toBe(0.4);
    expect(shareDone(job({ total: undefined }))).toBeUndefined();
    expect(shareDone(job({ total: 0 }))).toBeUndefined();
  });
});

describe("the timeline", () => {
  it("has a lane for each worker, in the order of their ranks", () => {
    const layout = timelineLayout(timeline([3, 100, 200], [1, 50, 120], [3, 200, 260]))!;
    expect(layout.ranks).toEqual([1, 3]);
    expect(layout.bars.map(({ lane }) => lane)).toEqual([1, 0, 1]);
    expect([layout.began, layout.ended]).toEqual([50, 260]);
  });

  it("finds what is under the pointer, also when it is thin", () => {
    const layout = timelineLayout(timeline([0, 0, 100], [0, 100, 100.1], [1, 0, 1000]))!;
    expect(barAt(layout, 0, 50, 0)).toMatchObject({ first: 0 });
    expect(barAt(layout, 0, 103, 5)).toMatchObject({ first: 10 });
    expect(barAt(layout, 0, 500, 5)).toBeUndefined();
    expect(barAt(layout, 1, 500, 0)).toMatchObject({ rank: 1 });
  });

  it("is none where no chunk has come back, and survives lists of unequal length", () => {
    expect(timelineLayout(timeline())).toBeUndefined();
    expect(timelineLayout({ ...timeline([0, 1, 2], [1, 2, 3]), began: new Float64Array(1) })!.bars).toHaveLength(1);
  });
});
