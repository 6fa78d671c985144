import { useEffect } from "react";

/** The search field of a page, which `/` goes to. */
export const SEARCH_FIELD = "[data-search-field]";

/** Keys that work on every page: `/` goes to the search field. */
export function useKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const isTyping = event.target instanceof HTMLElement && event.target.closest("input, textarea, select") !== null;
      if (event.key === "/" && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) {
        const field = document.querySelector<HTMLInputElement>(SEARCH_FIELD);
        if (field !== null) {
          event.preventDefault();
          field.focus();
          field.select();
        }
      }
    };
    addEventListener("keydown", onKey);
    return () => removeEventListener("keydown", onKey);
  }, []);
}
