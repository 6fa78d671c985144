import type { BookingKind, Durability, Mode, WhenFull } from "../../space/index.ts";

/**
 * The records of the log: one or more changes each. A change is its kind (one byte), then its fields in the order of the
 * methods of `Changes` and `SessionChanges`:
 *
 *     number   LEB128: seven bits a byte, the lowest first; at most 2^53 − 1
 *     text     length (number), then one byte for each character
 *     bytes    length (number), then the bytes
 *     flag, mode, kind of booking, durability, what is done when a variable is full   one byte
 *     limit    number; 0 for none
 *
 * A file goes by length (number) and name (text). Each run of a server begins with `started`, each snapshot with `snapshotBegun`: both
 * say the version of this format. Kinds are never given another meaning. What is added later makes a new version, so that an
 * older server refuses the folder rather than misread it.
 */
export const JOURNAL_VERSION = 3;

export const Kind = {
  started: 1,
  idsReserved: 2,
  workspaceKept: 3,
  workspaceDropped: 4,
  variableMade: 5,
  modeSet: 6,
  guarded: 7,
  variableDeleted: 8,
  indicesUsed: 9,
  put: 10,
  putFile: 11,
  booked: 12,
  returned: 13,
  returnsCounted: 14,
  gone: 15,
  owned: 16,
  disowned: 17,
  sessionKept: 18,
  sessionEnded: 19,
  requestDone: 20,
  durabilitySet: 21,
  persistenceSet: 22,
  limitsSet: 23,
  expirySet: 24,
  idleTimeoutSet: 25,
  /** In snapshots only: what follows was true at the position that is given. */
  snapshotBegun: 32,
  variableSeen: 33,
  valuesSeen: 34,
  snapshotEnded: 35,
} as const;

/** A session that outlives this run of the server. All texts are byte strings. */
export interface KeptSessionFacts {
  /** As the space knows it. */
  readonly number: number;
  readonly id: string;
  /** Of its secret, in hexadecimal digits: whoever reads the log cannot resume the session. */
  readonly secretHash: string;
  readonly graceMs: number;
  readonly peer: string;
  readonly label: string;
}

/** What happens to sessions that outlive the server. */
export interface SessionChanges {
  sessionKept(facts: KeptSessionFacts): void;
  sessionEnded(session: number): void;
  /** A request that must not be done twice has been done; see `KeptSession`. In the same batch as what it did. */
  requestDone(session: number, request: number, serial: number): void;
}

/** Modes, kinds of booking, durabilities and what is done when a variable is full go by their place here: only ever to be added to, at the end. */
export const modesByNumber: readonly Mode[] = ["fifo", "lifo", "multi", "single"];
export const bookingKindsByNumber: readonly BookingKind[] = ["booking", "lease", "sent"];
export const durabilitiesByNumber: readonly Durability[] = ["fsync", "os", "memory"];
export const whenFullByNumber: readonly WhenFull[] = ["block", "reject", "dropOldest"];
