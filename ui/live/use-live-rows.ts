import { useCallback, useEffect, useState } from "react";
import type { ListQuery, Page, Problem } from "../../src/web/api.ts";
import { type Rows, WINDOW_LENGTH, mergeWindow, windowFor } from "./row-window.ts";
import { liveOf, useFeed } from "./use-live.ts";

/** A long list of which the part on the screen is live. */
export interface LiveRows<T> {
  readonly rows: Rows<T> | undefined;
  readonly problem: Problem | undefined;
  /** To be told which row is the first on the screen. */
  readonly onFirstVisible: (index: number) => void;
}

interface Known<T> {
  readonly list: string;
  readonly rows: Rows<T> | undefined;
  readonly problem: Problem | undefined;
}

/** Watches the rows on the screen of the list whose page has the address `pathFor({ offset, limit })`. */
export function useLiveRows<T>(pathFor: (window: ListQuery) => string): LiveRows<T> {
  const feed = useFeed();
  const list = pathFor({});
  const [place, setPlace] = useState({ list, offset: 0 });
  const offset = place.list === list ? place.offset : 0;
  const path = pathFor({ offset, limit: WINDOW_LENGTH });
  const [known, setKnown] = useState<Known<T>>({ list, rows: undefined, problem: undefined });

  useEffect(
    () =>
      feed.watch(path, (status, body) => {
        const { data, problem } = liveOf<Page<T>>(status, body);
        setKnown((before) => {
          const rows = before.list === list ? before.rows : undefined;
          return { list, rows: data === undefined ? rows : mergeWindow(rows, data), problem };
        });
      }),
    [feed, list, path],
  );

  const onFirstVisible = useCallback((index: number) => setPlace({ list, offset: windowFor(index) }), [list]);
  return known.list === list ? { ...known, onFirstVisible } : { rows: undefined, problem: undefined, onFirstVisible };
}
