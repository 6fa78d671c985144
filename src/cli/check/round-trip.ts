import type { NetWorkSpace, NwsServer } from "../../client/index.ts";

/** The first is not counted: it has more to do than the others. */
const TRIPS = 5;

/**
 * What programs do all day: one waits for a value, another one stores it. In a workspace of its own, which is deleted; if even that fails, it goes with
 * this session, which owns it. Resolves with the median time from the store until the value was there, in milliseconds.
 */
export async function roundTrip(server: NwsServer): Promise<number> {
  const ws = await server.openTempWs<{ x: number }>("__check__%d");
  try {
    await trip(ws, 0);
    const times: number[] = [];
    for (let n = 1; n <= TRIPS; n++) {
      times.push(await trip(ws, n));
    }
    return times.sort((a, b) => a - b)[Math.floor(TRIPS / 2)]!;
  } finally {
    await server.deleteWs(ws.name).catch(() => undefined);
  }
}

async function trip(ws: NetWorkSpace<{ x: number }>, n: number): Promise<number> {
  const value = ws.fetch("x");
  const beganAt = performance.now();
  const [fetched] = await Promise.all([value, ws.store("x", n)]);
  if (fetched !== n) {
    throw new Error(`the server was given ${n} and has given ${fetched} back`);
  }
  return performance.now() - beganAt;
}
