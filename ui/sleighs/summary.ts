import type { MonitoredJob, SleighMonitor } from "../../src/sleigh/monitor.ts";

/** What one wants to know first of a sleigh. */
export interface SleighSummary {
  readonly alive: number;
  readonly submitted: number;
  readonly running: number;
  readonly done: number;
  readonly failed: number;
  /** Tasks a second, of the calls under way. */
  readonly rate: number;
  /** Until the last of the calls under way is done; undefined where that is not known. */
  readonly leftMs: number | undefined;
  readonly isWorking: boolean;
}

/** Of the calls that the monitor still tells of: all those under way, and the last ones that have ended. */
export function summaryOf({ workers, jobs }: SleighMonitor): SleighSummary {
  const running = jobs.filter(({ state }) => state === "running");
  const lefts = running.map(({ leftMs }) => leftMs);
  const sum = (field: "submitted" | "running" | "done" | "failed"): number =>
    jobs.reduce((total, job) => total + job[field], 0);
  return {
    alive: workers.filter(({ state }) => state === "joined").length,
    submitted: sum("submitted"),
    running: sum("running"),
    done: sum("done"),
    failed: sum("failed"),
    rate: running.reduce((total, { rate }) => total + rate, 0),
    leftMs: running.length === 0 || lefts.includes(undefined) ? undefined : Math.max(...(lefts as number[])),
    isWorking: running.length > 0,
  };
}

/** What part of a call is done; undefined where its end is not known. */
export function shareDone({ total, done, failed }: MonitoredJob): number | undefined {
  return total === undefined || total === 0 ? undefined : Math.min(1, (done + failed) / total);
}
