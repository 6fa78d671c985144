/** A rate is that of at least so long. */
const LEAST_MS = 900;

/** Of two counts of a thing, a second. */
export interface TwoRates {
  readonly firstRate: number;
  readonly secondRate: number;
}

// (Flat, as there may be a hundred thousand of them.)
interface Sample {
  at: number;
  first: number;
  second: number;
  firstRate: number;
  secondRate: number;
}

/** How quickly things count up, as of those who look again and again: the first look at something gives zeros. */
export class Rates {
  readonly #samples = new WeakMap<object, Sample>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The rates of the counts of a thing: until somebody asks again. */
  of(thing: object, first: number, second = 0): TwoRates {
    const at = Math.round(this.#now());
    let sample = this.#samples.get(thing);
    if (sample === undefined) {
      sample = { at, first, second, firstRate: 0, secondRate: 0 };
      this.#samples.set(thing, sample);
    }
    const ms = at - sample.at;
    if (ms >= LEAST_MS) {
      sample.firstRate = aSecond(first - sample.first, ms);
      sample.secondRate = aSecond(second - sample.second, ms);
      sample.first = first;
      sample.second = second;
      sample.at = at;
    }
    return sample;
  }
}

function aSecond(more: number, ms: number): number {
  return Math.max(0, Math.round((more * 1000) / ms));
}
