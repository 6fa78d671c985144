import type { Clock } from "../log/index.ts";
import type { Deadline, Deadlines, DeadlineTarget } from "./deadlines.ts";

/**
 * Tells a space when values and idle workspaces are over: one deadline, for the earliest. Times are kept over restarts, so they are those of
 * the calendar; but how the system's time is set while this runs changes nothing.
 */
export class Expiry implements DeadlineTarget {
  /** Milliseconds since 1970. */
  readonly wallNow: () => number;
  readonly #deadlines: Deadlines;
  readonly #expireDue: (now: number) => void;
  #deadline: Deadline | undefined;
  #isClosed = false;

  constructor(clock: Clock, deadlines: Deadlines, expireDue: (now: number) => void) {
    const offset = Date.now() - clock.now();
    this.wallNow = () => offset + clock.now();
    this.#deadlines = deadlines;
    this.#expireDue = expireDue;
  }

  /** Something is over at `at`; before anything that was planned, if that is still to come. */
  plan(at: number): void {
    if (this.#isClosed) {
      return;
    }
    if (this.#deadline !== undefined) {
      this.#deadlines.cancel(this.#deadline);
    }
    this.#deadline = this.#deadlines.add(Math.max(0, at - this.wallNow()), this, 0);
  }

  /** Nothing is over any more: the server stops, and no timer must hold the program. */
  close(): void {
    this.#isClosed = true;
    if (this.#deadline !== undefined) {
      this.#deadlines.cancel(this.#deadline);
    }
  }

  expire(): void {
    this.#deadline = undefined;
    this.#expireDue(this.wallNow());
  }
}
