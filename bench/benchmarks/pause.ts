import { setTimeout as sleep } from "node:timers/promises";
import type { Processes } from "../harness/processes.ts";
import { median } from "../harness/statistics.ts";
import type { KeeperCalls } from "../programs/keeper.ts";
import type { ProbeCalls } from "../programs/probe.ts";
import type { Benchmark, RunOptions } from "./benchmark.ts";
import { valueBytes } from "./rates.ts";

const mostPauseMs = 20;
/** What a deletion leaves to do may come later. */
const watchedAfterMs = 1_500;
const workspace = "filled";

type Keeper = ReturnType<typeof Processes.prototype.client<KeeperCalls>>;

interface Case {
  readonly label: string;
  readonly variables: number;
  readonly remove: (keeper: Keeper) => Promise<unknown>;
}

const deleteWorkspace = (keeper: Keeper): Promise<unknown> => keeper.call("deleteWs", workspace);

const cases: readonly Case[] = [
  { label: "variable deleted", variables: 1, remove: (keeper) => keeper.call("deleteVar", "v0") },
  { label: "workspace of one variable deleted", variables: 1, remove: deleteWorkspace },
  { label: "workspace of many variables deleted", variables: 50_000, remove: deleteWorkspace },
];

/** What another client notices when a million values go at once. */
export const pause: Benchmark = {
  name: "pause",
  title: "1 000 000 values deleted at once: the longest store+fetch of another client meanwhile",
  async run(processes: Processes, { quick }: RunOptions) {
    const count = quick ? 200_000 : 1_000_000;
    const repeats = quick ? 1 : 5;
    const { host, port } = await processes.networkspaces();
    const keeper = processes.client<KeeperCalls>("keeper");
    const probe = processes.client<ProbeCalls>("probe");
    await probe.call("start", { host, port, valueBytes });
    const quiet: number[] = [];
    const longest = cases.map((): number[] => []);
    for (let repeat = 0; repeat < repeats; repeat++) {
      await probe.call("take");
      await sleep(watchedAfterMs);
      quiet.push((await probe.call("take")).largestMs);
      for (const [at, { variables, remove }] of cases.entries()) {
        await keeper.call("fill", { host, port, workspace, variables, valuesEach: count / variables, valueBytes });
        await sleep(watchedAfterMs);
        await probe.call("take");
        await remove(keeper);
        await sleep(watchedAfterMs);
        longest[at]!.push((await probe.call("take")).largestMs);
      }
    }
    return {
      figures: [
        {
          label: "nothing deleted",
          value: median(quiet),
          unit: "ms",
          spread: [Math.min(...quiet), Math.max(...quiet)],
        },
        ...cases.map(({ label }, at) => {
          const values = longest[at]!;
          return {
            label,
            value: median(values),
            unit: "ms",
            spread: [Math.min(...values), Math.max(...values)] as const,
          };
        }),
      ],
      checks: cases.map(({ label }, at) => {
        return { label, value: median(longest[at]!), unit: "ms", target: { atMost: mostPauseMs } };
      }),
      notes: [
        `${count} values; the longest of each repeat, median of ${repeats}; in place of quarters the least and most`,
      ],
    };
  },
};
