import { Slices } from "./slices.ts";

/** An order is new for so many times as long as it took to find it: whoever looks, that takes no greater part of the time. */
const NEW_FACTOR = 30;
/** One that took long is then good for so long while it is found anew: who looks again and again need not wait. */
const GOOD_MS = 10_000;
const LONG_MS = 2;
const MOST_KEPT = 16;

interface Order {
  readonly names: Promise<readonly string[]>;
  /** Until when; Infinity until it is found. */
  newUntil: number;
  goodUntil: number;
  isFoundAnew: boolean;
}

/** Finds names, searched or sorted. */
export type Find = (slices: Slices) => Promise<readonly string[]>;

/** Searched and sorted lists of names, which are a little old when they are long: each is found once for all who look. */
export class Orders {
  readonly #orders = new Map<string, Order>();

  /** The names that `find` finds, or has found not long ago under this `key`. */
  get(key: string, find: Find): Promise<readonly string[]> {
    const now = performance.now();
    for (const [known, { goodUntil }] of this.#orders) {
      if (goodUntil <= now) {
        this.#orders.delete(known);
      }
    }
    const known = this.#orders.get(key);
    if (known === undefined) {
      const order = found(find);
      this.#keep(key, order);
      return order.names;
    }
    if (known.newUntil <= now && !known.isFoundAnew) {
      known.isFoundAnew = true;
      const order = found(find);
      order.names.then(
        () => this.#keep(key, order),
        () => this.#orders.delete(key),
      );
    }
    return known.names;
  }

  #keep(key: string, order: Order): void {
    this.#orders.delete(key);
    for (const oldest of this.#orders.keys()) {
      if (this.#orders.size < MOST_KEPT) {
        break;
      }
      this.#orders.delete(oldest);
    }
    this.#orders.set(key, order);
  }
}

function found(find: Find): Order {
  const slices = new Slices();
  const order: Order = {
    names: find(slices).finally(() => {
      const { workedMs } = slices;
      order.newUntil = performance.now() + NEW_FACTOR * workedMs;
      order.goodUntil = order.newUntil + (workedMs < LONG_MS ? 0 : GOOD_MS);
    }),
    newUntil: Infinity,
    goodUntil: Infinity,
    isFoundAnew: false,
  };
  return order;
}
