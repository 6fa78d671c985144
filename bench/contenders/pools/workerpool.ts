import { pool as newPool } from "workerpool";
import { poolOf, type Pool, type PoolPlan } from "./pool.ts";

export async function openWorkerpool({ workers, programs }: PoolPlan): Promise<Pool> {
  const script = programs["workerpool-tasks"]!;
  const pool = newPool(script, { minWorkers: workers, maxWorkers: workers, workerType: "thread" });
  await pool.exec("noop", [0]);
  return poolOf(
    // Its promises are its own.
    async (name, argument): Promise<unknown> => pool.exec(name, [argument]),
    async () => pool.terminate(),
  );
}
