import type { WaitOptions } from "./session.ts";

/**
 * What becomes of a store for which a variable has no room: `block`, it waits until there is, first come, first served; `reject`, it fails
 * with a VariableFullError; `dropOldest`, the oldest values that nobody has booked go.
 */
export type WhenFull = "block" | "reject" | "dropOldest";

/**
 * How much a variable holds, and for how long. What is left out stays as it is, at first without a limit; Infinity takes a limit away. Values that
 * somebody has booked or on lease count. A value that is given to a waiting fetch needs no room.
 */
export interface DeclareOptions {
  /** Most values; at least 1. Not for `single`. */
  readonly maxValues?: number | undefined;
  /** Most bytes of all values together; at least 1. Not for `single`. */
  readonly maxBytes?: number | undefined;
  /** At first `block`. */
  readonly whenFull?: WhenFull | undefined;
  /** How long values stay after they were stored, in milliseconds. For those that are stored from now on. */
  readonly ttl?: number | undefined;
}

/**
 * A store waits when its variable is full and blocks. With a timeout or a signal the outcome is definite, too: it rejects only if nothing was stored.
 * So after an abort it takes until the server has answered.
 */
export interface StoreOptions extends WaitOptions {
  /** How long the value stays after it was stored, in milliseconds; Infinity: for ever. Default: as the variable was declared. */
  readonly ttl?: number | undefined;
}
