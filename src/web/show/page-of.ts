import type { ListQuery, Page } from "../api.ts";
import type { Orders } from "./orders.ts";
import { orderOf, type Slices } from "./slices.ts";

/** By what a list can be sorted, besides its own order: numbers or texts. */
export type SortKeys<T> = Readonly<Record<string, (item: T) => number | string>>;

/** A list of what has names, or ids: as it is now. While one goes through it some of it may go. */
export interface ListSource<T> {
  /** Tells it from other lists. */
  readonly title: string;
  /** In the list's own order. */
  readonly names: readonly string[];
  readonly get: (name: string) => T | undefined;
  /** What is searched in. */
  readonly textOf: (item: T) => string;
  readonly keys: SortKeys<T>;
}

/** Finds the items of a page. A sort that the list does not have is its own order. */
export async function pageOf<T, R>(
  orders: Orders,
  source: ListSource<T>,
  query: ListQuery,
  show: (item: T) => R,
): Promise<Page<R>> {
  const { search = "", sort = "", order = "asc", offset = 0, limit = 100 } = query;
  const key = Object.hasOwn(source.keys, sort) ? source.keys[sort] : undefined;
  const isItself = key === undefined && search === "";
  const names = isItself
    ? inOrder(source.names, order)
    : await orders.get(JSON.stringify([source.title, sort, order, search]), async (slices) => {
        const found = search === "" ? source.names : await searched(source, search, slices);
        return key === undefined ? inOrder(found, order) : sorted(source, found, key, order, slices);
      });
  const items: R[] = [];
  for (const name of names.slice(offset, offset + limit)) {
    const item = source.get(name);
    if (item !== undefined) {
      items.push(show(item));
    }
  }
  return { total: names.length, offset, items };
}

function inOrder(names: readonly string[], order: "asc" | "desc"): readonly string[] {
  return order === "asc" ? names : names.toReversed();
}

async function searched<T>({ names, get, textOf }: ListSource<T>, search: string, slices: Slices): Promise<string[]> {
  const wanted = search.toLowerCase();
  const found: string[] = [];
  for (const name of names) {
    const item = get(name);
    if (item !== undefined && textOf(item).toLowerCase().includes(wanted)) {
      found.push(name);
    }
    const pause = slices.step();
    if (pause !== undefined) {
      await pause;
    }
  }
  return found;
}

/** Each key is read once: it may change while others come in between. */
async function sorted<T>(
  { get }: ListSource<T>,
  names: readonly string[],
  keyOf: (item: T) => number | string,
  order: "asc" | "desc",
  slices: Slices,
): Promise<string[]> {
  const there: string[] = [];
  const keys: (number | string)[] = [];
  for (const name of names) {
    const item = get(name);
    if (item !== undefined) {
      there.push(name);
      keys.push(keyOf(item));
    }
    const pause = slices.step();
    if (pause !== undefined) {
      await pause;
    }
  }
  return Array.from(await orderOf(keys, order, slices), (at) => there[at]!);
}
