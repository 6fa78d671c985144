/** The numbers from `from` up to, and without, `to`; with `range(to)`, from 0. Lazy: it may be long, and be gone through again. */
export class Range implements Iterable<number> {
  readonly from: number;
  readonly to: number;
  readonly step: number;

  constructor(from: number, to: number, step: number) {
    if (![from, to, step].every((each) => typeof each === "number" && !Number.isNaN(each)) || step === 0) {
      throw new RangeError(`range(${from}, ${to}, ${step}): numbers are needed, and a step other than 0`);
    }
    this.from = from;
    this.to = to;
    this.step = step;
  }

  /** How many numbers there are. */
  get length(): number {
    return Math.max(0, Math.ceil((this.to - this.from) / this.step));
  }

  /** The numbers at the places from `start` up to, and without, `end`. */
  slice(start: number, end: number): number[] {
    const count = Math.max(0, Math.min(end, this.length) - start);
    const list: number[] = [];
    for (let i = 0; i < count; i++) {
      list.push(this.from + (start + i) * this.step);
    }
    return list;
  }

  /** The numbers, one after the other. */
  *[Symbol.iterator](): Generator<number, void, undefined> {
    for (let i = 0; i < this.length; i++) {
      yield this.from + i * this.step;
    }
  }
}

/** `range(0, 100)`: 0, 1, … 99. `range(5)`: 0 … 4. `range(10, 0, -2)`: 10, 8, 6, 4, 2. */
export function range(first: number, to?: number, step = 1): Range {
  return to === undefined ? new Range(0, first, 1) : new Range(first, to, step);
}
