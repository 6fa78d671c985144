import { isDeepStrictEqual } from "node:util";
import { range, Sleigh, type SleighOptions } from "networkspaces/sleigh";
import { findPrimes, initPrimes, primesBelow } from "./primes.ts";

/** How large the primes program shall be. */
export interface PrimesOptions {
  /** How many workers, and where. */
  readonly sleigh: SleighOptions;
  /** All primes below this are found. At least 3. */
  readonly limit: number;
  /** How many numbers a task is about: even. */
  readonly chunkLength: number;
}

/** Finds primes with a sleigh and by one program alone, and says what each has found and how long it took. Resolves to whether that is the same. */
export async function runPrimes(
  { sleigh, limit, chunkLength }: PrimesOptions,
  say: (line: string) => void,
): Promise<boolean> {
  await using s = new Sleigh(sleigh);
  await s.userNws.store("prime parameters", [limit, chunkLength]);
  await s.eachWorker(initPrimes);

  const workerCount = s.workerCount;
  const startedAt = performance.now();
  const starts = range(3, limit, chunkLength);
  const chunks = await s.eachElem(findPrimes, starts, [], { progress: true });
  const primes = [2].concat(...chunks);
  const seconds = (performance.now() - startedAt) / 1000;

  const twinStartedAt = performance.now();
  const twin = primesBelow(limit);
  const twinSeconds = (performance.now() - twinStartedAt) / 1000;

  const isEqual = isDeepStrictEqual(primes, twin);
  say(`on workers: ${summary(primes)}`);
  say(`one by one: ${summary(twin)}`);
  say(isEqual ? "equal" : "NOT EQUAL");
  say(
    `${seconds.toFixed(2)} s on ${workerCount} worker${workerCount === 1 ? "" : "s"}, ${twinSeconds.toFixed(2)} s by one program alone: ` +
      `speed-up ${(twinSeconds / seconds).toFixed(2)}`,
  );
  if (workerCount > 1 && twinSeconds < 1) {
    say("(So little work hardly pays to be shared: try a larger number)");
  }
  return isEqual;
}

function summary(primes: readonly number[]): string {
  return `${primes.length} primes: ${primes.slice(0, 3).join(", ")}, ..., ${primes.slice(-3).join(", ")}`;
}
