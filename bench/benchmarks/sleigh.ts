import type { Client, Processes } from "../harness/processes.ts";
import type { Figure } from "../harness/result.ts";
import { median, percentile } from "../harness/statistics.ts";
import type { SleighCalls } from "../programs/sleigh.ts";
import type { Benchmark, RunOptions } from "./benchmark.ts";

/** Two things that take turns, and how many times the first is the second: the median of the ratios inside each round. */
interface Comparison {
  readonly names: readonly [first: string, second: string];
  readonly unit: string;
  readonly label: string;
  readonly target: { readonly atLeast: number } | { readonly atMost: number };
  readonly first: () => Promise<number>;
  readonly second: () => Promise<number>;
}

export const primes = comparison(
  "sleigh-primes",
  "the primes program: all primes below 5 000 000 (quick: 1 000 000), 1 worker against 2",
  (client, _, { quick }) => {
    // Chunks as long as the example's.
    const plan = { limit: quick ? 1_000_000 : 5_000_000, chunk: 20_000 };
    return {
      names: ["1 worker", "2 workers"],
      unit: "ms",
      label: "speed-up with 2 workers",
      target: { atLeast: 1.8 },
      first: () => client.call("primes", { workers: 1, ...plan }),
      second: () => client.call("primes", { workers: 2, ...plan }),
    };
  },
);

export const workersReady = comparison(
  "sleigh-start",
  "three local workers, from `new Sleigh` until they have joined, against three forks that import the client and connect",
  async (client, processes) => {
    const { port } = await processes.networkspaces();
    const start = { port, workers: 3 };
    return {
      names: ["workers", "bare forks"],
      unit: "ms",
      label: "workers : bare forks",
      target: { atMost: 1.5 },
      first: () => client.call("workersReady", start),
      second: () => client.call("forksReady", { ...start, file: processes.builds.programs["bare-client"]! }),
    };
  },
);

export const exported = comparison(
  "sleigh-export",
  "ten times 1 000 tasks, one by one, that use 100 MB exported once, against tasks that do not",
  (client, _, { quick }) => {
    const plan = { bytes: quick ? 10_000_000 : 100_000_000, tasks: 1_000, times: 10 };
    return {
      names: ["using it", "not using it"],
      unit: "ms",
      label: "using it : not using it",
      target: { atMost: 1.1 },
      first: () => client.call("exported", { ...plan, used: true }),
      second: () => client.call("exported", { ...plan, used: false }),
    };
  },
);

export const hotLoop = comparison(
  "sleigh-loop",
  "a hot loop in a shipped function, in a worker, against the same function in its module",
  (client, _, { quick }) => {
    const rounds = quick ? 3_000_000 : 10_000_000;
    return {
      names: ["shipped", "in its module"],
      unit: "rounds/ms",
      label: "shipped : in its module",
      target: { atLeast: 0.8 },
      first: () => client.call("hotLoop", { rounds, shipped: true }),
      second: () => client.call("hotLoop", { rounds, shipped: false }),
    };
  },
);

function comparison(
  name: string,
  title: string,
  plan: (client: Client<SleighCalls>, processes: Processes, options: RunOptions) => Comparison | Promise<Comparison>,
): Benchmark {
  return {
    name,
    title,
    async run(processes, options) {
      const client = processes.client<SleighCalls>("sleigh");
      const { names, unit, label, target, first, second } = await plan(client, processes, options);
      const measured: (readonly [number, number])[] = [];
      // The first round warms up, and every other one begins with the other.
      for (let round = -1; round < options.rounds; round++) {
        const [a, b] = round % 2 === 0 ? [await first(), await second()] : await reversed(first, second);
        if (round >= 0) {
          measured.push([a, b]);
        }
      }
      await client.call("close");
      const figure = (label: string, values: readonly number[]): Figure => ({
        label,
        value: median(values),
        unit,
        spread: [percentile(values, 0.25), percentile(values, 0.75)],
      });
      return {
        figures: names.map((each, i) =>
          figure(
            each,
            measured.map((pair) => pair[i]!),
          ),
        ),
        checks: [{ label, value: median(measured.map(([a, b]) => a / b)), unit: "×", target }],
        notes: [`medians of ${options.rounds} rounds, interleaved`],
      };
    },
  };
}

async function reversed(
  first: () => Promise<number>,
  second: () => Promise<number>,
): Promise<readonly [number, number]> {
  const b = await second();
  return [await first(), b];
}
