import type { Sleigh } from "../../../src/sleigh/index.ts";
import { range } from "../../../src/sleigh/index.ts";

/** The program that shows Sleigh off, with what is needed to time it: tasks need what earlier tasks have found. */

interface Chunk {
  readonly start: number;
  readonly primes: Int32Array;
}

let limit = 0;
let length = 0;
/** Chunks that this worker has seen, by their start. */
let known = new Map<number, Int32Array>();

async function initPrimes(): Promise<void> {
  [limit, length] = (await SleighUserNws.find<readonly [number, number]>("prime parameters")) as [number, number];
  known = new Map();
}

async function findPrimes(start: number): Promise<Chunk> {
  const end = Math.min(start + length, limit);
  const divisors: number[] = [];
  let next = 3;
  const found: number[] = [];
  for (let x = start; x < end; x += 2) {
    // The divisors up to the square root: from the chunks before, or from this one.
    while ((divisors.at(-1) ?? 0) ** 2 < x && next * next <= x && next < start) {
      const chunk = known.get(next) ?? (await SleighUserNws.find<Int32Array>(`primes${next}`));
      known.set(next, chunk);
      for (const prime of chunk) {
        divisors.push(prime);
      }
      next += length;
    }
    if (isPrime(x, divisors) && isPrime(x, start < x ? found : [])) {
      found.push(x);
    }
  }
  const primes = Int32Array.from(found);
  if (start * start < limit) {
    known.set(start, primes);
    await SleighUserNws.store(`primes${start}`, primes);
  }
  return { start, primes };
}

function isPrime(x: number, divisors: readonly number[]): boolean {
  for (const divisor of divisors) {
    if (divisor * divisor > x) {
      return true;
    }
    if (x % divisor === 0) {
      return false;
    }
  }
  return true;
}

/** Milliseconds for all primes below `most`, once all workers know what is asked. */
export async function timePrimes(sleigh: Sleigh, most: number, chunkLength: number): Promise<number> {
  const { userNws } = sleigh;
  await userNws.declare("prime parameters", "single");
  await userNws.store("prime parameters", [most, chunkLength]);
  for (const { name } of await userNws.listVars()) {
    if (/^primes\d/.test(name)) {
      await userNws.deleteVar(name);
    }
  }
  await sleigh.eachWorker(initPrimes);
  const startedAt = performance.now();
  const chunks = await sleigh.eachElem(findPrimes, range(3, most, chunkLength));
  const count = 1 + chunks.reduce((sum, { primes }) => sum + primes.length, 0);
  const ms = performance.now() - startedAt;
  const counts: Readonly<Record<number, number>> = { 1_000_000: 78_498, 5_000_000: 348_513 };
  if (count !== counts[most]) {
    throw new Error(`${count} primes below ${most}`);
  }
  return ms;
}
