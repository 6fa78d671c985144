// What runs on the workers. Its variables live on there from task to task.

let limit = 0;
let chunkLength = 0;
/** The primes from 3 on that this worker has learned from earlier chunks, and the start of the first chunk that it has not. */
let divisors: number[] = [];
let unknown = 3;

/** Gets a worker ready: it learns what all must know. */
export async function initPrimes(): Promise<void> {
  [limit, chunkLength] = await SleighUserNws.find<[number, number]>("prime parameters");
  divisors = [];
  unknown = 3;
}

/** The primes among the odd numbers of a chunk. Its divisors are the primes of earlier chunks, which others may be at still: then it waits. */
export async function findPrimes(start: number): Promise<number[]> {
  const primes: number[] = [];
  for (let n = start; n < Math.min(start + chunkLength, limit); n += 2) {
    while (unknown < start && unknown ** 2 <= n) {
      divisors = divisors.concat(await SleighUserNws.find<number[]>(`primes${unknown}`));
      unknown += chunkLength;
    }
    // The first chunk has no earlier one: it needs the primes that it has just found itself.
    if (isPrime(n, start === 3 ? primes : divisors)) {
      primes.push(n);
    }
  }
  if (start ** 2 < limit) {
    await SleighUserNws.store(`primes${start}`, primes);
  }
  return primes;
}

/** The same by one program alone. */
export function primesBelow(limit: number): number[] {
  const primes: number[] = [];
  for (let n = 3; n < limit; n += 2) {
    if (isPrime(n, primes)) {
      primes.push(n);
    }
  }
  return [2, ...primes];
}

function isPrime(n: number, odds: readonly number[]): boolean {
  for (const divisor of odds) {
    if (divisor * divisor > n) {
      break;
    }
    if (n % divisor === 0) {
      return false;
    }
  }
  return true;
}
