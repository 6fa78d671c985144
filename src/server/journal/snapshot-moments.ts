import { PAGE_INDICES } from "../../space/index.ts";

interface Range {
  readonly from: number;
  readonly to: number;
  readonly position: number;
}

interface Seen {
  readonly position: number;
  /** By page. */
  readonly ranges: Map<number, Range[]>;
}

/**
 * Of which moments a snapshot is: it is made while changes go on, so each variable, and each range of its values, is as it was at
 * some position of the log. A change up to there is in it already. Positions after `end` concern nothing in it.
 */
export class SnapshotMoments {
  end = 0;
  readonly #variables = new Map<number, Seen>();

  variableSeen(id: number, position: number): void {
    this.#variables.set(id, { position, ranges: new Map() });
    this.seenAt(position);
  }

  /** Something was looked at, at this position. */
  seenAt(position: number): void {
    this.end = Math.max(this.end, position);
  }

  /** Whether `variableSeen` was called for it. */
  hasVariable(id: number): boolean {
    return this.#variables.has(id);
  }

  /** Precondition: `hasVariable`. A range lies within one page. */
  valuesSeen(id: number, from: number, to: number, position: number): void {
    const { ranges } = this.#variables.get(id)!;
    this.seenAt(position);
    const page = Math.floor(from / PAGE_INDICES);
    const before = ranges.get(page);
    if (before === undefined) {
      ranges.set(page, [{ from, to, position }]);
    } else {
      before.push({ from, to, position });
    }
  }

  /** Up to which position the snapshot has the changes of a variable; 0 when it does not have the variable. */
  ofVariable(id: number): number {
    return this.#variables.get(id)?.position ?? 0;
  }

  /** Likewise for the value at `index`. */
  ofValue(id: number, index: number): number {
    const seen = this.#variables.get(id);
    if (seen === undefined) {
      return 0;
    }
    const ranges = seen.ranges.get(Math.floor(index / PAGE_INDICES));
    return ranges?.find(({ from, to }) => index >= from && index < to)?.position ?? seen.position;
  }

  /** Nothing asks any more. */
  forget(): void {
    this.#variables.clear();
  }
}
