// meet.mjs

/**
 * Resolves when all `count` members have called it for this step. The variable `turn` must hold `{ step: 0, arrived: [] }` at first.
 * Rejects when nobody comes for `timeout` milliseconds, and when somebody has deleted `turn` to say that he gives up.
 */
export async function meet(ws, { rank, step, count, timeout = 60_000 }) {
  // While we have the turn on lease nobody else does. If we die now, it goes back as it was.
  const turn = await ws.fetch("turn", { lease: true, timeout });
  if (turn.value.step > step) {
    return turn.release(); // we were here before, and have been started again
  }
  const arrived = [...new Set([...turn.value.arrived, rank])];
  await turn.complete("turn", arrived.length < count ? { step, arrived } : { step: step + 1, arrived: [] });

  for await (const latest of ws.ifind("turn", { timeout })) {
    if (latest.step > step) {
      return;
    }
  }
  throw new Error("somebody has given up");
}
