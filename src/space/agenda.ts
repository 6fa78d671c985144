import { type Timed, TimeHeap } from "./time-heap.ts";

/** Its `at` is in milliseconds since 1970: when it is to be looked at. It may turn out that there is nothing to do yet. */
export type AgendaItem = Timed;

/**
 * What is due when, of the whole space. That has no clock of its own: it asks the one that it was given when a time is
 * to be kept, and is told by `Space.expireDue` when time has passed.
 */
export class Agenda {
  readonly now: () => number;
  readonly #onEarlier: (at: number) => void;
  readonly #heap = new TimeHeap<AgendaItem>();
  /** The time that was told last, and has not passed. */
  #told = Infinity;
  #isPaused = false;

  /** `onEarlier`: called when something is due at `at`, earlier than anything that was told before. */
  constructor(now: () => number, onEarlier: (at: number) => void) {
    this.now = now;
    this.#onEarlier = onEarlier;
  }

  /** The first item, if it is due. */
  firstDue(now: number): AgendaItem | undefined {
    const first = this.#heap.first;
    return first !== undefined && first.at <= now && !this.#isPaused ? first : undefined;
  }

  /** Puts an item in, or where it belongs now. */
  put(item: AgendaItem): void {
    this.#heap.put(item);
    if (item.at < this.#told) {
      this.#tell();
    }
  }

  /** Nothing happens when it is not there. */
  remove(item: AgendaItem): void {
    this.#heap.remove(item);
  }

  /** What was told has been looked at: tells what comes next. */
  tellAgain(): void {
    this.#told = Infinity;
    this.#tell();
  }

  /** Nothing is due until `resume`. */
  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.tellAgain();
  }

  #tell(): void {
    const at = this.#heap.first?.at ?? Infinity;
    if (at < this.#told && !this.#isPaused) {
      this.#told = at;
      this.#onEarlier(at);
    }
  }
}
