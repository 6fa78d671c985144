/** Told when the server does not know (any more) who looks at this page. */
const STRANGER = "nws:stranger";

export function tellStranger(): void {
  dispatchEvent(new Event(STRANGER));
}

/** Calls `listener` each time, until the function that comes back is called. */
export function onStranger(listener: () => void): () => void {
  addEventListener(STRANGER, listener);
  return () => removeEventListener(STRANGER, listener);
}
