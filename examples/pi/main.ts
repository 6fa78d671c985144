// Pi: throws points at a square and counts those in the circle. With a seed, each task has random numbers of its own, the same
// ones for any number of workers: so the result is the same to the last digit.
//
//   npm run example pi -- [workers] [seed]
import { randomStream, range, Sleigh } from "networkspaces/sleigh";
import { compare } from "../support/compare.ts";

const [workerCount = 2, seed = 1] = process.argv.slice(2).map(Number);
const [taskCount, pointCount] = [100, 100_000];

function countHits(random: () => number): number {
  let hits = 0;
  for (let i = 0; i < pointCount; i++) {
    if (random() ** 2 + random() ** 2 < 1) {
      hits++;
    }
  }
  return hits;
}

function piFrom(hits: readonly number[]): number {
  return (4 * hits.reduce((sum, count) => sum + count, 0)) / (taskCount * pointCount);
}

await using s = new Sleigh({ workerCount });

const hits = await s.eachElem(() => countHits(() => SleighContext.random()), range(taskCount), [], { seed });

// The stream of a task is known here too.
const twin = Array.from({ length: taskCount }, (_, task) => countHits(randomStream(seed, task)));

compare(piFrom(hits), piFrom(twin));
