import path from "node:path";
import type { PoolName } from "../contenders/pools/pool.ts";
import { work } from "../contenders/pools/tasks.ts";
import type { Client, Processes } from "../harness/processes.ts";
import { calmNote, rateFigure, type Check } from "../harness/result.ts";
import { interleavedRounds, rate, type Entrants, type Round, type Sample } from "../harness/rounds.ts";
import { median } from "../harness/statistics.ts";
import type { PoolCalls, Tasks } from "../programs/pool.ts";
import type { Benchmark, RunOptions } from "./benchmark.ts";

const workers = 2;
const folder = path.resolve(import.meta.dirname, "../contenders/pools");

interface PoolBenchmark {
  readonly name: string;
  readonly title: string;
  readonly peers: readonly Exclude<PoolName, "sleigh">[];
  /** What each contender does in a round. */
  readonly tasks: (name: PoolName, options: RunOptions) => Omit<Tasks, "atLeastMs">;
  readonly checks: (rounds: readonly Round<PoolName>[]) => readonly Check[];
}

export const oneByOne = poolBenchmark({
  name: "sleigh-each",
  title: "no-op tasks handed out one by one, 2 workers (client µs: the program, server µs: its worker processes)",
  peers: ["piscina", "tinypool", "workerpool", "python"],
  tasks: (_, { quick }) => ({ how: "each", task: "noop", count: quick ? 5_000 : 20_000 }),
  checks: (rounds) => [
    {
      label: "sleigh : the best pool of Node",
      value: ratioToBest(rounds, ["piscina", "tinypool", "workerpool"]),
      unit: "×",
      target: { atLeast: 1 },
    },
  ],
});

export const automaticChunks = poolBenchmark({
  name: "sleigh-auto",
  title: "no-op tasks in chunks that Sleigh makes by itself, 2 workers",
  peers: ["piscina"],
  tasks: (name, { quick }) =>
    name === "sleigh"
      ? { how: "automatic", task: "noop", count: quick ? 500_000 : 2_000_000 }
      : { how: "each", task: "noop", count: 10_000 },
  checks: (rounds) => {
    const millions = median(rounds.map(({ samples }) => rate(samples.sleigh))) / 1e6;
    const times = ratioToBest(rounds, ["piscina"]);
    // One of the two is enough.
    return [
      millions >= 1
        ? { label: "million tasks/s", value: millions, unit: "", target: { atLeast: 1 } }
        : { label: "sleigh : piscina", value: times, unit: "×", target: { atLeast: 30 } },
    ];
  },
});

export const taskAlone = poolBenchmark({
  name: "sleigh-alone",
  title: "one task alone: from the call to its result, each waits for the one before",
  peers: ["piscina"],
  tasks: () => ({ how: "alone", task: "noop", count: 200 }),
  checks: (rounds) => [
    {
      label: "a task's round trip, sleigh : piscina",
      value: 1 / ratioToBest(rounds, ["piscina"]),
      unit: "×",
      target: { atMost: 3 },
    },
  ],
});

export const millisecondTasks = poolBenchmark({
  name: "sleigh-ms",
  title: "tasks of about a millisecond of arithmetic, 2 workers: Sleigh in chunks of its own, the pools one by one",
  peers: ["piscina", "tinypool", "workerpool", "python"],
  tasks: (name, { quick }) => ({
    how: name === "sleigh" ? "automatic" : "each",
    task: "work",
    count: quick ? 500 : 2_000,
    argument: roundsOfMillisecond(),
  }),
  checks: (rounds) => [
    {
      label: "sleigh : the best pool",
      value: ratioToBest(rounds, ["piscina", "tinypool", "workerpool", "python"]),
      unit: "×",
      target: { atLeast: 1 },
    },
  ],
});

function poolBenchmark({ name, title, peers, tasks, checks }: PoolBenchmark): Benchmark {
  return {
    name,
    title,
    async run(processes: Processes, options: RunOptions) {
      const names: readonly PoolName[] = ["sleigh", ...peers];
      const entrants: Partial<Record<PoolName, () => Promise<Sample>>> = {};
      const clients: Client<PoolCalls>[] = [];
      for (const contender of names) {
        const client = processes.client<PoolCalls>("pool");
        await client.call("prepare", { contender, workers, programs: processes.builds.programs, folder });
        clients.push(client);
        const plan = { ...tasks(contender, options), atLeastMs: options.roundMs };
        entrants[contender] = () => client.call("run", plan);
      }
      const rounds = await interleavedRounds(entrants as Entrants<PoolName>, options.rounds);
      for (const client of clients) {
        await client.call("close");
      }
      return {
        figures: names.map((contender) => rateFigure(rounds, contender, "tasks/s")),
        checks: checks(rounds),
        notes: [calmNote(rounds)],
      };
    },
  };
}

/** How many times as fast Sleigh was as the quickest of these, inside each round; the median of that. */
function ratioToBest(rounds: readonly Round<PoolName>[], names: readonly PoolName[]): number {
  return median(
    rounds.map(({ samples }) => rate(samples.sleigh) / Math.max(...names.map((name) => rate(samples[name])))),
  );
}

let millisecond: number | undefined;

/** The rounds of `work` that take a millisecond here, by the quickest of several tries. */
function roundsOfMillisecond(): number {
  if (millisecond === undefined) {
    const tried = 100_000;
    let best = Infinity;
    for (let i = 0; i < 100; i++) {
      const beganAt = performance.now();
      work(tried);
      best = Math.min(best, performance.now() - beganAt);
    }
    millisecond = Math.round(tried / best);
  }
  return millisecond;
}
