import { createHash, timingSafeEqual } from "node:crypto";
import type { Session } from "../space/index.ts";
import type { Deadline, Deadlines } from "./deadlines.ts";
import type { SurvivingMember } from "./journal/open-journal.ts";
import type { KeptSessionFacts, SessionChanges } from "./journal/record-format.ts";
import { KeptSession } from "./kept-session.ts";

/** A session of an earlier run whose client has not come back. */
interface Awaited extends SurvivingMember {
  readonly deadline: Deadline;
}

/**
 * The sessions that outlive the server: all that use a persistent workspace, where these are kept, and that outlive their connection. What they are is in
 * the journal; after a restart each has its grace time to come back.
 */
export class KeptSessions {
  readonly #journal: SessionChanges;
  readonly #deadlines: Deadlines;
  readonly #endMember: (member: Session) => void;
  readonly #sessions = new Map<number, KeptSession>();
  readonly #awaited = new Map<string, Awaited>();

  constructor(journal: SessionChanges, deadlines: Deadlines, endMember: (member: Session) => void) {
    this.#journal = journal;
    this.#deadlines = deadlines;
    this.#endMember = endMember;
  }

  /** All of them, whether or not their clients are there. */
  all(): Iterable<KeptSession> {
    return this.#sessions.values();
  }

  /** From now on the session outlives the server. */
  keep(member: Session, facts: Omit<KeptSessionFacts, "number" | "secretHash">, secret: string): KeptSession {
    const session = new KeptSession({ ...facts, number: member.number, secretHash: hashOf(secret) });
    this.#sessions.set(member.number, session);
    this.#journal.sessionKept(session.facts);
    return session;
  }

  /** A request that must not be done twice was done, in this turn. */
  done({ facts }: KeptSession, request: number, serial: number): void {
    const session = this.#sessions.get(facts.number);
    // (Of a session that has ended nothing may be noted: what does not fit stops the next start.)
    if (session !== undefined) {
      session.noteDone(request, serial);
      this.#journal.requestDone(facts.number, request, serial);
    }
  }

  ended({ facts }: KeptSession): void {
    this.#sessions.delete(facts.number);
    this.#journal.sessionEnded(facts.number);
  }

  /** The server has restarted: waits for the clients of these. */
  await(surviving: readonly SurvivingMember[]): void {
    for (const { session, member } of surviving) {
      const { id, graceMs } = session.facts;
      const deadline = this.#deadlines.add(graceMs, { expire: () => this.#giveUp(id) }, 0);
      this.#sessions.set(member.number, session);
      this.#awaited.set(id, { session, member, deadline });
    }
  }

  /** Whether the client of this session of an earlier run is awaited. */
  isAwaited(id: string, secret: string): boolean {
    return this.#find(id, secret) !== undefined;
  }

  /** The client is back, and the session is its own; undefined when it is not awaited (any more). */
  claim(id: string, secret: string): SurvivingMember | undefined {
    const awaited = this.#find(id, secret);
    if (awaited !== undefined) {
      this.#awaited.delete(id);
      this.#deadlines.cancel(awaited.deadline);
    }
    return awaited;
  }

  /** Ends a session whose client is awaited. False when there is none with this id and secret. */
  end(id: string, secret: string): boolean {
    const isThere = this.isAwaited(id, secret);
    if (isThere) {
      this.#giveUp(id);
    }
    return isThere;
  }

  #find(id: string, secret: string): Awaited | undefined {
    const awaited = this.#awaited.get(id);
    return awaited !== undefined && isSameHash(hashOf(secret), awaited.session.facts.secretHash) ? awaited : undefined;
  }

  #giveUp(id: string): void {
    const { session, member, deadline } = this.#awaited.get(id)!;
    this.#awaited.delete(id);
    this.#deadlines.cancel(deadline);
    this.#endMember(member);
    this.ended(session);
  }
}

function hashOf(secret: string): string {
  return createHash("sha256").update(secret, "latin1").digest("hex");
}

function isSameHash(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one, "latin1"), Buffer.from(other, "latin1"));
}
