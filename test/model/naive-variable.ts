import type { Durability, Mode, ReadOptions, VariableLimits } from "../../src/space/index.ts";
import type { BookingKind, TestStore, TestValue } from "./calls.ts";

/** A value in a variable: free, or booked by `holder`. */
export interface NaiveValue extends TestValue {
  /** Counts the stores of its variable. */
  readonly index: number;
  holder: NaiveBooking | undefined;
  /** How often a session, or the time of a lease, ended that had it. */
  lostCount: number;
  /** When its time is over; Infinity: never. */
  readonly expiresAt: number;
}

export interface NaiveBooking {
  readonly session: NaiveSession;
  readonly kind: BookingKind;
  readonly number: number;
}

export interface NaiveWaiter {
  readonly session: NaiveSession;
  readonly request: number;
  readonly variable: NaiveVariable;
  readonly how: ReadOptions;
}

/** A store that waits. */
export interface NaiveStorer {
  readonly session: NaiveSession;
  readonly request: number;
  readonly variable: NaiveVariable;
  readonly values: readonly TestValue[];
  readonly how: TestStore;
  /** The value that it takes off for good, which the session has on lease. */
  readonly leased: NaiveValue | undefined;
}

export class NaiveVariable {
  readonly id: number;
  readonly name: string;
  mode: Mode | undefined;
  /** Only the owner of the workspace may change it. */
  isGuarded = false;
  storedCount = 0;
  /** Free and booked, by index. */
  values: NaiveValue[] = [];
  /** Finders and fetchers, in the order in which they began to wait. */
  waiters: NaiveWaiter[] = [];
  /** Likewise. */
  storers: NaiveStorer[] = [];
  /** Undefined: nothing was said. */
  limits: VariableLimits | undefined;

  constructor(id: number, name: string) {
    this.id = id;
    this.name = name;
  }

  get isIterable(): boolean {
    return this.mode === "fifo" || this.mode === "single";
  }

  free(): NaiveValue[] {
    return this.values.filter((value) => value.holder === undefined);
  }
}

export class NaiveWorkspace {
  readonly name: string;
  readonly variables = new Map<string, NaiveVariable>();
  owner: NaiveSession | undefined;
  isPersistent = false;
  durability: Durability | undefined;
  idleTimeoutMs = Infinity;
  /** Since when nobody has had it open. */
  idleSince: number | undefined;
  isDeleted = false;

  constructor(name: string) {
    this.name = name;
  }
}

export class NaiveSession {
  readonly number: number;
  readonly leaseOver: number;
  readonly opened = new Map<string, NaiveWorkspace>();
  lastNumber: Record<BookingKind, number> = { booking: 0, lease: 0 };

  constructor(number: number, leaseOver: number | undefined) {
    this.number = number;
    this.leaseOver = leaseOver ?? Infinity;
  }
}
