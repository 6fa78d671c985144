import { constants, Script } from "node:vm";
import type { scriptOf } from "./transform.ts";
import { type INCOMPLETE } from "./transform.ts";

/** Somebody pressed Ctrl-C, and what ran would not end. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** What waits for a server ends by itself when it is told to; anything else is left alone after so long. */
const LAST_MS = 1000;

/** Runs a script, and waits for its promise. Rejects with what it throws. */
export async function run(
  script: Exclude<ReturnType<typeof scriptOf>, typeof INCOMPLETE>,
  signal: AbortSignal,
): Promise<unknown> {
  const { code, isAsync } = script;
  const options = { filename: "repl", importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER };
  const value: unknown = new Script(code, options).runInThisContext();
  if (isAsync) {
    const last = (await unlessAborted(value as PromiseLike<{ readonly value: unknown } | undefined>, signal))?.value;
    return isPromise(last) ? unlessAborted(last, signal) : last;
  }
  return isPromise(value) ? unlessAborted(value, signal) : value;
}

/** The promise's outcome; when that does not come about although everything was told to end, an Interrupted. */
export function unlessAborted<T>(promise: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    let timer: NodeJS.Timeout | undefined;
    const stop = (): void => {
      timer = setTimeout(() => reject(new Interrupted("interrupted")), LAST_MS);
    };
    const settled = (): void => {
      signal.removeEventListener("abort", stop);
      clearTimeout(timer);
    };
    signal.addEventListener("abort", stop, { once: true });
    Promise.resolve(promise).finally(settled).then(resolve, reject);
  });
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === "object" &&
    value !== null &&
    "then" in value &&
    typeof (value as { readonly then: unknown }).then === "function"
  );
}
