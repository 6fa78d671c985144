import { ReleaseKind } from "../wire/verbs.ts";
import type { NwsError } from "./errors.ts";
import type { Exchange } from "./exchange.ts";

/** What requests resolve with where that is more than a value. */

/** A value on lease, as it came. */
export interface Leased {
  readonly value: unknown;
  readonly lease: number;
  /** How often the value was given out, this time included. */
  readonly deliveries: number;
  /** When its first bytes came, as `Date.now()` had it. */
  readonly arrivedAt: number;
}

/** A place among the values of a variable: what an iterator goes on from. It stays true for as long as the variable lives. */
export interface Position {
  readonly variableId: number;
  readonly index: number;
}

/** A value and where it lies. */
export interface Positioned extends Position {
  readonly value: unknown;
}

/** What `Expect.stream` resolves with when all bytes have been given to the sink. */
export interface Streamed {
  readonly length: number;
  readonly lease: number;
}

/** What the server knows a session by. Whoever has both can end it: keep the secret among your own programs. */
export interface SessionIdentity {
  readonly id: string;
  readonly secret: string;
}

/** What `Expect.welcome` resolves with. */
export interface Welcome {
  readonly identity: SessionIdentity;
  /** The largest value that the server takes, in bytes. */
  readonly maxValueBytes: number;
  /** How long the session outlives its connection. 0: it does not. */
  readonly graceMs: number;
  /** Whether it outlives the server, too, once it has to do with persistent workspaces. */
  readonly keeps: boolean;
}

/** The values of an answer in several frames, so far. */
export class Collected {
  readonly isOnLease: boolean;
  /** What the caller gets: values, `Leased` or `Positioned`. */
  readonly items: unknown[] = [];
  readonly bookings: number[] = [];
  readonly leases: number[] = [];
  /** When the first one came. */
  arrivedAt: number | undefined;
  error: NwsError | undefined;

  constructor(isOnLease: boolean) {
    this.isOnLease = isOnLease;
  }

  /** What has come so far is back in its place, for the server is another run: the answer begins anew. */
  clear(): void {
    this.items.length = 0;
    this.bookings.length = 0;
    this.leases.length = 0;
    this.error = undefined;
  }

  /** Puts back what has come so far. */
  giveBack(exchange: Exchange): void {
    for (const booking of this.bookings) {
      exchange.release(ReleaseKind.booking, booking);
    }
    for (const lease of this.leases) {
      exchange.release(ReleaseKind.lease, lease);
    }
  }
}
