import { openPool, type Pool, type PoolPlan, type TaskName } from "../contenders/pools/pool.ts";
import { serveCalls } from "../harness/calls.ts";
import { processorMicros } from "../harness/machine.ts";
import type { Sample } from "../harness/rounds.ts";

/** A program that has a pool of workers and gives it tasks. */

export interface Tasks {
  /** `alone`: each waits for the one before. */
  readonly how: "each" | "automatic" | "alone";
  readonly task: TaskName;
  readonly count: number;
  /** For every task; default: its number. */
  readonly argument?: number | undefined;
  readonly atLeastMs: number;
}

let pool: Pool | undefined;

const calls = {
  async prepare(plan: PoolPlan): Promise<void> {
    pool = await openPool(plan);
  },

  /** Does all tasks, again and again until the time is up. One task is one operation. */
  async run({ how, task, count, argument, atLeastMs }: Tasks): Promise<Sample> {
    const { each, automatic, one, pids } = pool!;
    const others = (): number => pids.reduce((sum, pid) => sum + processorMicros(pid), 0);
    const [own, beside, startedAt] = [processorMicros(process.pid), others(), performance.now()];
    let operations = 0;
    let ms = 0;
    while (ms < atLeastMs) {
      if (how === "alone") {
        for (let i = 0; i < count; i++) {
          await one();
        }
      } else {
        await (how === "each" ? each(task, count, argument) : automatic(task, count, argument));
      }
      operations += count;
      ms = performance.now() - startedAt;
    }
    return {
      operations,
      ms,
      clientMicros: processorMicros(process.pid) - own,
      serverMicros: others() - beside,
    };
  },

  async close(): Promise<void> {
    await pool?.close();
  },
};

export type PoolCalls = typeof calls;

serveCalls(calls);
