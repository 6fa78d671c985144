import { setTimeout as sleep } from "node:timers/promises";
import { NetWorkSpace } from "../../src/client/index.ts";
import { serveCalls } from "../harness/calls.ts";
import { percentile } from "../harness/statistics.ts";
import type { Target } from "../load/raw.ts";

/** Clients that store a value and fetch it back, each over a connection of its own, with a pause between two operations; and how long those took. */

export interface BusyPlan {
  readonly target: Target;
  readonly count: number;
  /** Operations a second of each, if they took no time. 0: as many as there can be. */
  readonly rate: number;
}

export interface BusyFigures {
  readonly operations: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly largestMs: number;
  /** Operations that failed. */
  readonly failures: number;
}

/** What takes longer than this is told even if it has not ended. */
const LATE_MS = 100;

const VALUE = "v".repeat(64);
let latencies: number[] = [];
/** When the operations that are under way began. */
const underWay = new Set<{ readonly startedAt: number }>();
let failures = 0;
let since = performance.now();

const calls = {
  /** Begins, and goes on until the process ends. */
  async start({ target, count, rate }: BusyPlan): Promise<void> {
    const clients = Array.from(
      { length: count },
      () => new NetWorkSpace("load", { serverHost: target.host, serverPort: target.port, useUse: true }),
    );
    await Promise.all(clients.map((ws, i) => ws.store(`warm-${i}`, VALUE)));
    clients.forEach((ws, i) => void work(ws, `busy-${i}`, rate === 0 ? 0 : 1000 / rate));
  },

  /** Of all that ended since the last call; and of those under way that should have, as long as they have taken so far. */
  take(): BusyFigures {
    const noted = latencies;
    const now = performance.now();
    const late = [...underWay].map(({ startedAt }) => now - startedAt).filter((ms) => ms > LATE_MS);
    noted.push(...late);
    const seconds = (performance.now() - since) / 1000;
    const figures = {
      operations: noted.length - late.length,
      seconds,
      p50Ms: percentile(noted, 0.5),
      p99Ms: percentile(noted, 0.99),
      largestMs: noted.reduce((largest, ms) => Math.max(largest, ms), 0),
      failures,
    };
    latencies = [];
    failures = 0;
    since = performance.now();
    return figures;
  },
};

export type BusyCalls = typeof calls;

async function work(ws: NetWorkSpace, variable: string, pauseMs: number): Promise<never> {
  for (let isStore = true; ; isStore = !isStore) {
    if (pauseMs > 0) {
      // (Not all in step.)
      await sleep(pauseMs * (0.5 + Math.random()));
    }
    const operation = { startedAt: performance.now() };
    underWay.add(operation);
    try {
      await (isStore ? ws.store(variable, VALUE) : ws.fetch(variable));
      latencies.push(performance.now() - operation.startedAt);
    } catch {
      failures++;
      await sleep(100);
    }
    underWay.delete(operation);
  }
}

serveCalls(calls);
