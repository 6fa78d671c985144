import type { Clock } from "../../src/log/index.ts";

/** Numbers that look random and are the same for the same seed (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** At least 0, less than 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** At least 0, less than `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }
}

/** Time and the order of events, from a seed: whatever is ready may come next. */
export class Simulation implements Clock {
  readonly random: Random;
  #tasks: (() => void)[] = [];
  #timers = new Map<() => void, number>();
  #nowMs = 0;
  #isStopped = false;

  constructor(random: Random) {
    this.random = random;
  }

  now(): number {
    return this.#nowMs;
  }

  soon(task: () => void): void {
    if (!this.#isStopped) {
      this.#tasks.push(task);
    }
  }

  pass(ms: number): void {
    this.#nowMs += ms;
  }

  every(ms: number, task: () => void): () => void {
    this.#timers.set(task, ms);
    return () => void this.#timers.delete(task);
  }

  after(ms: number, task: () => void): () => void {
    const due = this.#nowMs + ms;
    const stop = this.every(ms, () => {
      if (this.#nowMs >= due) {
        stop();
        task();
      }
    });
    return stop;
  }

  /** Time passes, and every timer fires once. */
  tick(ms: number): void {
    this.#nowMs += ms;
    for (const task of [...this.#timers.keys()]) {
      task();
    }
  }

  /** One event happens; returns whether there was one. */
  async step(): Promise<boolean> {
    await settled();
    const [task] = this.#tasks.splice(this.random.below(this.#tasks.length), 1);
    task?.();
    return task !== undefined;
  }

  /** Events happen until there are none left. */
  async run(): Promise<void> {
    while (await this.step()) {
      this.#nowMs += 1;
    }
  }

  /** Events happen until `promise` is settled; returns its outcome. */
  async until<T>(promise: Promise<T>): Promise<T> {
    const outcome = { isSettled: false };
    const settle = (): void => {
      outcome.isSettled = true;
    };
    promise.then(settle, settle);
    for (let idle = 0; !outcome.isSettled;) {
      idle = (await this.step()) ? 0 : idle + 1;
      if (idle > 2) {
        throw new Error("nothing happens any more, and the promise is not settled");
      }
    }
    return promise;
  }

  /** Nothing that was begun goes on: the machine stopped. */
  stop(): void {
    this.#isStopped = true;
    this.#tasks = [];
    this.#timers.clear();
  }
}

/** All promises that can be settled without an event are. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
