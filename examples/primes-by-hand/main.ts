// Primes by hand: all primes below N, found by worker processes. A task's divisors are the results of earlier tasks, so workers wait
// for each other, and sort that out themselves: `find` waits until somebody has stored what it asks for.
//
//   npx tsx examples/primes-by-hand/main.ts [workers] [N] [chunk length]
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { startExample } from "../support/example.ts";
import { findPrimes } from "./find-primes.ts";

const { positionals } = parseArgs({ allowPositionals: true, options: { port: { type: "string" } } });
const [workerCount = Math.max(2, availableParallelism()), limit = 200_000, chunkLength = 4000] =
  positionals.map(Number);
const isWhole = [workerCount, limit, chunkLength].every(Number.isSafeInteger);
if (!isWhole || workerCount < 1 || limit < 3 || chunkLength < 2 || chunkLength % 2 === 1) {
  console.error("usage: main.ts [workers ≥ 1] [N ≥ 3] [chunk length, even]");
  process.exit(2);
}

await using example = await startExample(import.meta.url);

console.log(`primes below ${limit}, in tasks of ${chunkLength} numbers, through a server on port ${example.port}`);
const { primes, seconds } = await findPrimes({ workerCount, limit, chunkLength });
console.log(`${primes.length} primes: ${primes.slice(0, 3).join(", ")}, ..., ${primes.slice(-3).join(", ")}`);
console.log(`${seconds.toFixed(3)} s with ${workerCount} worker${workerCount === 1 ? "" : "s"}`);

if (workerCount > 1) {
  const alone = await findPrimes({ workerCount: 1, limit, chunkLength });
  console.log(`${alone.seconds.toFixed(3)} s with 1 worker: speed-up ${(alone.seconds / seconds).toFixed(2)}`);
  if (alone.seconds < 2) {
    console.log(`(So little work hardly pays to be shared: try npm run demo -- ${workerCount} 20000000)`);
  }
}
