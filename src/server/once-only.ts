import { Serials } from "../wire/serials.ts";
import { isAnswered, plainVerb, Verb } from "../wire/verbs.ts";
import type { KeptSession } from "./kept-session.ts";
import type { KeptSessions } from "./kept-sessions.ts";

/** Requests that do something else when they are done twice. */
const ONCE_ONLY = new Set<number>([
  Verb.store,
  Verb.storeSeveral,
  Verb.complete,
  Verb.ack,
  Verb.release,
  Verb.deleteVar,
  Verb.deleteWs,
]);

/**
 * Counts the requests of a session and, once it has to do with what outlives the server, notes which of them must not be done again
 * (see `KeptSession`). At any time one request is the *current* one.
 */
export class OnceOnly {
  /** Of the current request. */
  serial = 0;
  readonly #serials = new Serials();
  #isOnceOnly = false;
  #touchesJournal = false;
  #kept: KeptSession | undefined;
  readonly #keptSessions: KeptSessions | undefined;

  /** `kept`: of a session of an earlier run. */
  constructor(keptSessions: KeptSessions | undefined, kept: KeptSession | undefined) {
    this.#keptSessions = keptSessions;
    this.#kept = kept;
  }

  get isKept(): boolean {
    return this.#kept !== undefined;
  }

  /** The serial of a frame that has come in; 0: it is no request. */
  serialOf(verb: number): number {
    return isAnswered(verb) ? this.#serials.next() : 0;
  }

  /** The next request has this serial. */
  label(serial: number): void {
    this.#serials.label(serial);
  }

  /** This request is the current one. Returns whether it was done already, by another run of the server. */
  begin(request: number, serial: number, verb: number): boolean {
    this.serial = serial;
    this.#isOnceOnly = ONCE_ONLY.has(plainVerb(verb));
    this.#touchesJournal = false;
    return this.#kept?.wasDone(request, serial) === true;
  }

  /** The request that is answered next has to do with what outlives the server. `keep`: makes the session do so as well. */
  touchesJournal(keep: (sessions: KeptSessions) => KeptSession): void {
    this.#kept ??= keep(this.#keptSessions!);
    this.#touchesJournal = true;
  }

  /** The current request is done. */
  done(request: number): void {
    if (this.#touchesJournal && this.#isOnceOnly) {
      this.#keptSessions!.done(this.#kept!, request, this.serial);
    }
  }

  /** A store that has waited is done; it had this serial. */
  doneLater(request: number, serial: number): void {
    if (this.#touchesJournal) {
      this.#keptSessions!.done(this.#kept!, request, serial);
    }
  }

  /** The session is over, for good. */
  end(): void {
    if (this.#kept !== undefined) {
      this.#keptSessions!.ended(this.#kept);
    }
  }
}
