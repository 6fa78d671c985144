import type { Page } from "../../src/web/api.ts";

/*
 * A list that may be very long is watched through a window that moves with the scrolling. The rows that were seen around it are kept, so
 * that one sees something (maybe a little old) until the window has arrived.
 */

/** Windows begin at multiples of this, so that a small scroll moves none. */
export const WINDOW_STEP = 25;
/** The window holds all rows that are on the screen, wherever in a step the first one is. */
export const WINDOW_LENGTH = 5 * WINDOW_STEP;
/** Rows before and behind the window that are kept. */
const KEPT_AROUND = 20 * WINDOW_STEP;

export interface Rows<T> {
  readonly total: number;
  readonly byIndex: ReadonlyMap<number, T>;
}

/** Where the window should begin when the rows from `first` on are on the screen. */
export function windowFor(first: number): number {
  // Half a step before: a little scrolling back stays inside.
  return Math.max(0, Math.floor((first - WINDOW_STEP / 2) / WINDOW_STEP) * WINDOW_STEP);
}

/** The rows known after `page` has come. */
export function mergeWindow<T>(known: Rows<T> | undefined, page: Page<T>): Rows<T> {
  const byIndex = new Map<number, T>();
  for (const [index, row] of known?.byIndex ?? []) {
    const isNear = index >= page.offset - KEPT_AROUND && index < page.offset + WINDOW_LENGTH + KEPT_AROUND;
    if (isNear && index < page.total) {
      byIndex.set(index, row);
    }
  }
  page.items.forEach((item, i) => byIndex.set(page.offset + i, item));
  return { total: page.total, byIndex };
}
