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

/** How long everybody has to wait until the server looks for something new to do, in milliseconds of processor time. */
export interface Turns {
  /** Half of what the server does is done in turns that are no longer; and nearly all. */
  readonly halfMs: number;
  readonly nearlyAllMs: number;
}

const RESOLUTION_MS = 10;

/** In a shorter turn nothing is done but to look. */
const SHORTEST_MICROS = 10;

/** Where the rest begins: what the garbage collector and the compiler do now and then. */
const NEARLY_ALL = 0.95;

const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
let usedBefore: EventLoopUtilization = performance.eventLoopUtilization();

const lateness = (nanos: number): number => Math.max(0, nanos / 1e6 - RESOLUTION_MS);

const calls = {
  /** Looks at each turn of the event loop. The server does not sleep meanwhile: this costs a processor, and others' latencies say nothing. */
  turns({ ms }: { readonly ms: number }): Promise<Turns> {
    return new Promise((resolve) => {
      const lengths: number[] = [];
      const endsAt = performance.now() + ms;
      let before = process.cpuUsage();
      const look = (): void => {
        const { user, system } = process.cpuUsage(before);
        if (user + system >= SHORTEST_MICROS) {
          lengths.push(user + system);
        }
        if (performance.now() < endsAt) {
          before = process.cpuUsage();
          setImmediate(look);
        } else {
          lengths.sort((a, b) => a - b);
          resolve({ halfMs: partOf(lengths, 0.5), nearlyAllMs: partOf(lengths, NEARLY_ALL) });
        }
      };
      look();
    });
  },

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

/** The least length with which all turns that are no longer make up this part of the time. */
function partOf(sorted: readonly number[], part: number): number {
  let left = part * sorted.reduce((sum, micros) => sum + micros, 0);
  return (sorted.find((micros) => (left -= micros) <= 0) ?? 0) / 1000;
}

export type ServerProbeCalls = typeof calls;

serveCalls(calls);
