import { type JSX, useSyncExternalStore } from "react";
import { ago, exactTime } from "../format/times.ts";
import { duration } from "../format/numbers.ts";

/** Relative times on the page become older together. */
const TICK_MS = 1000;

let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;
const listeners = new Set<() => void>();

/** The time, to the second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}

/** `3 min ago`; the exact time on hover. */
export function Ago({ at }: { readonly at: string }): JSX.Element {
  const time = useNow();
  return (
    <time dateTime={at} title={exactTime(at)}>
      {ago(at, time)}
    </time>
  );
}

/** `3 min 2 s`: how long something lasts already; its beginning on hover. */
export function Since({ at }: { readonly at: string }): JSX.Element {
  const ms = Math.max(0, useNow() - Date.parse(at));
  return (
    <time dateTime={at} title={`since ${exactTime(at)}`}>
      {ms < TICK_MS ? "<1 s" : duration(Math.floor(ms / TICK_MS) * TICK_MS)}
    </time>
  );
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  now = Date.now();
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) {
      each();
    }
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}
