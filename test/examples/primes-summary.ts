/** What a primes example says of the primes below a limit, found by a sieve. */
export function summary(limit: number): string {
  const primes = primesBelow(limit);
  return `${primes.length} primes: ${primes.slice(0, 3).join(", ")}, ..., ${primes.slice(-3).join(", ")}`;
}

function primesBelow(limit: number): number[] {
  const isComposite = new Uint8Array(limit);
  const primes: number[] = [];
  for (let n = 2; n < limit; n++) {
    if (isComposite[n] === 0) {
      primes.push(n);
      for (let multiple = n * n; multiple < limit; multiple += n) {
        isComposite[multiple] = 1;
      }
    }
  }
  return primes;
}
