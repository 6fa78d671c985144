import type { ValueInfo, ValuePage } from "../../src/web/api.ts";

export interface ShownValue {
  readonly info: ValueInfo;
  /** It was fetched, or replaced, after it had been opened. */
  readonly isGone: boolean;
}

/** The values of the page, and those that are open and not free any more, in the order of their indices. */
export function shownValues(page: ValuePage, open: ReadonlyMap<number, ValueInfo>): readonly ShownValue[] {
  const free = new Set(page.values.map(({ index }) => index));
  const gone = [...open.values()].filter(({ index }) => !free.has(index));
  return [
    ...page.values.map((info) => ({ info, isGone: false })),
    ...gone.map((info) => ({ info, isGone: isPast(info.index, page) })),
  ].sort((a, b) => a.info.index - b.info.index);
}

/** A value behind the last one of a full page may only have been pushed off it. */
function isPast(index: number, page: ValuePage): boolean {
  const last = page.values.at(-1);
  return !page.more || (last !== undefined && index < last.index);
}
