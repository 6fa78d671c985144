export const whenFullChoices = ["block", "reject", "dropOldest"] as const;
/** What becomes of a store for which there is no room: it waits, it fails, or the oldest free values go. */
export type WhenFull = (typeof whenFullChoices)[number];

/** How much a variable may hold, and for how long. Infinity: without a limit. */
export interface VariableLimits {
  /** Most values, free and booked ones; at least 1. */
  readonly maxValues: number;
  /** Most bytes of values, free and booked ones, in memory and in files; at least 1. */
  readonly maxBytes: number;
  readonly whenFull: WhenFull;
  /** How long after it was stored a value stays, in milliseconds; at least 1. */
  readonly ttlMs: number;
}

/** What holds where nothing was said. */
export const NO_LIMITS: VariableLimits = {
  maxValues: Infinity,
  maxBytes: Infinity,
  whenFull: "block",
  ttlMs: Infinity,
};

/** The limits of now, with those in place of them that are given. Returns `before` itself when nothing changes. */
export function changedLimits(before: VariableLimits, given: Partial<VariableLimits>): VariableLimits {
  const after: VariableLimits = {
    maxValues: given.maxValues ?? before.maxValues,
    maxBytes: given.maxBytes ?? before.maxBytes,
    whenFull: given.whenFull ?? before.whenFull,
    ttlMs: given.ttlMs ?? before.ttlMs,
  };
  const isSame =
    after.maxValues === before.maxValues &&
    after.maxBytes === before.maxBytes &&
    after.whenFull === before.whenFull &&
    after.ttlMs === before.ttlMs;
  return isSame ? before : after;
}
