import type { AgendaItem } from "./agenda.ts";
import { NOWHERE } from "./time-heap.ts";
import type { Variable } from "./variable.ts";

/** What the end of a value's time costs, for the limit on memory. */
export const EXPIRY_BYTES = 8;

/** Times are kept in pages of so many indices. */
const PAGE_SLOTS = 1024;
const FIRST_SLOTS = 16;

interface Page {
  /** By slot. 0: the value stays for ever. Negative: its time (without the sign) has passed while it was booked. */
  times: Float64Array;
  count: number;
  /** Of the times that are to be looked at, none is earlier. */
  earliest: number;
}

/**
 * When the values of one variable expire, by index: eight bytes each, in pages, so that a million of them are neither a million objects nor
 * a million timers. In the agenda there is one item, for the earliest.
 */
export class Expiries implements AgendaItem {
  readonly variable: Variable;
  at = Infinity;
  position = NOWHERE;
  count = 0;
  readonly #pages = new Map<number, Page>();

  constructor(variable: Variable) {
    this.variable = variable;
  }

  /** When the value expires; Infinity: never. */
  get(index: number): number {
    const time = this.#pages.get(Math.floor(index / PAGE_SLOTS))?.times[index % PAGE_SLOTS] ?? 0;
    return time === 0 ? Infinity : Math.abs(time);
  }

  /** Precondition: none is set for this index; `time` is positive. */
  set(index: number, time: number): void {
    const number = Math.floor(index / PAGE_SLOTS);
    const slot = index % PAGE_SLOTS;
    let page = this.#pages.get(number);
    if (page === undefined) {
      page = { times: new Float64Array(FIRST_SLOTS), count: 0, earliest: Infinity };
      this.#pages.set(number, page);
    }
    if (slot >= page.times.length) {
      page.times = grown(page.times, slot);
    }
    page.times[slot] = time;
    page.count++;
    page.earliest = Math.min(page.earliest, time);
    this.count++;
    this.at = Math.min(this.at, time);
  }

  /** The value is gone. Returns whether it had a time. */
  delete(index: number): boolean {
    const number = Math.floor(index / PAGE_SLOTS);
    const page = this.#pages.get(number);
    const slot = index % PAGE_SLOTS;
    if (page === undefined || (page.times[slot] ?? 0) === 0) {
      return false;
    }
    page.times[slot] = 0;
    page.count--;
    this.count--;
    if (page.count === 0) {
      this.#pages.delete(number);
    }
    return true;
  }

  /** The value is booked though its time has passed: it is not due any more, but gone when it comes back. */
  hold(index: number): void {
    this.#pages.get(Math.floor(index / PAGE_SLOTS))!.times[index % PAGE_SLOTS]! *= -1;
  }

  /** Indices whose time has come, at most so many; each is to be deleted or held. `at` is then when to look again. */
  takeDue(now: number, most: number): number[] {
    const due: number[] = [];
    let at = Infinity;
    for (const [number, page] of this.#pages) {
      if (page.earliest <= now && due.length < most) {
        page.earliest = collect(page.times, number * PAGE_SLOTS, now, most, due);
      }
      at = Math.min(at, page.earliest);
    }
    this.at = at;
    return due;
  }
}

/** Adds what is due of a page, and returns the earliest time that is left. */
function collect(times: Float64Array, start: number, now: number, most: number, due: number[]): number {
  let earliest = Infinity;
  for (let slot = 0; slot < times.length; slot++) {
    const time = times[slot]!;
    if (time > 0) {
      if (time <= now && due.length < most) {
        due.push(start + slot);
      } else {
        earliest = Math.min(earliest, time);
      }
    }
  }
  return earliest;
}

function grown(times: Float64Array, slot: number): Float64Array {
  let length = times.length;
  while (length <= slot) {
    length *= 2;
  }
  const copy = new Float64Array(length);
  copy.set(times);
  return copy;
}
