import type { Random } from "../../log/simulation.ts";

interface Event {
  readonly at: number;
  /** May be asynchronous: then the world stands still until it is done. */
  readonly task: () => unknown;
}

/** No two events happen at the same time: so times tell which of two things was first. */
const MOMENT_MS = 1e-6;

/**
 * Time, chance and the order of events in a simulated world: all follow from the seed of `random`. Nothing happens but by an event, one
 * at a time, and everything that follows from it at once (promises, ticks) has happened before the next.
 */
export class World {
  readonly random: Random;
  /** Milliseconds since the world began. */
  now = 0;
  /** Events so far. */
  count = 0;
  /** How often somebody stood still, with the whole world. */
  standstills = 0;
  /** Sorted, the next one last. */
  readonly #events: Event[] = [];

  constructor(random: Random) {
    this.random = random;
  }

  /** Has `task` happen in so many milliseconds; returns a way to call it off. */
  after(ms: number, task: () => unknown): () => void {
    return this.at(this.now + ms, task);
  }

  /** Has `task` happen then, after what was planned earlier for the same moment. */
  at(at: number, task: () => unknown): () => void {
    const event = { at, task };
    const events = this.#events;
    let low = 0;
    let high = events.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (events[middle]!.at > event.at) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    events.splice(low, 0, event);
    return () => {
      const place = events.indexOf(event);
      if (place !== -1) {
        events.splice(place, 1);
      }
    };
  }

  /** Time passes in which nothing happens. */
  standStill(ms: number): void {
    this.now += ms;
    this.standstills++;
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** A time up to `ms`, at random; now and then much longer. */
  someTime(ms: number): number {
    return this.random.next() * ms * (this.random.chance(0.05) ? 10 : 1);
  }

  /** Lets things happen until `isDone`, for so many milliseconds at most. Returns whether it is done. */
  async run(isDone: () => boolean, mostMs: number): Promise<boolean> {
    const end = this.now + mostMs;
    await settled();
    while (!isDone()) {
      const next = this.#events.at(-1);
      if (next === undefined || next.at > end) {
        this.now = end;
        return false;
      }
      this.#events.pop();
      this.now = Math.max(next.at, this.now + MOMENT_MS);
      this.count++;
      await next.task();
      await settled();
    }
    return true;
  }
}

/** Everything has happened that needs no further event. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
