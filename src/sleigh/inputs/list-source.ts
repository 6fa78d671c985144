import { Range } from "../range.ts";
import type { TaskBatch, TaskSource } from "./task-source.ts";

/** What can be read at any place: arrays, typed arrays, ranges. */
export type List = readonly unknown[] | TypedList | Range;
type TypedList = ArrayBufferView & ArrayLike<unknown> & { slice(start: number, end: number): ArrayLike<unknown> };

export function isList(value: unknown): value is List {
  return Array.isArray(value) || value instanceof Range || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

/** Tasks from lists, one argument from each: as many as the shortest is long, or with `recycle` the longest. */
export class ListSource implements TaskSource {
  readonly #lists: readonly List[];
  readonly #count: number;
  #next = 0;

  constructor(lists: readonly List[], recycle: boolean) {
    this.#lists = lists;
    const lengths = lists.map((list) => list.length);
    const shortest = Math.min(...lengths);
    this.#count = lists.length === 0 || shortest === 0 ? 0 : recycle ? Math.max(...lengths) : shortest;
  }

  get left(): number {
    return this.#count - this.#next;
  }

  read(most: number): TaskBatch | undefined {
    const count = Math.min(most, this.left);
    if (count === 0) {
      return undefined;
    }
    const first = this.#next;
    this.#next += count;
    const args = this.#lists.map((list) => cut(list, first, count));
    return { first, numbers: undefined, count, layout: "columns", args };
  }

  close(): void {
    this.#next = this.#count;
  }
}

/** A copy: what the program does to its list afterwards does not matter. */
function cut(list: List, first: number, count: number): ArrayLike<unknown> {
  if (first + count <= list.length) {
    // A Buffer's own `slice` would be no copy.
    return list instanceof Uint8Array
      ? new Uint8Array(list.subarray(first, first + count))
      : list.slice(first, first + count);
  }
  const whole = list instanceof Range ? list.slice(0, list.length) : list;
  return Array.from({ length: count }, (_, i) => whole[(first + i) % whole.length]);
}
