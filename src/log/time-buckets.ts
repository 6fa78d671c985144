/**
 * How often something took how long. To add a time costs a short search and an increment; who asks for the numbers does the rest. Times are in
 * milliseconds when they are added and in seconds when they are asked for, as Prometheus wants them.
 */
export class TimeBuckets {
  /** Upper bounds, in seconds, ascending. What is longer is in none of them but counts. */
  readonly bounds: readonly number[];
  readonly #boundsMs: Float64Array;
  readonly #counts: Float64Array;
  #sumMs = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.#boundsMs = Float64Array.from(bounds, (bound) => bound * 1000);
    this.#counts = new Float64Array(bounds.length + 1);
  }

  add(ms: number): void {
    const bounds = this.#boundsMs;
    let at = 0;
    while (at < bounds.length && ms > bounds[at]!) {
      at++;
    }
    this.#counts[at]!++;
    this.#sumMs += ms;
  }

  get sumSeconds(): number {
    return this.#sumMs / 1000;
  }

  get count(): number {
    return this.#counts.reduce((sum, each) => sum + each, 0);
  }

  /** How many took at most as long as each of the bounds. */
  get cumulative(): number[] {
    let sum = 0;
    return this.bounds.map((_, at) => (sum += this.#counts[at]!));
  }
}
