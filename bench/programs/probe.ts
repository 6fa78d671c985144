import { setTimeout as sleep } from "node:timers/promises";
import { contender } from "../contenders/contender.ts";
import { serveCalls } from "../harness/calls.ts";
import { percentile } from "../harness/statistics.ts";

/** The other client: it stores a value and fetches it back, every now and then, and notes how long that took. */

export interface Latencies {
  readonly count: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  readonly largestMs: number;
}

export interface ProbePlan {
  readonly host: string;
  readonly port: number;
  readonly valueBytes: number;
}

/** From the end of one pair to the start of the next: a client that is there, not one that takes a processor for itself. */
const pauseMs = 1;
let latencies: number[] = [];

const calls = {
  /** Begins, and goes on until the process ends. */
  async start({ host, port, valueBytes }: ProbePlan): Promise<void> {
    const connect = await contender("networkspaces");
    const connection = await connect({ host, port, manyInFlight: false, valueKind: "text", isDurable: false });
    const value = "v".repeat(valueBytes);
    const pair = async (): Promise<void> => {
      const startedAt = performance.now();
      await connection.store("probe", value);
      await connection.fetch("probe");
      note(performance.now() - startedAt);
    };
    const warmUpPairs = 2_000;
    for (let done = 0; done < warmUpPairs; done++) {
      await pair();
    }
    const forever = async (): Promise<never> => {
      for (;;) {
        await pair();
        await sleep(pauseMs);
      }
    };
    forever().catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
  },

  /** What was noted since the last call. */
  take(): Latencies {
    const noted = latencies;
    latencies = [];
    return {
      count: noted.length,
      medianMs: percentile(noted, 0.5),
      p99Ms: percentile(noted, 0.99),
      largestMs: noted.reduce((largest, ms) => Math.max(largest, ms), 0),
    };
  },
};

export type ProbeCalls = typeof calls;

/** A long wait also stands for the pairs that would have been started meanwhile, so that a pause weighs as long as it lasted. */
function note(ms: number): void {
  for (let left = ms; left > 0; left -= 2 * pauseMs) {
    latencies.push(left);
  }
}

serveCalls(calls);
