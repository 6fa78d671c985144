import type { Mode, Operation } from "./history.ts";

/** A value, and the operation that stored it. */
export interface StoredValue {
  readonly value: string;
  readonly store: Operation;
  /** Among the values of that operation. */
  readonly place: number;
  /** By then it was certainly stored; Infinity: maybe it never was. */
  readonly storedBy: number;
}

/** Somebody got a value. */
export interface Delivery {
  readonly value: string;
  readonly fetch: Operation;
  /** It may be back from then on; Infinity: it is gone for good. */
  readonly returnsFrom: number;
  /** It is certainly back by then; Infinity: maybe it never comes. */
  readonly heldUntil: number;
}

/** A time in which something may have been kept from a variable's readers. */
export interface Interval {
  readonly from: number;
  readonly to: number;
}

/** All operations on one variable, and what follows from them for its values. */
export class VariableHistory {
  readonly mode: Mode;
  readonly operations: readonly Operation[];
  readonly values = new Map<string, StoredValue>();
  readonly deliveries: readonly Delivery[];
  readonly deletions: readonly Operation[];
  /**
   * Fetches of which nobody knows what they took, if anything: it is back when their sessions have ended; or when they were answered, of those
   * that had to be asked again after a restart and may have taken something before.
   */
  readonly unknownFetches: readonly { readonly fetch: Operation; readonly times: Interval }[];

  constructor(operations: readonly Operation[]) {
    this.operations = operations;
    this.mode = operations[0]!.key!.mode;
    const safeUntil = lastSafeCalls(operations);
    this.deliveries = operations
      .filter(({ kind, outcome }) => kind === "fetch" && outcome === "done")
      .flatMap((fetch) =>
        fetch.values.map((value) => delivery(fetch, value, safeUntil.get(fetch.session.number) ?? 0)),
      );
    this.deletions = operations.filter(({ kind, outcome }) => kind === "delete" && outcome !== "refused");
    this.unknownFetches = operations
      .filter(({ kind, outcome, outlivedServer }) => kind === "fetch" && (isUnknown(outcome) || outlivedServer))
      .map((fetch) => ({ fetch, times: isUnknown(fetch.outcome) ? unknownTimes(fetch) : timesOf(fetch) }));
    this.#findValues();
  }

  /** Whether one was certainly stored before the other, if both were. */
  isBefore(one: StoredValue, other: StoredValue): boolean {
    return one.store === other.store ? one.place < other.place : precedes(one.store, one.storedBy, other.store);
  }

  /**
   * The times within those of `read` in which the value was certainly there for it to see: stored, and neither taken by an operation that may
   * have done so, nor deleted.
   */
  *presence(stored: StoredValue, read: Operation, within: Interval): Generator<Interval> {
    const { store, storedBy } = stored;
    const isOwn = store.session === read.session && store.number < read.number && storedBy < Infinity;
    let { from } = within;
    if (!isOwn) {
      from = Math.max(from, storedBy);
    }
    for (const absence of this.#absences(stored, read).sort((a, b) => a.from - b.from)) {
      if (absence.from > from && from <= within.to) {
        yield { from, to: Math.min(absence.from, within.to) };
      }
      from = Math.max(from, absence.to);
    }
    if (from <= within.to) {
      yield { from, to: within.to };
    }
  }

  /** Whether the value was certainly there for all of the time of `read`. */
  wasThere(stored: StoredValue, read: Operation): boolean {
    const [first] = this.presence(stored, read, timesOf(read));
    return first !== undefined && first.from <= read.invokedAt && first.to >= read.settledAt;
  }

  #absences(stored: StoredValue, read: Operation): Interval[] {
    const absences: Interval[] = [];
    for (const { value, fetch, heldUntil } of this.deliveries) {
      if (this.#takes(value, fetch, stored)) {
        absences.push({ from: fetch.invokedAt, to: heldUntil });
      }
    }
    for (const { fetch, times } of this.unknownFetches) {
      if (fetch !== read) {
        absences.push(times);
      }
    }
    for (const deletion of this.deletions) {
      if (!precedes(deletion, deletion.settledAt, stored.store)) {
        absences.push({ from: deletion.invokedAt, to: Infinity });
      }
    }
    return absences;
  }

  /** Whether with this delivery `stored` may be gone. A `single` has one value, the last one: whatever is taken after it is that, or newer. */
  #takes(value: string, fetch: Operation, stored: StoredValue): boolean {
    return value === stored.value || (this.mode === "single" && !(fetch.settledAt <= stored.store.invokedAt));
  }

  #findValues(): void {
    const seenAt = new Map<string, number>();
    for (const { kind, values, settledAt } of this.operations) {
      if (kind === "fetch" || kind === "find" || kind === "walk") {
        values.forEach((value) => seenAt.set(value, Math.min(settledAt, seenAt.get(value) ?? Infinity)));
      }
    }
    for (const store of this.operations.filter(({ kind }) => kind === "store")) {
      // All of its values are stored in one step: who has seen one knows of all.
      const storedBy = Math.min(store.settledAt, ...store.values.map((value) => seenAt.get(value) ?? Infinity));
      const isRefused = store.outcome === "refused";
      store.values.forEach((value, place) => {
        if (!isRefused) {
          this.values.set(value, { value, store, place, storedBy });
        }
      });
    }
  }
}

export function timesOf({ invokedAt, settledAt }: Operation): Interval {
  return { from: invokedAt, to: settledAt };
}

/** Whether an operation that was done by some time took effect before another one: also those of a session, in the order sent. */
export function precedes(one: Operation, doneBy: number, other: Operation): boolean {
  return doneBy <= other.invokedAt || (one.session === other.session && one.number < other.number);
}

/** What a session fetched is confirmed with whatever it asks next; by when it asked the last thing that was answered. */
function lastSafeCalls(operations: readonly Operation[]): ReadonlyMap<number, number> {
  const calls = new Map<number, number>();
  for (const { session, outcome, invokedAt } of operations) {
    if (outcome !== "pending" && outcome !== "unknown") {
      calls.set(session.number, Math.max(invokedAt, calls.get(session.number) ?? 0));
    }
  }
  return calls;
}

function delivery(fetch: Operation, value: string, safeUntil: number): Delivery {
  const { session, settledAt, isLeased, end, refusableFrom } = fetch;
  const endsFrom = Math.min(session.endsFrom, isLeased ? refusableFrom : Infinity);
  const endsBy = Math.min(session.endsBy, fetch.overBy);
  const gone = { value, fetch, returnsFrom: Infinity, heldUntil: Infinity };
  if (!isLeased) {
    const isConfirmed = session.isClosed || safeUntil >= settledAt;
    return isConfirmed ? gone : { ...gone, returnsFrom: endsFrom };
  }
  if (end === undefined) {
    return { ...gone, returnsFrom: endsFrom, heldUntil: endsBy };
  }
  const isDone = end.outcome === "done";
  if (end.kind === "ack") {
    const isRefused = end.outcome === "refused" && refusableFrom < Infinity;
    return isDone ? gone : { ...gone, returnsFrom: endsFrom, ...(isRefused && { heldUntil: end.settledAt }) };
  }
  return isDone
    ? { ...gone, returnsFrom: Math.min(end.invokedAt, endsFrom), heldUntil: end.settledAt }
    : { ...gone, returnsFrom: Math.min(end.invokedAt, endsFrom), heldUntil: endsBy };
}

function isUnknown(outcome: Operation["outcome"]): boolean {
  return outcome === "unknown" || outcome === "pending";
}

function unknownTimes({ invokedAt, restedTo, session }: Operation): Interval {
  return { from: restedTo < Infinity ? restedTo : invokedAt, to: session.endsBy };
}
