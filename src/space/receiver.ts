import type { FailureCode } from "./failure.ts";
import type { Durability } from "./journal.ts";

/**
 * A value too large for memory: the space keeps this handle and the length, never the bytes.
 * When the value is gone for good the space hands it to `dropFile` once.
 */
export interface FileValue {
  readonly length: number;
}

/**
 * A value as the space shows it to a session. **Valid only during the call**: the object is reused and the bytes
 * may move afterwards. Bytes `[start, end)` of `bytes` are the value, unless `file` is set (then they are empty).
 */
export interface ValueView {
  readonly descriptor: number;
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly file: FileValue | undefined;
  /** The variable's id, never given again in this run of the server; with `index` the position of an iterator. */
  readonly variableId: number;
  readonly index: number;
  /** How often the value was taken, this time included: 1, or more when it has come back. 0 for a value that is only seen. */
  readonly deliveries: number;
  /** What was stored with it, if anything was: a byte string. */
  readonly metadata: string | undefined;
}

/**
 * What comes out of the space: the answers to a session's requests, sooner or later, exactly one for each (several
 * `value` calls with `more` count as one). `request` is the number the session gave. Calls come from inside the space: a
 * receiver notes what is to be written and returns; it never calls the space.
 * Every string is a byte string (each character one byte), like every name that goes in.
 */
export interface Receiver {
  done(request: number): void;
  /** A trying read found nothing. */
  none(request: number): void;
  failed(request: number, code: FailureCode, message: string): void;
  /**
   * `booking` (1, 2, 3, … in each session) when the value is booked to the session, `lease` (likewise) when it is on
   * lease, else 0; `more` when further values of this answer follow.
   */
  value(request: number, value: ValueView, booking: number, lease: number, more: boolean): void;
  /** A listing, or a name that the space made. */
  text(request: number, text: string): void;
  /**
   * The answer that comes next in this call, if one does, depends on what the journal was given by now for workspaces of this durability
   * (`undefined`: the usual one): it must not be sent before that is so safe. Called only in a space with a journal, maybe several times.
   */
  dependsOnJournal?(durability: Durability | undefined): void;
}
