import { type Clock, systemClock } from "../log/index.ts";

/** Who is told that a deadline has passed. */
export interface DeadlineTarget {
  /** `request` as it was given to `add`. May add and cancel deadlines; must not throw. */
  expire(request: number): void;
}

export interface Deadline {
  readonly at: number;
  readonly target: DeadlineTarget;
  readonly request: number;
  /** Where it is in the heap; -1 when it is not there any more. */
  position: number;
}

/** The longest that a timer of the platform can be set to. */
const MAX_TIMER_MS = 2_147_483_647;

/**
 * All deadlines of a server: a binary heap by time, one timer for the earliest. To add and to cancel is O(log n).
 * The clock is an argument, so that tests (and simulations) bring their own.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #isBackground: boolean;
  readonly #heap: Deadline[] = [];
  #cancelTimer: (() => void) | undefined;
  #timerAt = Infinity;

  /** `isBackground`: they do not keep the program running. */
  constructor(clock: Clock = systemClock, isBackground = false) {
    this.#isBackground = isBackground;
    this.#clock = clock;
  }

  get count(): number {
    return this.#heap.length;
  }

  add(afterMs: number, target: DeadlineTarget, request: number): Deadline {
    const deadline: Deadline = { at: this.#clock.now() + afterMs, target, request, position: this.#heap.length };
    this.#heap.push(deadline);
    this.#rise(deadline);
    // A timer that is too early costs one wake-up; it is set anew only when it is too late.
    if (deadline.at < this.#timerAt) {
      this.#arm();
    }
    return deadline;
  }

  /** Nothing happens when it has passed or was cancelled already. */
  cancel(deadline: Deadline): void {
    const at = deadline.position;
    if (at < 0) {
      return;
    }
    deadline.position = -1;
    const last = this.#heap.pop()!;
    if (last !== deadline) {
      this.#heap[at] = last;
      last.position = at;
      this.#rise(last);
      this.#sink(last);
    }
    if (this.#heap.length === 0) {
      this.#disarm();
    }
  }

  /** Tells everybody whose time has come. The timer calls this; a test with a clock of its own may. */
  expireDue(): void {
    const now = this.#clock.now();
    for (let first = this.#heap[0]; first !== undefined && first.at <= now; first = this.#heap[0]) {
      this.cancel(first);
      first.target.expire(first.request);
    }
  }

  /** Forgets all deadlines. */
  clear(): void {
    for (const deadline of this.#heap) {
      deadline.position = -1;
    }
    this.#heap.length = 0;
    this.#disarm();
  }

  #arm(): void {
    const first = this.#heap[0];
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

  #rise(deadline: Deadline): void {
    const heap = this.#heap;
    let at = deadline.position;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above]!;
      if (parent.at <= deadline.at) {
        break;
      }
      heap[at] = parent;
      parent.position = at;
      at = above;
    }
    heap[at] = deadline;
    deadline.position = at;
  }

  #sink(deadline: Deadline): void {
    const heap = this.#heap;
    let at = deadline.position;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) {
        break;
      }
      if (below + 1 < heap.length && heap[below + 1]!.at < heap[below]!.at) {
        below++;
      }
      const child = heap[below]!;
      if (child.at >= deadline.at) {
        break;
      }
      heap[at] = child;
      child.position = at;
      at = below;
    }
    heap[at] = deadline;
    deadline.position = at;
  }
}
