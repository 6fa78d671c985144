import type { NetWorkSpace } from "networkspaces";

/** Resolves when `count` processes have called it for this step. `arrived <step>` must hold 0 at first. */
export async function meet(ws: NetWorkSpace, step: number, count: number): Promise<void> {
  // From the fetch to the store the counter is ours alone: no arrival is lost.
  const arrived = Number(await ws.fetch(`arrived ${step}`)) + 1;
  await ws.store(`arrived ${step}`, arrived);
  if (arrived === count) {
    await ws.store(`open ${step}`, true);
  }
  await ws.find(`open ${step}`); // one value opens the barrier for all
}
