// Primes: all primes below N, found by workers. A task is a chunk of numbers, and its divisors are the results of earlier tasks.
//
//   npm run demo -- [workers] [N] [chunk length]
import { availableCores, range, Sleigh } from "networkspaces/sleigh";
import { compare } from "../support/compare.ts";
import { findPrimes, initPrimes, primesBelow } from "./primes.ts";

const [workerCount = availableCores(), limit = 30_000_000, chunkLength = 20_000] = process.argv.slice(2).map(Number);
const isWhole = [workerCount, limit, chunkLength].every(Number.isSafeInteger);
if (!isWhole || workerCount < 1 || limit < 3 || chunkLength < 2 || chunkLength % 2 === 1) {
  console.error("usage: npm run demo -- [workers ≥ 1] [N ≥ 3] [chunk length, even]");
  process.exit(2);
}

function summary(primes: readonly number[]): string {
  return `${primes.length} primes: ${primes.slice(0, 3).join(", ")}, ..., ${primes.slice(-3).join(", ")}`;
}

await using s = new Sleigh({ workerCount });
await s.userNws.store("prime parameters", [limit, chunkLength]);
await s.eachWorker(initPrimes);

const startedAt = performance.now();
const starts = range(3, limit, chunkLength);
const chunks = await s.eachElem(findPrimes, starts, [], { progress: true });
const primes = [2].concat(...chunks);
const seconds = (performance.now() - startedAt) / 1000;

const twinStartedAt = performance.now();
const twin = primesBelow(limit);
const twinSeconds = (performance.now() - twinStartedAt) / 1000;

compare(primes, twin, summary);
console.log(
  `${seconds.toFixed(2)} s on ${workerCount} worker${workerCount === 1 ? "" : "s"}, ${twinSeconds.toFixed(2)} s by one program alone: ` +
    `speed-up ${(twinSeconds / seconds).toFixed(2)}`,
);
if (workerCount > 1 && twinSeconds < 1) {
  console.log("(So little work hardly pays to be shared: try npm run demo)");
}
