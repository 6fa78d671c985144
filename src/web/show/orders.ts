import { Slices } from "./slices.ts";

/** An order is kept so many times as long as it took to find it: whoever looks, that takes no greater part of the time. */
const KEPT_FACTOR = 30;
const MOST_KEPT = 16;

interface Order {
  readonly names: Promise<readonly string[]>;
  /** Infinity until it is found. */
  staleAt: number;
}

/** Searched and sorted lists of names, which are a little old when they are long: each is found once for all who look. */
export class Orders {
  readonly #orders = new Map<string, Order>();

  /** The names that `find` finds, or has found not long ago under this `key`. */
  get(key: string, find: (slices: Slices) => Promise<readonly string[]>): Promise<readonly string[]> {
    const now = performance.now();
    for (const [known, { staleAt }] of this.#orders) {
      if (staleAt <= now || (this.#orders.size >= MOST_KEPT && known !== key)) {
        this.#orders.delete(known);
      }
    }
    const known = this.#orders.get(key);
    if (known !== undefined) {
      return known.names;
    }
    const slices = new Slices();
    const order: Order = {
      names: find(slices).finally(() => {
        order.staleAt = performance.now() + KEPT_FACTOR * slices.workedMs;
      }),
      staleAt: Infinity,
    };
    this.#orders.set(key, order);
    return order.names;
  }
}
