import { IndexSet } from "./index-set.ts";
import { Random } from "./random.ts";

export const modes = ["fifo", "lifo", "multi", "single"] as const;
/** In which order a variable gives out its values. */
export type Mode = (typeof modes)[number];

/**
 * Which free value of a variable comes next. A value has an index from `allocate` until `gone`; it is free after `add`
 * and booked after `take`. -1 stands for none.
 */
export interface Order {
  /** How many values are free. */
  readonly count: number;
  /** Whether positions mean anything: fifo and single number their values 0, 1, 2, … over the variable's life. */
  readonly isIterable: boolean;
  /** The index of a value that is stored now. */
  allocate(): number;
  /** A stored value is free. Returns the index of a value that it replaces (single), else -1. */
  add(index: number): number;
  /** Booked values come back; sorted. Returns those that have no place any more (single: a newer one was stored). */
  giveBack(sorted: readonly number[]): readonly number[];
  /** What `find` sees. */
  peek(): number;
  /** Books what `fetch` takes: after a `peek`, the value that it saw. */
  take(): number;
  /** Takes the free value that was stored first, or -1. (A multi variable knows no age: any.) */
  takeOldest(): number;
  /** Takes this value if it is free. Returns whether it was. */
  remove(index: number): boolean;
  /** The first free value whose index is greater. Only if `isIterable`. */
  after(index: number): number;
  /** A booked or replaced value is gone for good; `has` tells which indices still have a value. */
  gone(index: number, has: (index: number) => boolean): void;
  isFree(index: number): boolean;
  /** Free values whose index is greater, lowest first, at most so many: for whoever only looks. */
  freeAfter(index: number, most: number): number[];
  /** The index that comes after all that were given. */
  readonly next: number;
  /**
   * Begins, when nothing was given yet, with the values at these indices (ascending) and no others, of which some are booked, after indices
   * below `next`.
   */
  restore(indices: Iterable<number>, isFree: (index: number) => boolean, next: number): void;
}

const NONE: readonly number[] = [];

class FifoOrder implements Order {
  readonly isIterable = true;
  readonly #free = new IndexSet();
  #next = 0;

  get count(): number {
    return this.#free.size;
  }
  allocate(): number {
    return this.#next++;
  }
  add(index: number): number {
    this.#free.add(index);
    return -1;
  }
  giveBack(sorted: readonly number[]): readonly number[] {
    this.#free.addAll(sorted);
    return NONE;
  }
  peek(): number {
    return this.#free.min();
  }
  take(): number {
    return this.#free.size === 0 ? -1 : this.#free.takeMin();
  }
  takeOldest(): number {
    return this.take();
  }
  remove(index: number): boolean {
    return removeFree(this.#free, index);
  }
  after(index: number): number {
    return this.#free.after(index);
  }
  gone(): void {
    // A number is never given again.
  }
  isFree(index: number): boolean {
    return this.#free.has(index);
  }
  freeAfter(index: number, most: number): number[] {
    return this.#free.listAfter(index, most);
  }
  get next(): number {
    return this.#next;
  }
  restore(indices: Iterable<number>, isFree: (index: number) => boolean, next: number): void {
    for (const index of indices) {
      if (isFree(index)) {
        this.#free.add(index);
      }
    }
    this.#next = next;
  }
}

/** Takes the highest index. Indices above the highest value are given again, or a stack would wander off for ever. */
class LifoOrder implements Order {
  readonly isIterable = false;
  readonly #free = new IndexSet();
  #next = 0;

  get count(): number {
    return this.#free.size;
  }
  allocate(): number {
    return this.#next++;
  }
  add(index: number): number {
    this.#free.add(index);
    return -1;
  }
  giveBack(sorted: readonly number[]): readonly number[] {
    this.#free.addAll(sorted);
    return NONE;
  }
  peek(): number {
    return this.#free.max();
  }
  take(): number {
    return this.#free.size === 0 ? -1 : this.#free.takeMax();
  }
  takeOldest(): number {
    return this.#free.size === 0 ? -1 : this.#free.takeMin();
  }
  remove(index: number): boolean {
    return removeFree(this.#free, index);
  }
  after(): number {
    return -1;
  }
  gone(index: number, has: (index: number) => boolean): void {
    if (index === this.#next - 1) {
      do {
        this.#next--;
      } while (this.#next > 0 && !has(this.#next - 1));
    }
  }
  isFree(index: number): boolean {
    return this.#free.has(index);
  }
  freeAfter(index: number, most: number): number[] {
    return this.#free.listAfter(index, most);
  }
  get next(): number {
    return this.#next;
  }
  restore(indices: Iterable<number>, isFree: (index: number) => boolean): void {
    for (const index of indices) {
      if (isFree(index)) {
        this.#free.add(index);
      }
      this.#next = index + 1;
    }
  }
}

function removeFree(free: IndexSet, index: number): boolean {
  const isFree = free.has(index);
  if (isFree) {
    free.delete(index);
  }
  return isFree;
}

/** Each free value is as likely as any other. What `peek` drew is what the next `take` gives. */
class MultiOrder implements Order {
  readonly isIterable = false;
  #free = new Uint32Array(16);
  #count = 0;
  #next = 0;
  #drawn = -1;
  /** Where each index is in `#free`: known since one was removed out of turn. */
  #places: Uint32Array | undefined;
  readonly #vacant: number[] = [];
  readonly #random: Random;

  constructor(seed: number) {
    this.#random = new Random(seed);
  }
  get count(): number {
    return this.#count;
  }
  allocate(): number {
    return this.#vacant.pop() ?? this.#next++;
  }
  add(index: number): number {
    if (this.#count === this.#free.length) {
      const grown = new Uint32Array(this.#count * 2);
      grown.set(this.#free);
      this.#free = grown;
    }
    this.#free[this.#count] = index;
    if (this.#places !== undefined) {
      this.#place(index, this.#count);
    }
    this.#count++;
    this.#drawn = -1;
    return -1;
  }
  giveBack(sorted: readonly number[]): readonly number[] {
    for (const index of sorted) {
      this.add(index);
    }
    return NONE;
  }
  peek(): number {
    if (this.#count === 0) {
      return -1;
    }
    this.#drawn = this.#random.below(this.#count);
    return this.#free[this.#drawn]!;
  }
  take(): number {
    if (this.#drawn === -1 && this.peek() === -1) {
      return -1;
    }
    const index = this.#free[this.#drawn]!;
    this.#fill(this.#drawn);
    return index;
  }
  takeOldest(): number {
    return this.#count === 0 ? -1 : this.take();
  }
  remove(index: number): boolean {
    if (this.#places === undefined) {
      this.#places = new Uint32Array(Math.max(16, this.#next));
      this.#free.subarray(0, this.#count).forEach((each, place) => this.#place(each, place));
    }
    const place = this.#places[index] ?? Infinity;
    if (place >= this.#count || this.#free[place] !== index) {
      return false;
    }
    this.#fill(place);
    return true;
  }
  after(): number {
    return -1;
  }
  gone(index: number): void {
    this.#vacant.push(index);
  }
  isFree(index: number): boolean {
    return this.#free.subarray(0, this.#count).includes(index);
  }
  freeAfter(index: number, most: number): number[] {
    // They lie in no order. What is looked at a page at a time is sorted again for each.
    const greater = this.#free.subarray(0, this.#count).filter((each) => each > index);
    return [...greater.sort().subarray(0, most)];
  }
  get next(): number {
    return this.#next;
  }
  restore(indices: Iterable<number>, isFree: (index: number) => boolean): void {
    for (const index of indices) {
      for (; this.#next < index; this.#next++) {
        this.#vacant.push(this.#next);
      }
      this.#next++;
      if (isFree(index)) {
        this.add(index);
      }
    }
  }

  /** The last one takes the place of one that is gone. */
  #fill(place: number): void {
    const last = this.#free[--this.#count]!;
    this.#free[place] = last;
    if (this.#places !== undefined) {
      this.#place(last, place);
    }
    this.#drawn = -1;
  }

  #place(index: number, place: number): void {
    if (index >= this.#places!.length) {
      const grown = new Uint32Array(Math.max(index + 1, this.#places!.length * 2));
      grown.set(this.#places!);
      this.#places = grown;
    }
    this.#places![index] = place;
  }
}

class SingleOrder implements Order {
  readonly isIterable = true;
  #current = -1;
  #next = 0;

  get count(): number {
    return this.#current === -1 ? 0 : 1;
  }
  allocate(): number {
    return this.#next++;
  }
  add(index: number): number {
    const replaced = this.#current;
    this.#current = index;
    return replaced;
  }
  giveBack(sorted: readonly number[]): readonly number[] {
    const newest = this.#next - 1;
    const returned = sorted.at(-1);
    if (returned === newest) {
      this.#current = newest;
      return sorted.slice(0, -1);
    }
    return sorted;
  }
  peek(): number {
    return this.#current;
  }
  take(): number {
    const index = this.#current;
    this.#current = -1;
    return index;
  }
  takeOldest(): number {
    return this.take();
  }
  remove(index: number): boolean {
    const isFree = index !== -1 && index === this.#current;
    if (isFree) {
      this.#current = -1;
    }
    return isFree;
  }
  after(index: number): number {
    return this.#current > index ? this.#current : -1;
  }
  gone(): void {
    // A number is never given again: an iterator sees each new value once.
  }
  isFree(index: number): boolean {
    return index === this.#current;
  }
  freeAfter(index: number, most: number): number[] {
    return this.#current > index && most > 0 ? [this.#current] : [];
  }
  get next(): number {
    return this.#next;
  }
  restore(indices: Iterable<number>, isFree: (index: number) => boolean, next: number): void {
    for (const index of indices) {
      if (isFree(index)) {
        this.#current = index;
      }
    }
    this.#next = next;
  }
}

export function createOrder(mode: Mode, seed: number): Order {
  switch (mode) {
    case "fifo":
      return new FifoOrder();
    case "lifo":
      return new LifoOrder();
    case "multi":
      return new MultiOrder(seed);
    case "single":
      return new SingleOrder();
    default:
      return mode satisfies never;
  }
}
