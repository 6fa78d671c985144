/**
 * A set of numbers, kept as sorted runs of consecutive ones: `[from, to)` at `#runs[2k]`, `#runs[2k + 1]`. A queue is
 * one run for as long as nobody gives back a value, so what a queue does (add at the end, take at an end) is O(1).
 */
export class IndexSet {
  size = 0;
  #runs: number[] = [];
  /** Where the first run is: runs before it were taken and wait to be cut off together. */
  #head = 0;

  /** The smallest, or -1. */
  min(): number {
    return this.size === 0 ? -1 : this.#runs[this.#head]!;
  }

  /** The largest, or -1. */
  max(): number {
    return this.size === 0 ? -1 : this.#runs[this.#runs.length - 1]! - 1;
  }

  /** Precondition: not empty. */
  takeMin(): number {
    const index = this.#runs[this.#head]!;
    this.size--;
    if (index + 1 < this.#runs[this.#head + 1]!) {
      this.#runs[this.#head] = index + 1;
    } else {
      this.#head += 2;
      this.#trim();
    }
    return index;
  }

  /** Precondition: not empty. */
  takeMax(): number {
    const last = this.#runs.length - 1;
    const index = this.#runs[last]! - 1;
    this.size--;
    if (index > this.#runs[last - 1]!) {
      this.#runs[last] = index;
    } else {
      this.#runs.length -= 2;
      this.#trim();
    }
    return index;
  }

  /** The smallest that is greater than `index`, or -1. */
  after(index: number): number {
    const at = this.#firstRunEndingAfter(index + 1);
    return at >= this.#runs.length ? -1 : Math.max(this.#runs[at]!, index + 1);
  }

  /** Those that are greater than `index`, lowest first, at most so many. */
  listAfter(index: number, most: number): number[] {
    const list: number[] = [];
    for (let at = this.#firstRunEndingAfter(index + 1); at < this.#runs.length && list.length < most; at += 2) {
      const end = this.#runs[at + 1]!;
      for (let each = Math.max(this.#runs[at]!, index + 1); each < end && list.length < most; each++) {
        list.push(each);
      }
    }
    return list;
  }

  has(index: number): boolean {
    const at = this.#firstRunEndingAfter(index);
    return at < this.#runs.length && this.#runs[at]! <= index;
  }

  /** Precondition: `index` is not in the set. */
  add(index: number): void {
    const runs = this.#runs;
    this.size++;
    const last = runs.length - 1;
    if (runs.length === this.#head || index > runs[last]!) {
      runs.push(index, index + 1);
    } else if (index === runs[last]) {
      runs[last] = index + 1;
    } else {
      this.#insert(index);
    }
  }

  /** Adds many at once, in time linear in both: sorted and none of them in the set. */
  addAll(sorted: readonly number[]): void {
    if (sorted.length < 8) {
      for (const index of sorted) {
        this.add(index);
      }
      return;
    }
    const old = this.#runs;
    let at = this.#head;
    this.#runs = [];
    this.#head = 0;
    this.size += sorted.length;
    for (const index of sorted) {
      for (; at < old.length && old[at]! < index; at += 2) {
        this.#append(old[at]!, old[at + 1]!);
      }
      this.#append(index, index + 1);
    }
    for (; at < old.length; at += 2) {
      this.#append(old[at]!, old[at + 1]!);
    }
  }

  /** Precondition: `index` is in the set. */
  delete(index: number): void {
    const runs = this.#runs;
    const at = this.#firstRunEndingAfter(index);
    const isStart = runs[at] === index;
    const isEnd = runs[at + 1] === index + 1;
    this.size--;
    if (!isStart && !isEnd) {
      runs.splice(at + 1, 0, index, index + 1);
    } else if (!isEnd) {
      runs[at] = index + 1;
    } else if (!isStart) {
      runs[at + 1] = index;
    } else if (at === this.#head) {
      this.#head += 2;
      this.#trim();
    } else {
      runs.splice(at, 2);
    }
  }

  *[Symbol.iterator](): Generator<number> {
    for (let at = this.#head; at < this.#runs.length; at += 2) {
      for (let index = this.#runs[at]!; index < this.#runs[at + 1]!; index++) {
        yield index;
      }
    }
  }

  #append(from: number, to: number): void {
    const last = this.#runs.length - 1;
    if (last > 0 && this.#runs[last] === from) {
      this.#runs[last] = to;
    } else {
      this.#runs.push(from, to);
    }
  }

  /** Position in `#runs` of the first run whose end is greater than `index`. */
  #firstRunEndingAfter(index: number): number {
    let low = this.#head / 2;
    let high = this.#runs.length / 2;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#runs[2 * middle + 1]! > index) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return 2 * low;
  }

  #insert(index: number): void {
    const runs = this.#runs;
    const at = this.#firstRunEndingAfter(index);
    const joinsBefore = at > this.#head && runs[at - 1] === index;
    const joinsAfter = runs[at] === index + 1;
    if (joinsBefore && joinsAfter) {
      runs.splice(at - 1, 2);
    } else if (joinsBefore) {
      runs[at - 1] = index + 1;
    } else if (joinsAfter) {
      runs[at] = index;
    } else if (at === this.#head && at > 0) {
      this.#head -= 2;
      runs[this.#head] = index;
      runs[this.#head + 1] = index + 1;
    } else {
      runs.splice(at, 0, index, index + 1);
    }
  }

  #trim(): void {
    if (this.#head === this.#runs.length) {
      this.#runs.length = 0;
      this.#head = 0;
    } else if (this.#head > 64 && this.#head * 2 > this.#runs.length) {
      this.#runs.splice(0, this.#head);
      this.#head = 0;
    }
  }
}
