// Primes: all primes below N, found by workers. A task is a chunk of numbers, and its divisors are the results of earlier tasks.
//
//   npm run demo -- [workers] [N] [chunk length]
import { availableCores } from "networkspaces/sleigh";
import { runPrimes } from "./run.ts";

const [workerCount = availableCores(), limit = 30_000_000, chunkLength = 20_000] = process.argv.slice(2).map(Number);
const isWhole = [workerCount, limit, chunkLength].every(Number.isSafeInteger);
if (!isWhole || workerCount < 1 || limit < 3 || chunkLength < 2 || chunkLength % 2 === 1) {
  console.error("usage: npm run demo -- [workers ≥ 1] [N ≥ 3] [chunk length, even]");
  process.exit(2);
}
const isEqual = await runPrimes({ sleigh: { workerCount }, limit, chunkLength }, (line) => console.log(line));
process.exitCode = isEqual ? 0 : 1;
