import { range, Sleigh } from "../../../src/sleigh/index.ts";
import { checkResults, type Pool, type PoolPlan, type TaskName } from "./pool.ts";
import { noop, work } from "./tasks.ts";

const tasks = { noop, work };

/** As users begin: local workers, and a server in this process. */
export async function openSleigh({ workers }: PoolPlan): Promise<Pool> {
  const sleigh = new Sleigh({ workerCount: workers });
  const info = await sleigh.workerInfo();
  const run = async (task: TaskName, count: number, chunkSize: number | "auto", argument?: number): Promise<void> => {
    const list = argument === undefined ? range(0, count) : new Array<number>(count).fill(argument);
    checkResults(task, await sleigh.eachElem(tasks[task], list, [], { chunkSize }), count);
  };
  return {
    pids: info.map(({ pid }) => pid),
    each: (task, count, argument) => run(task, count, 1, argument),
    automatic: (task, count, argument) => run(task, count, "auto", argument),
    one: () => run("noop", 1, "auto"),
    close: () => sleigh.stop(),
  };
}
