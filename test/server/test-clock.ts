import type { Clock } from "../../src/log/index.ts";

interface Timer {
  readonly at: number;
  readonly task: () => void;
}

/** A clock that stands still until it is set forward. */
export class TestClock implements Clock {
  #now = 0;
  readonly #timers = new Set<Timer>();

  now(): number {
    return this.#now;
  }

  soon(task: () => void): void {
    setImmediate(task);
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

  /** Time passes, and what was to happen in it happens, in order. */
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

  /** After each timer: what `soon` has put off, where that is not left to Node. */
  runSoon(): void {
    // (Node does it.)
  }
}
