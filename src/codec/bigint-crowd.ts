/** So many cost a few milliseconds each, and no honest value comes near. */
const CROWD = 4096;
const HASHED_BITS = 64;

/**
 * Guards Maps and Sets against bigints that the engine's hash cannot tell apart. V8 hashes a bigint by its lowest 64 bits
 * alone, so that each one more with the same lowest bits is compared with all others: 20,000 of them, a quarter of a megabyte, take
 * seconds, and ten times as many a hundred times as long.
 */
export class BigIntCrowd {
  readonly #counts = new Map<bigint, number>();

  /** False if a `bigint` like this one has come too often. */
  admits(value: bigint): boolean {
    const hashed = BigInt.asUintN(HASHED_BITS, value < 0n ? -value : value);
    const count = (this.#counts.get(hashed) ?? 0) + 1;
    this.#counts.set(hashed, count);
    return count <= CROWD;
  }
}
