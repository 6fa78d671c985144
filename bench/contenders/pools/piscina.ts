import { Piscina } from "piscina";
import { poolOf, type Pool, type PoolPlan } from "./pool.ts";

export async function openPiscina({ workers, programs }: PoolPlan): Promise<Pool> {
  const pool = new Piscina({ filename: programs["pool-tasks"]!, minThreads: workers, maxThreads: workers });
  await pool.run(0, { name: "noop" });
  return poolOf(
    (name, argument) => pool.run(argument, { name }),
    () => pool.destroy(),
  );
}
