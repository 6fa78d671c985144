import fc from "fast-check";
import { expect, test } from "vitest";
import { everything, operations, type Scope, setups } from "./operations.ts";
import { Play } from "./play.ts";
import { WatchedSpace } from "./watched-space.ts";

/** MODEL_RUNS=100000 plays more sequences, MODEL_SEED=n other ones. */
const runs = Number(process.env["MODEL_RUNS"] ?? 2500);
const seed = Number(process.env["MODEL_SEED"] ?? 1);
/** Sequences between two looks at the event loop, which the test runner needs. */
const BATCH = 500;

async function forRandomPlays(count: number, scope: Scope, judge: (play: Play) => void): Promise<void> {
  const property = fc.property(setups(scope), operations(scope), (setup, sequence) => {
    const play = new Play(setup);
    for (const operation of sequence) {
      play.step(operation);
    }
    judge(play);
  });
  for (let batch = 0; batch * BATCH < count; batch++) {
    fc.assert(property, { numRuns: Math.min(BATCH, count - batch * BATCH), seed: seed + batch });
    await new Promise(setImmediate);
  }
}

test("whatever sessions do, the machine answers as the naive model does", { timeout: 0 }, async () => {
  await forRandomPlays(runs, everything, (play) => void play.finish());
});

test(
  "where nothing is deleted or replaced, every stored value is confirmed once or still there",
  { timeout: 0 },
  async () => {
    await forRandomPlays(runs / 4, { modes: ["fifo", "lifo", "multi"], deletions: false }, (play) => {
      const { left, unconfirmed } = play.finish();
      expect(left.sort((a, b) => a - b)).toEqual(unconfirmed.sort((a, b) => a - b));
    });
  },
);

test("two machines with the same seed do exactly the same", { timeout: 0 }, async () => {
  await forRandomPlays(runs / 10, everything, (play) => {
    const twin = new WatchedSpace(play.options);
    const outcomes = play.calls.map((call) => {
      twin.apply(call);
      return twin.events;
    });
    expect(outcomes).toEqual(play.outcomes);
  });
});
