import type { Held, HeldChunks } from "./held-chunks.ts";
import { clock, type SharedState, type TimedTask } from "./shared-state.ts";

/** Between two looks at a task that has just begun; timers are no more exact than that. */
const LEAST_MS = 2;

export interface DeadlineEvents {
  /** Tells the task thread to look at the shared state. */
  readonly stop: (slot: number) => void;
  /** The chunk did not stop within the grace time. `late`: the place of the task that ran too long. */
  readonly overrun: (held: Held, late: number | undefined) => void;
}

/** Watches that tasks end in time, and those that were told to stop. */
export class Deadlines {
  readonly #held: HeldChunks;
  readonly #shared: SharedState;
  readonly #events: DeadlineEvents;
  #timer: NodeJS.Timeout | undefined;

  constructor(held: HeldChunks, shared: SharedState, events: DeadlineEvents) {
    this.#held = held;
    this.#shared = shared;
    this.#events = events;
  }

  /** A chunk was handed to the task thread. */
  watch(held: Held): void {
    if (held.spec.timeoutMs !== undefined && this.#timer === undefined) {
      this.#look(held.spec.timeoutMs);
    }
  }

  /** The chunk that runs is to stop. */
  stop(held: Held): void {
    this.#shared.askToStop(held.slot);
    this.#events.stop(held.slot);
    held.grace ??= setTimeout(() => {
      if (!held.isOver) {
        this.#events.overrun(held, undefined);
      }
    }, held.spec.graceMs);
  }

  close(): void {
    clearTimeout(this.#timer);
  }

  #look(inMs: number): void {
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#check();
      },
      Math.max(LEAST_MS, inMs),
    );
  }

  #check(): void {
    const task = this.#shared.timedTask;
    const held = task === undefined ? undefined : this.#held.at(task.slot);
    const timeoutMs = held?.spec.timeoutMs;
    if (task === undefined || held === undefined || timeoutMs === undefined) {
      // None runs now; one may begin at any time.
      const shortest = Math.min(...[...this.#held].map((each) => each.spec.timeoutMs ?? Infinity));
      if (shortest !== Infinity) {
        this.#look(shortest / 2);
      }
      return;
    }
    const leftMs = task.sinceMs + timeoutMs - clock();
    if (leftMs > 0) {
      this.#look(leftMs);
      return;
    }
    this.#shared.markLate(task.serial);
    this.#events.stop(task.slot);
    this.#giveGrace(held, task);
  }

  /** The next look is when the grace time is over, or soon after the task has ended within it. */
  #giveGrace(held: Held, task: TimedTask): void {
    const endsAt = clock() + held.spec.graceMs;
    const wait = (): void => {
      this.#timer = undefined;
      if (this.#shared.timedTask?.serial !== task.serial) {
        this.#check();
      } else if (clock() >= endsAt) {
        this.#events.overrun(held, task.at);
      } else {
        this.#timer = setTimeout(wait, Math.max(LEAST_MS, Math.min(endsAt - clock(), held.spec.timeoutMs!)));
      }
    };
    this.#timer = setTimeout(wait, LEAST_MS);
  }
}
