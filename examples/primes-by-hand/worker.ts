// A worker: takes a task, tests each odd number of it by the primes up to its square root, gives back those that are prime.
import { NetWorkSpace } from "networkspaces";
import type { Vars } from "./vars.ts";

process.on("disconnect", () => process.exit()); // the master has ended, or lets us go

// (A worker that is killed is missed after two seconds: so long the server waits for it to come back.)
const ws = new NetWorkSpace<Vars>(process.argv[2] ?? "primes", { useUse: true, reconnect: { graceMs: 2000 } });
const { limit, chunkLength } = await ws.find("prime parameters");

/** The primes from 3 on that this worker has learned from earlier tasks, and the start of the first task that it has not. */
let divisors: number[] = [];
let unknown = 3;

async function findPrimes(start: number): Promise<number[]> {
  const primes: number[] = [];
  for (let n = start; n < Math.min(start + chunkLength, limit); n += 2) {
    while (unknown < start && unknown ** 2 <= n) {
      // If another worker is still at that task, we wait for it here.
      divisors = divisors.concat(await ws.find(`primes${unknown}`));
      unknown += chunkLength;
    }
    // The first task has no earlier one: it needs the primes that it has just found itself.
    if (isPrime(n, start === 3 ? primes : divisors)) {
      primes.push(n);
    }
  }
  return primes;
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

process.send?.("ready");

for (;;) {
  // On lease: if this process dies, the task goes back to its place, and whoever comes instead takes it.
  const task = await ws.fetch("tasks", { lease: true });
  const start = task.value;
  const primes = await findPrimes(start);
  if (start ** 2 < limit) {
    await ws.store(`primes${start}`, primes);
  }
  await task.complete("results", { start, primes }); // done, and the result is there: both or neither
}
