import { useMemo, useSyncExternalStore } from "react";
import { type Route, routeOf } from "./routes.ts";

/** The page that the address asks for. */
export function useRoute(): Route {
  const hash = useSyncExternalStore(subscribe, () => location.hash);
  return useMemo(() => routeOf(hash), [hash]);
}

/** Goes to another page: `hrefOf(…)`. */
export function goTo(href: string): void {
  location.hash = href;
}

function subscribe(listener: () => void): () => void {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
}
