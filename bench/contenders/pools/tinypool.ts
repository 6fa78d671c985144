import { pathToFileURL } from "node:url";
import { Tinypool } from "tinypool";
import { poolOf, type Pool, type PoolPlan } from "./pool.ts";

export async function openTinypool({ workers, programs }: PoolPlan): Promise<Pool> {
  const filename = pathToFileURL(programs["pool-tasks"]!).href;
  const pool = new Tinypool({ filename, minThreads: workers, maxThreads: workers });
  await pool.run(0, { name: "noop" });
  return poolOf(
    (name, argument) => pool.run(argument, { name }),
    () => pool.destroy(),
  );
}
