/** What is compared with Sleigh: each contender is one small file that offers tasks through a pool of two workers. */

/** `noop`: gives its argument back. `work`: `count` rounds of arithmetic. See pool-tasks.ts. */
export type TaskName = "noop" | "work";

export interface Pool {
  /** Processes beside this one that do the work. */
  readonly pids: readonly number[];
  /** Runs the task with the argument, else with 0 to `count` − 1, handed out one by one; checks the results. */
  readonly each: (task: TaskName, count: number, argument?: number) => Promise<unknown>;
  /** The same, in whatever portions the pool thinks best. */
  readonly automatic: (task: TaskName, count: number, argument?: number) => Promise<unknown>;
  /** Runs one task and waits for its result. */
  readonly one: () => Promise<unknown>;
  readonly close: () => Promise<unknown>;
}

export interface PoolPlan {
  readonly contender: PoolName;
  readonly workers: number;
  /** The file of each of the bench's programs. */
  readonly programs: Readonly<Record<string, string>>;
  /** Folder of the contenders' own files. */
  readonly folder: string;
}

export type PoolName = "sleigh" | "piscina" | "tinypool" | "workerpool" | "python";

/** Loads only the contender that is wanted. */
export async function openPool(plan: PoolPlan): Promise<Pool> {
  switch (plan.contender) {
    case "sleigh":
      return (await import("./sleigh.ts")).openSleigh(plan);
    case "piscina":
      return (await import("./piscina.ts")).openPiscina(plan);
    case "tinypool":
      return (await import("./tinypool.ts")).openTinypool(plan);
    case "workerpool":
      return (await import("./workerpool.ts")).openWorkerpool(plan);
    case "python":
      return (await import("./python.ts")).openPython(plan);
  }
}

/** A pool that has one function: run a task. All tasks are given to it at once, as its users do. */
export function poolOf(
  run: (task: TaskName, argument: number) => Promise<unknown>,
  close: () => Promise<unknown>,
): Pool {
  const each = async (task: TaskName, count: number, argument?: number): Promise<void> => {
    const results = await Promise.all(Array.from({ length: count }, (_, i) => run(task, argument ?? i)));
    checkResults(task, results, count);
  };
  return {
    pids: [],
    each,
    automatic: each,
    one: () => run("noop", 1),
    close,
  };
}

export function checkResults(task: TaskName, results: readonly unknown[], count: number): void {
  const isRight = task === "noop" ? results.every((result, i) => result === i) : results.every(Number.isInteger);
  if (results.length !== count || !isRight) {
    throw new Error(`${results.length} results of ${count}, or wrong ones`);
  }
}
