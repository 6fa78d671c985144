const MINUTE_MS = 60_000;
const MOST_ADDRESSES = 1000;

/** So many attempts at once, and as many again in a minute. */
class Allowance {
  readonly #most: number;
  #left: number;
  #at: number;

  constructor(most: number, now: number) {
    this.#most = most;
    this.#left = most;
    this.#at = now;
  }

  has(now: number): boolean {
    this.#left = Math.min(this.#most, this.#left + ((now - this.#at) * this.#most) / MINUTE_MS);
    this.#at = now;
    return this.#left >= 1;
  }

  take(): void {
    this.#left--;
  }

  giveBack(): void {
    this.#left = Math.min(this.#most, this.#left + 1);
  }
}

export interface ThrottleOptions {
  /** Failures at once, and in a minute, from one address. */
  readonly perAddress: number;
  /** And from all. */
  readonly overall: number;
  /** In ms. Default: `performance.now()`. */
  readonly now?: () => number;
}

/** Bounds how often somebody may fail. An attempt under way counts as one that failed. */
export class Throttle {
  readonly #perAddress: number;
  readonly #now: () => number;
  readonly #overall: Allowance;
  /** Those who tried last are last. */
  readonly #byAddress = new Map<string, Allowance>();

  constructor({ perAddress, overall, now = () => performance.now() }: ThrottleOptions) {
    this.#perAddress = perAddress;
    this.#now = now;
    this.#overall = new Allowance(overall, now());
  }

  /** Begins an attempt; what is returned is to be called when it did not fail. Undefined: there were too many. */
  begin(address: string): (() => void) | undefined {
    const now = this.#now();
    const own = this.#byAddress.get(address) ?? new Allowance(this.#perAddress, now);
    this.#byAddress.delete(address);
    for (const oldest of this.#byAddress.keys()) {
      if (this.#byAddress.size < MOST_ADDRESSES) {
        break;
      }
      // (It may begin anew; the bound on all holds.)
      this.#byAddress.delete(oldest);
    }
    this.#byAddress.set(address, own);
    const allowances = [own, this.#overall];
    if (!allowances.every((allowance) => allowance.has(now))) {
      return undefined;
    }
    allowances.forEach((allowance) => allowance.take());
    return () => allowances.forEach((allowance) => allowance.giveBack());
  }
}
