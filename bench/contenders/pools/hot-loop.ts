/** A loop that keeps a processor busy with what shipped functions have around them: constants, helpers, a table of the module's. */

const modulus = 65_521;
const table = Array.from({ length: 256 }, (_, i) => (i * 7919) % 251);

function mix(sum: number, i: number): number {
  return (sum * 31 + table[i & 255]!) % modulus;
}

/** Rounds a millisecond, by the quickest of several tries. */
export function hotLoop(rounds: number): number {
  let best = 0;
  for (let tries = 0; tries < 7; tries++) {
    const beganAt = performance.now();
    let sum = 1;
    for (let i = 0; i < rounds; i++) {
      sum = mix(sum, i);
    }
    const ms = performance.now() - beganAt;
    best = sum < 0 ? 0 : Math.max(best, rounds / ms);
  }
  return best;
}
