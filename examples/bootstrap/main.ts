// Bootstrap: how sure is a median? It draws new samples from the sample, with replacement, and looks how much their medians differ: between
// which two numbers 95 of 100 of them lie. A task for each new sample; with a seed, the same for any number of workers.
//
//   npm run example bootstrap -- [workers] [seed]
import { randomStream, range, Sleigh } from "networkspaces/sleigh";
import { compare } from "../support/compare.ts";

const [workerCount = 2, seed = 1] = process.argv.slice(2).map(Number);
const resampleCount = 2000;

/** Made up: for how many minutes 500 people have waited, 10 on average. */
const waitingFor = randomStream("waiting times", 0);
const sample = Array.from({ length: 500 }, () => -10 * Math.log(1 - waitingFor()));

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}

function resampledMedian(random: () => number): number {
  return median(sample.map(() => sample[Math.floor(random() * sample.length)]!));
}

function interval(medians: readonly number[]): string {
  const sorted = medians.toSorted((a, b) => a - b);
  const [low, high] = [sorted[0.025 * resampleCount]!, sorted[0.975 * resampleCount]!];
  return `the median is ${median(sample)}, between ${low} and ${high}`;
}

await using s = new Sleigh({ workerCount });

// The function uses `sample`, so it travels with the function: once to each worker, not with every task.
const medians = await s.eachElem(() => resampledMedian(() => SleighContext.random()), range(resampleCount), [], {
  seed,
});

const twin = Array.from({ length: resampleCount }, (_, task) => resampledMedian(randomStream(seed, task)));

compare(interval(medians), interval(twin));
