import { createContext, use, useEffect, useState, useSyncExternalStore } from "react";
import type { Problem } from "../../src/web/api.ts";
import { asProblem } from "../api/request.ts";
import type { Feed, FeedState } from "./feed.ts";

/** What a page knows of something that it watches. Both are undefined until the first answer. */
export interface Live<T> {
  readonly data: T | undefined;
  readonly problem: Problem | undefined;
}

const nothingYet: Live<never> = { data: undefined, problem: undefined };

export const FeedContext = createContext<Feed | undefined>(undefined);

/** Watches the answer of a GET while the component is on the page; undefined watches nothing. */
export function useLive<T>(path: string | undefined): Live<T> {
  const feed = useFeed();
  const [answer, setAnswer] = useState<{ readonly path: string; readonly live: Live<T> }>();
  useEffect(() => {
    if (path === undefined) {
      return undefined;
    }
    return feed.watch(path, (status, body) => setAnswer({ path, live: liveOf<T>(status, body) }));
  }, [feed, path]);
  return answer !== undefined && answer.path === path ? answer.live : nothingYet;
}

export function useFeedState(): FeedState {
  const feed = useFeed();
  return useSyncExternalStore(
    (listener) => feed.subscribe(listener),
    () => feed.state,
  );
}

export function useFeed(): Feed {
  const feed = use(FeedContext);
  if (feed === undefined) {
    throw new Error("there is no feed above this component: wrap it in <FeedContext value={feed}>");
  }
  return feed;
}

export function liveOf<T>(status: number, body: unknown): Live<T> {
  return status < 400 ? { data: body as T, problem: undefined } : { data: undefined, problem: asProblem(status, body) };
}
