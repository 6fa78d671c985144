import { readdirSync } from "node:fs";
import { monitorEventLoopDelay, performance, type EventLoopUtilization } from "node:perf_hooks";
import { serveCalls } from "../harness/calls.ts";

/** Loaded into the server's own process, before the server: what can be seen from inside alone. Needs `--expose-gc`. */

export interface ServerFigures {
  /** Resident, after the garbage has been collected; what JavaScript objects take of it; and buffers outside of those. In bytes. */
  readonly residentBytes: number;
  readonly heapBytes: number;
  readonly outsideBytes: number;
  readonly descriptors: number;
  /** How much later than they should timers came, since the last call. (They are set for every 10 ms.) */
  readonly delayP50Ms: number;
  readonly delayP99Ms: number;
  readonly delayLargestMs: number;
  /** The part of the time in which the event loop did something, 0 to 1, since the last call. */
  readonly busy: number;
}

const RESOLUTION_MS = 10;

const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
let usedBefore: EventLoopUtilization = performance.eventLoopUtilization();

const lateness = (nanos: number): number => Math.max(0, nanos / 1e6 - RESOLUTION_MS);

const calls = {
  take(): ServerFigures {
    const used = performance.eventLoopUtilization();
    const busy = performance.eventLoopUtilization(used, usedBefore).utilization;
    const [delayP50Ms, delayP99Ms, delayLargestMs] = [delay.percentile(50), delay.percentile(99), delay.max].map(
      lateness,
    ) as [number, number, number];
    // (Twice: what the first collection finds to be finalized is freed by the second.)
    globalThis.gc?.();
    globalThis.gc?.();
    const { rss, heapUsed, external } = process.memoryUsage();
    const descriptors = readdirSync("/proc/self/fd").length;
    // What the collection took is not the server's doing.
    delay.reset();
    usedBefore = performance.eventLoopUtilization();
    return {
      residentBytes: rss,
      heapBytes: heapUsed,
      outsideBytes: external,
      descriptors,
      delayP50Ms,
      delayP99Ms,
      delayLargestMs,
      busy,
    };
  },
};

export type ServerProbeCalls = typeof calls;

serveCalls(calls);
