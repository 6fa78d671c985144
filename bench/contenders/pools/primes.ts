import { findPrimes, initPrimes } from "../../../examples/primes/primes.ts";
import { range, type Sleigh } from "../../../src/sleigh/index.ts";

/** Milliseconds for all primes below `most`, by the example's program, once all workers know what is asked. */
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
  const { length } = [2].concat(...chunks);
  const ms = performance.now() - startedAt;
  const counts: Readonly<Record<number, number>> = { 1_000_000: 78_498, 5_000_000: 348_513 };
  if (length !== counts[most]) {
    throw new Error(`${length} primes below ${most}`);
  }
  return ms;
}
