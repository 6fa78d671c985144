/** A rate is that of at least so long. */
const LEAST_MS = 900;

interface Sample {
  readonly at: number;
  readonly counts: readonly number[];
  readonly rates: readonly number[];
}

/** How quickly things count up, as of those who look again and again: the first look at something gives zeros. */
export class Rates {
  readonly #samples = new WeakMap<object, Sample>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The rates, a second, of the counts of a thing. */
  of(thing: object, counts: readonly number[]): readonly number[] {
    const at = this.#now();
    const before = this.#samples.get(thing);
    if (before === undefined) {
      const rates = counts.map(() => 0);
      this.#samples.set(thing, { at, counts, rates });
      return rates;
    }
    const seconds = (at - before.at) / 1000;
    if (seconds * 1000 < LEAST_MS) {
      return before.rates;
    }
    const rates = counts.map((count, i) => Math.max(0, Math.round((count - before.counts[i]!) / seconds)));
    this.#samples.set(thing, { at, counts, rates });
    return rates;
  }
}
