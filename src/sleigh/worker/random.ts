import { createHash } from "node:crypto";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";

/** What a job's random numbers grow from. Equal seeds give equal numbers. */
export type Seed = number | string;

const TWO_26 = 2 ** 26;
const TWO_53 = 2 ** 53;

/**
 * The stream of one task: numbers from 0 (included) to 1 (excluded) with 53 random bits. It depends on the seed and on the task's
 * number and on nothing else, so that results are the same for any number of workers, any chunks and after a retry.
 *
 * Not jumps from one stream to the next (task number n would cost n jumps) but a hash places each stream: of 2^128 - 1 places, those of a million
 * tasks that draw 2^40 numbers each overlap with a chance of about 2^-48.
 */
export function randomStream(seed: Seed, taskNumber: number): () => number {
  const digest = createHash("sha256")
    .update(`${typeof seed} ${seed}/${taskNumber}`)
    .digest();
  const generator = xoroshiro128plusFromState([
    digest.readInt32LE(0),
    digest.readInt32LE(4),
    digest.readInt32LE(8),
    // Not all zero: that state stays where it is.
    digest.readInt32LE(12) | 1,
  ]);
  // The upper bits: the lowest of this generator are its weakest.
  return () => ((generator.next() >>> 5) * TWO_26 + (generator.next() >>> 6)) / TWO_53;
}
