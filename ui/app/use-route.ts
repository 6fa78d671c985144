import { useEffect, useMemo, useSyncExternalStore } from "react";
import { type Route, routeOf } from "./routes.ts";

/** What is told when the page changed by `goTo`; the browser tells only of its own buttons. */
const WENT = "nws:went";

/** The page that the address asks for. */
export function useRoute(): Route {
  const path = useSyncExternalStore(subscribe, () => location.pathname);
  return useMemo(() => routeOf(path), [path]);
}

/** Goes to another page: `hrefOf(…)`. */
export function goTo(href: string): void {
  history.pushState(null, "", href);
  dispatchEvent(new Event(WENT));
}

/** Links to pages change the page without loading it again; those to be opened elsewhere, and to other things, are the browser's. */
export function useLinks(): void {
  useEffect(() => {
    const onClick = (event: MouseEvent): void => {
      const link = event.target instanceof Element ? event.target.closest("a") : null;
      const isForBrowser =
        event.defaultPrevented ||
        event.button !== 0 ||
        event.metaKey ||
        event.ctrlKey ||
        event.shiftKey ||
        event.altKey;
      if (link === null || isForBrowser || link.target !== "" || link.hasAttribute("download")) {
        return;
      }
      if (link.origin === location.origin && routeOf(link.pathname).page !== "nowhere") {
        event.preventDefault();
        goTo(link.pathname);
      }
    };
    document.addEventListener("click", onClick);
    return () => document.removeEventListener("click", onClick);
  }, []);
}

function subscribe(listener: () => void): () => void {
  addEventListener("popstate", listener);
  addEventListener(WENT, listener);
  return () => {
    removeEventListener("popstate", listener);
    removeEventListener(WENT, listener);
  };
}
