import type { FailureCode } from "./failure.ts";
import type { Mode } from "./order.ts";
import type { FileValue } from "./receiver.ts";
import type { VariableLimits } from "./variable-limits.ts";

/** How safe a change must be before anybody is told of it: on the disk, with the operating system, or nowhere yet. */
export type Durability = "fsync" | "os" | "memory";

export const durabilities: readonly Durability[] = ["fsync", "os", "memory"];

/**
 * How a value is booked: until `confirm` (booking) or `ack` (lease); or until its whole reply is with the kernel (sent), as
 * for clients that confirm nothing.
 */
export type BookingKind = "booking" | "lease" | "sent";

/**
 * Who has booked a value. Sessions are numbered within one run of the server, but for those that outlive it: they keep their numbers. Bookings and
 * leases are numbered within a session.
 */
export interface Holder {
  readonly session: number;
  readonly kind: BookingKind;
  readonly number: number;
}

/**
 * What changes in persistent workspaces, in order. Whoever applies all changes since the beginning to an empty space (see
 * `Restoration`) has the same workspaces, variables and values. Workspaces and variables go by ids out of one sequence, none of which is
 * ever given again; `__default` is 0 and there from the beginning. Reading changes nothing but who has booked what.
 */
export interface Changes {
  /** Ids below this may have been given, to whatever: none of them may be given again. */
  idsReserved(below: number): void;
  /** A workspace became persistent. One that is deleted and made again has another id. */
  workspaceKept(workspace: number, name: string): void;
  /** Whether it outlives its owner: before this, and without it, it does. One that does not is there while its owner's session is, over restarts as well. */
  persistenceSet(workspace: number, isPersistent: boolean): void;
  /** From now on its changes are to be so safe; before this, and without it: as safe as is usual. */
  durabilitySet(workspace: number, durability: Durability): void;
  /** It is deleted when nobody has had it open for so many milliseconds; Infinity, and without this: never. */
  idleTimeoutSet(workspace: number, timeoutMs: number): void;
  /** It was deleted, or is not persistent any more: it goes with all that is in it. */
  workspaceDropped(workspace: number): void;
  owned(workspace: number, session: number): void;
  /** Nobody owns it any more. */
  disowned(workspace: number): void;
  /** A variable is there, without a mode. */
  variableMade(id: number, workspace: number, name: string): void;
  modeSet(id: number, mode: Mode): void;
  guarded(id: number): void;
  /** From now on it has these limits, whatever they were before. */
  limitsSet(id: number, limits: VariableLimits): void;
  /** It goes with all its values. */
  variableDeleted(id: number): void;
  /** Values have had these indices, below `next`, whether they are there or not. */
  indicesUsed(id: number, next: number): void;
  /** A value in memory, at an index that has none: bytes `[start, end)`, valid only during the call. */
  put(id: number, index: number, descriptor: number, bytes: Uint8Array, start: number, end: number): void;
  putFile(id: number, index: number, descriptor: number, file: FileValue): void;
  /** The value that was just put expires at this time: milliseconds since 1970, whole. */
  expirySet(id: number, index: number, at: number): void;
  booked(id: number, index: number, holder: Holder): void;
  /** A booked value is back in its old place. `isLost`: its session or the time of its lease has ended, which counts as a delivery. */
  returned(id: number, index: number, isLost: boolean): void;
  /** So often has the value come back because a session or the time of a lease ended. */
  returnsCounted(id: number, index: number, count: number): void;
  /** The value is gone for good. */
  gone(id: number, index: number): void;
}

/** Where a space's changes go, during the call that makes them. */
export interface Journal extends Changes {
  /**
   * Why about so many bytes of changes cannot be kept just now; asked before anything is changed. `isMore`: what is stored or
   * made, rather than what is taken or deleted.
   */
  refusal(bytes: number, isMore: boolean): JournalRefusal | undefined;
  /** The same journal, for changes that are to be so safe. `undefined`: as safe as is usual. */
  withDurability(durability: Durability | undefined): Journal;
}

export interface JournalRefusal {
  readonly code: FailureCode;
  readonly message: string;
}

/** About what a change takes besides the value's bytes and names, for `refusal`. */
export const CHANGE_BYTES = 48;
