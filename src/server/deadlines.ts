import { type Clock, systemClock } from "../log/index.ts";
import { NOWHERE, type Timed, TimeHeap } from "../space/index.ts";

/** Who is told that a deadline has passed. */
export interface DeadlineTarget {
  /** `request` as it was given to `add`. May add and cancel deadlines; must not throw. */
  expire(request: number): void;
}

export interface Deadline extends Timed {
  readonly target: DeadlineTarget;
  readonly request: number;
}

/** The longest that a timer of the platform can be set to. */
const MAX_TIMER_MS = 2_147_483_647;

/**
 * All deadlines of a server: one timer for the earliest. To add and to cancel is O(log n).
 * The clock is an argument, so that tests (and simulations) bring their own.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #isBackground: boolean;
  readonly #heap = new TimeHeap<Deadline>();
  #cancelTimer: (() => void) | undefined;
  #timerAt = Infinity;

  /** `isBackground`: they do not keep the program running. */
  constructor(clock: Clock = systemClock, isBackground = false) {
    this.#isBackground = isBackground;
    this.#clock = clock;
  }

  get count(): number {
    return this.#heap.count;
  }

  add(afterMs: number, target: DeadlineTarget, request: number): Deadline {
    const deadline: Deadline = { at: this.#clock.now() + afterMs, target, request, position: NOWHERE };
    this.#heap.put(deadline);
    // A timer that is too early costs one wake-up; it is set anew only when it is too late.
    if (deadline.at < this.#timerAt) {
      this.#arm();
    }
    return deadline;
  }

  /** Nothing happens when it has passed or was cancelled already. */
  cancel(deadline: Deadline): void {
    if (this.#heap.remove(deadline) && this.#heap.count === 0) {
      this.#disarm();
    }
  }

  /** Tells everybody whose time has come. The timer calls this; a test with a clock of its own may. */
  expireDue(): void {
    const now = this.#clock.now();
    for (let first = this.#heap.first; first !== undefined && first.at <= now; first = this.#heap.first) {
      this.cancel(first);
      first.target.expire(first.request);
    }
  }

  /** Forgets all deadlines. */
  clear(): void {
    this.#heap.clear();
    this.#disarm();
  }

  #arm(): void {
    const first = this.#heap.first;
    this.#disarm();
    if (first !== undefined) {
      this.#timerAt = first.at;
      const delay = Math.min(MAX_TIMER_MS, Math.max(1, Math.ceil(first.at - this.#clock.now())));
      this.#cancelTimer = this.#clock.after(
        delay,
        () => {
          this.#timerAt = Infinity;
          this.#cancelTimer = undefined;
          this.expireDue();
          this.#arm();
        },
        this.#isBackground,
      );
    }
  }

  #disarm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#timerAt = Infinity;
  }
}
