/** Something that is due at some time. */
export interface Timed {
  /** In milliseconds, of whatever clock its owner uses. Whoever changes it puts the item in again. */
  readonly at: number;
  /** Where it is in its heap; `NOWHERE`: in none. The heap's own. */
  position: number;
}

/** The `position` of what is in no heap. */
export const NOWHERE = -1;

/** What is due when: a binary heap by time. To put in and to remove is O(log n). */
export class TimeHeap<T extends Timed> {
  readonly #items: T[] = [];

  get count(): number {
    return this.#items.length;
  }

  /** What is due first. */
  get first(): T | undefined {
    return this.#items[0];
  }

  /** Puts an item in, or where it belongs now. */
  put(item: T): void {
    if (item.position === NOWHERE) {
      item.position = this.#items.length;
      this.#items.push(item);
    }
    this.#sink(item);
    this.#rise(item);
  }

  /** Returns whether it was there. */
  remove(item: T): boolean {
    const at = item.position;
    if (at === NOWHERE) {
      return false;
    }
    item.position = NOWHERE;
    const last = this.#items.pop()!;
    if (last !== item) {
      this.#items[at] = last;
      last.position = at;
      this.#sink(last);
      this.#rise(last);
    }
    return true;
  }

  clear(): void {
    for (const item of this.#items) {
      item.position = NOWHERE;
    }
    this.#items.length = 0;
  }

  #rise(item: T): void {
    const items = this.#items;
    let at = item.position;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = items[above]!;
      if (parent.at <= item.at) {
        break;
      }
      items[at] = parent;
      parent.position = at;
      at = above;
    }
    items[at] = item;
    item.position = at;
  }

  #sink(item: T): void {
    const items = this.#items;
    let at = item.position;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= items.length) {
        break;
      }
      if (below + 1 < items.length && items[below + 1]!.at < items[below]!.at) {
        below++;
      }
      const child = items[below]!;
      if (child.at >= item.at) {
        break;
      }
      items[at] = child;
      child.position = at;
      at = below;
    }
    items[at] = item;
    item.position = at;
  }
}
