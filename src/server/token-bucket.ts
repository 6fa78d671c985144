/**
 * So much a second, and a second's worth at once after a pause. What is over that is owed: who owes waits until it is paid, so nothing is
 * refused and nothing is lost.
 */
export class TokenBucket {
  readonly #perMs: number;
  readonly perSecond: number;
  readonly #now: () => number;
  #left: number;
  #at: number;

  /** `perSecond`: above 0. `now`: in milliseconds. */
  constructor(perSecond: number, now: () => number) {
    this.#perMs = perSecond / 1000;
    this.perSecond = perSecond;
    this.#left = perSecond;
    this.#now = now;
    this.#at = now();
  }

  /** Takes so many. Returns for how many milliseconds no more should be taken; 0: there are some left. */
  take(count: number): number {
    this.#refill();
    this.#left -= count;
    return this.#left < 0 ? -this.#left / this.#perMs : 0;
  }

  /** Takes so many, unless there are fewer. */
  tryTake(count: number): boolean {
    this.#refill();
    if (this.#left < count) {
      return false;
    }
    this.#left -= count;
    return true;
  }

  /** Whether nothing was taken for so long that it is as good as new. */
  get isFull(): boolean {
    this.#refill();
    return this.#left === this.perSecond;
  }

  #refill(): void {
    const now = this.#now();
    this.#left = Math.min(this.perSecond, this.#left + (now - this.#at) * this.#perMs);
    this.#at = now;
  }
}
