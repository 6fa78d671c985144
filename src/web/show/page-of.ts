import type { ListQuery, Page } from "../api.ts";

/** By what a list can be sorted: numbers or texts. */
export type SortKeys<T> = Readonly<Record<string, (item: T) => number | string>>;

export interface ListSource<T> {
  /** All of them, in the order of their names. */
  readonly items: Iterable<T>;
  readonly count: number;
  /** What is searched in. */
  readonly textOf: (item: T) => string;
  readonly keys: SortKeys<T>;
}

/** Finds the items of a page. A sort that the list does not have is its own order. */
export function pageOf<T, R>(source: ListSource<T>, query: ListQuery, show: (item: T) => R): Page<R> {
  const { search = "", sort = "", order = "asc", offset = 0, limit = 100 } = query;
  const key = Object.hasOwn(source.keys, sort) ? source.keys[sort] : undefined;
  if (key === undefined && search === "" && order === "asc") {
    return { total: source.count, offset, items: slice(source.items, offset, limit).map(show) };
  }
  const wanted = search.toLowerCase();
  const found: T[] = [];
  for (const item of source.items) {
    if (wanted === "" || source.textOf(item).toLowerCase().includes(wanted)) {
      found.push(item);
    }
  }
  const sorted = key === undefined ? (order === "asc" ? found : found.reverse()) : sortedBy(found, key, order);
  return { total: found.length, offset, items: sorted.slice(offset, offset + limit).map(show) };
}

function slice<T>(items: Iterable<T>, offset: number, limit: number): T[] {
  if (Array.isArray(items)) {
    return (items as T[]).slice(offset, offset + limit);
  }
  const list: T[] = [];
  let at = 0;
  for (const item of items) {
    if (at >= offset + limit) {
      break;
    }
    if (at++ >= offset) {
      list.push(item);
    }
  }
  return list;
}

/** Stable, so that equal ones stay in the order of their names. Each key is read once. */
function sortedBy<T>(items: T[], key: (item: T) => number | string, order: "asc" | "desc"): T[] {
  const keyed = items.map((item) => ({ item, key: key(item) }));
  const sign = order === "asc" ? 1 : -1;
  keyed.sort((a, b) => (a.key < b.key ? -sign : a.key > b.key ? sign : 0));
  return keyed.map(({ item }) => item);
}
