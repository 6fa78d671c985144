import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Pool, PoolPlan } from "./pool.ts";

interface Answer {
  readonly pids: readonly number[];
}

/** Python's multiprocessing.Pool, in a Python program that reads what it is to do line by line. */
export async function openPython({ workers, folder }: PoolPlan): Promise<Pool> {
  const child = spawn("python3", [path.join(folder, "pool.py"), String(workers)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (...words: readonly (string | number)[]): Promise<string> => {
    child.stdin.write(`${words.join(" ")}\n`);
    return answer();
  };
  const answer = async (): Promise<string> => {
    const line: IteratorResult<string, unknown> = await lines.next();
    if (line.done === true) {
      throw new Error("the Python program has ended");
    }
    return line.value;
  };
  const { pids } = JSON.parse(await answer()) as Answer;
  return {
    pids: [child.pid!, ...pids],
    // The rounds of `work` are those of a millisecond of Python's own.
    each: (task, count) => ask(task, count),
    automatic: () => Promise.reject(new Error("not compared")),
    one: () => ask("noop", 1),
    close: async () => {
      child.stdin.end();
      await once(child, "exit");
    },
  };
}
