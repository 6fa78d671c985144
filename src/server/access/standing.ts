import type { Deadline, Deadlines, DeadlineTarget } from "../deadlines.ts";

/** Has it looked again who may still be here whenever somebody's time is over: one deadline, however many there are. */
export class Standing implements DeadlineTarget {
  readonly #deadlines: Deadlines;
  readonly #now: () => number;
  readonly #lookAgain: () => Iterable<number>;
  #deadline: Deadline | undefined;
  #at = Infinity;

  /** `lookAgain` sends away whose time is over and returns when that of the others is: as `now` has it, by default `Date.now()`. */
  constructor(deadlines: Deadlines, lookAgain: () => Iterable<number>, now: () => number = Date.now) {
    this.#deadlines = deadlines;
    this.#lookAgain = lookAgain;
    this.#now = now;
  }

  /** Somebody is here whose time is over then. */
  note(expiresAt: number): void {
    if (expiresAt < this.#at) {
      if (this.#deadline !== undefined) {
        this.#deadlines.cancel(this.#deadline);
      }
      this.#at = expiresAt;
      // (A clock that is set back makes it too early, which costs another look.)
      this.#deadline = this.#deadlines.add(Math.max(1, expiresAt - this.#now()), this, 0);
    }
  }

  expire(): void {
    this.#deadline = undefined;
    this.#at = Infinity;
    for (const expiresAt of this.#lookAgain()) {
      this.note(expiresAt);
    }
  }
}
