/** Something that is due at some time. Whoever changes `at` puts it into the agenda again. */
export interface AgendaItem {
  /** Milliseconds since 1970: when it is to be looked at. It may turn out that there is nothing to do yet. */
  readonly at: number;
  /** Where it is in the agenda; -1: it is not there. */
  position: number;
}

/**
 * What is due when, of the whole space: a binary heap by time. The space has no clock of its own. It asks the one that it was given when a time is
 * to be kept, and is told by `Space.expireDue` when time has passed.
 */
export class Agenda {
  readonly now: () => number;
  readonly #onEarlier: (at: number) => void;
  readonly #heap: AgendaItem[] = [];
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
    const first = this.#heap[0];
    return first !== undefined && first.at <= now && !this.#isPaused ? first : undefined;
  }

  /** Puts an item in, or where it belongs now. */
  put(item: AgendaItem): void {
    if (item.position === -1) {
      item.position = this.#heap.length;
      this.#heap.push(item);
    }
    this.#sink(item);
    this.#rise(item);
    if (item.at < this.#told) {
      this.#tell();
    }
  }

  /** Nothing happens when it is not there. */
  remove(item: AgendaItem): void {
    const at = item.position;
    if (at === -1) {
      return;
    }
    item.position = -1;
    const last = this.#heap.pop()!;
    if (last !== item) {
      this.#heap[at] = last;
      last.position = at;
      this.#sink(last);
      this.#rise(last);
    }
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
    const at = this.#heap[0]?.at ?? Infinity;
    if (at < this.#told && !this.#isPaused) {
      this.#told = at;
      this.#onEarlier(at);
    }
  }

  #rise(item: AgendaItem): void {
    const heap = this.#heap;
    let at = item.position;
    while (at > 0) {
      const parent = heap[(at - 1) >> 1]!;
      if (parent.at <= item.at) {
        break;
      }
      heap[at] = parent;
      const above = (at - 1) >> 1;
      parent.position = at;
      at = above;
    }
    heap[at] = item;
    item.position = at;
  }

  #sink(item: AgendaItem): void {
    const heap = this.#heap;
    let at = item.position;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= heap.length) {
        break;
      }
      if (below + 1 < heap.length && heap[below + 1]!.at < heap[below]!.at) {
        below++;
      }
      const child = heap[below]!;
      if (child.at >= item.at) {
        break;
      }
      heap[at] = child;
      child.position = at;
      at = below;
    }
    heap[at] = item;
    item.position = at;
  }
}
