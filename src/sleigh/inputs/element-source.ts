import { SleighArgumentError } from "../errors.ts";
import { isList, type List, ListSource } from "./list-source.ts";
import { type By, elementsBy } from "./matrix.ts";
import { RowSource, rowsOf } from "./row-source.ts";
import type { TaskBatch, TaskSource } from "./task-source.ts";

export interface ElementOptions {
  readonly recycle?: boolean | undefined;
  readonly by?: By | undefined;
}

/** Makes the arguments of task number `task`, or returns undefined: that was the last one. It may return a promise. */
export type ElementFunction = (
  task: number,
) => readonly unknown[] | undefined | Promise<readonly unknown[] | undefined>;

type AnyIterable = Iterable<unknown> | AsyncIterable<unknown>;

/**
 * The tasks of an `eachElem`. `elements` is several lists if, and only if, it is an array whose members are all iterable and
 * no strings; else it is one list by itself.
 */
export function elementSource(elements: unknown, { recycle = false, by }: ElementOptions): TaskSource {
  const lists = listsOf(elements);
  const split = by === undefined ? lists : lists.map((list) => (Array.isArray(list) ? elementsBy(list, by) : list));
  if (split.every(isList)) {
    return new ListSource(split as readonly List[], recycle);
  }
  return recycle ? new RecycledSource(split) : rowsOf(split);
}

export function functionSource(elementFunc: ElementFunction): TaskSource {
  const check = (row: unknown): readonly unknown[] | undefined => {
    if (row !== undefined && !Array.isArray(row)) {
      throw new SleighArgumentError("elementFunc must return a list of arguments, or undefined to stop");
    }
    return row;
  };
  return new RowSource((task) => {
    const row: unknown = elementFunc(task);
    return row instanceof Promise ? row.then(check) : check(row);
  });
}

export function isIterable(value: unknown): value is AnyIterable {
  return typeof value === "object" && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value);
}

function listsOf(elements: unknown): readonly AnyIterable[] {
  if (Array.isArray(elements) && elements.length > 0 && elements.every(isIterable)) {
    return elements;
  }
  if (isIterable(elements) || typeof elements === "string") {
    return [typeof elements === "string" ? Array.from(elements) : elements];
  }
  throw new SleighArgumentError(
    `the elements must be a list (or any iterable) of values, or an array of such lists, not ${elements === null ? "null" : typeof elements}`,
  );
}

/** Shorter lists repeat up to the longest: so all must be read before it is known which that is. */
class RecycledSource implements TaskSource {
  readonly #lists: readonly AnyIterable[];
  #source: ListSource | undefined;

  constructor(lists: readonly AnyIterable[]) {
    this.#lists = lists;
  }

  get left(): number | undefined {
    return this.#source?.left;
  }

  async read(most: number): Promise<TaskBatch | undefined> {
    if (this.#source === undefined) {
      const lists: List[] = [];
      for (const list of this.#lists) {
        lists.push(isList(list) ? list : await collect(list));
      }
      this.#source = new ListSource(lists, true);
    }
    return this.#source.read(most);
  }

  close(): void {
    this.#source?.close();
  }
}

async function collect(iterable: AnyIterable): Promise<unknown[]> {
  const list: unknown[] = [];
  for await (const value of iterable) {
    list.push(value);
  }
  return list;
}
