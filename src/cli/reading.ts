import type { DeserializationError, NetWorkSpace, Position } from "../client/index.ts";

/** What to read from a variable. */
export interface Reading {
  readonly variable: string;
  /** Do not wait. */
  readonly isTrying: boolean;
  /** How many; may be Infinity. */
  readonly count: number;
  /** Most milliseconds to wait for each value; for ever if undefined. */
  readonly timeout: number | undefined;
}

/** Values to be written, and what to call when they have been. */
export interface Shown {
  readonly values: readonly unknown[];
  readonly written: () => Promise<void>;
}

const MAX_BATCH = 1000;
/** Values are asked for in larger and larger batches, as long as writing them out stays a matter of a moment. */
const QUICK_MS = 20;

/** Takes values, on lease until they are written. */
export async function* takenValues(ws: NetWorkSpace, reading: Reading): AsyncGenerator<Shown, void, undefined> {
  const { variable, isTrying, timeout } = reading;
  let left = reading.count;
  let batch = 1;
  let maxBatch = MAX_BATCH;
  while (left > 0) {
    const startedAt = performance.now();
    const how = { lease: true, max: Math.min(batch, left) } as const;
    let leases;
    try {
      leases = isTrying ? await ws.fetchTryMany(variable, how) : await ws.fetchMany(variable, { ...how, timeout });
    } catch (error) {
      if (how.max === 1 || !isUnreadable(error)) {
        throw error;
      }
      // One value of the batch cannot be read, and all went back. One at a time, those before it are shown.
      batch = 1;
      maxBatch = 1;
      continue;
    }
    if (leases.length === 0) {
      return;
    }
    const written = async (): Promise<void> => {
      await Promise.all(leases.map((lease) => lease.ack()));
    };
    try {
      yield { values: leases.map((lease) => lease.value), written };
    } finally {
      // Left in the middle, because writing failed: what was not written goes back.
      await Promise.all(leases.map((lease) => lease[Symbol.asyncDispose]()));
    }
    left -= leases.length;
    const isQuick = leases.length === how.max && performance.now() - startedAt < QUICK_MS;
    batch = isQuick ? Math.min(batch * 4, maxBatch) : 1;
  }
}

/** Looks at values: one as `find` does, several as an iterator does. */
export async function* foundValues(ws: NetWorkSpace, reading: Reading): AsyncGenerator<Shown, void, undefined> {
  const { variable, isTrying, count, timeout } = reading;
  if (count === 1) {
    const missing = Symbol("missing");
    const value = isTrying ? await ws.findTry(variable, missing) : await ws.find(variable, { timeout });
    if (value !== missing) {
      yield shown(value);
    }
    return;
  }
  let left = count;
  for await (const value of isTrying ? ws.ifindTry(variable, { batch: MAX_BATCH }) : ws.ifind(variable, { timeout })) {
    yield shown(value);
    if (--left === 0) {
      return;
    }
  }
}

/** The place behind all values that are there: what comes from now on is behind it. */
export async function endOf(ws: NetWorkSpace, variable: string): Promise<Position | undefined> {
  const present = ws.ifindTry(variable, { batch: MAX_BATCH });
  while ((await present.next()).done !== true) {
    // Only its place is of interest.
  }
  return present.position;
}

function shown(value: unknown): Shown {
  return { values: [value], written: () => Promise.resolve() };
}

/** Whether a value came and could not be read. Told by the code: the client is loaded only by the commands that need it. */
export function isUnreadable(error: unknown): error is DeserializationError {
  return error instanceof Error && "code" in error && error.code === "deserialization_failed";
}
