import type { Clock } from "../../../src/log/index.ts";

interface Timer {
  readonly at: number;
  readonly task: () => void;
}

/** Time that passes when it is told to. What is to be done soon is done by `settle`. */
export class ManualClock implements Clock {
  #now = 0;
  #soon: (() => void)[] = [];
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#now;
  }

  soon(task: () => void): void {
    this.#soon.push(task);
  }

  every(ms: number, task: () => void): () => void {
    let cancel = (): void => undefined;
    const again = (): void => {
      cancel = this.after(ms, () => {
        again();
        task();
      });
    };
    again();
    return () => cancel();
  }

  after(ms: number, task: () => void): () => void {
    const timer = { at: this.#now + ms, task };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Does what is to be done at the end of the turn. */
  runSoon(): void {
    while (this.#soon.length > 0) {
      const tasks = this.#soon;
      this.#soon = [];
      tasks.forEach((task) => task());
    }
  }

  pass(ms: number): void {
    const until = this.#now + ms;
    for (;;) {
      let next: Timer | undefined;
      for (const timer of this.#timers) {
        next = timer.at <= until && (next === undefined || timer.at < next.at) ? timer : next;
      }
      if (next === undefined) {
        break;
      }
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.task();
      this.runSoon();
    }
    this.#now = until;
  }
}
