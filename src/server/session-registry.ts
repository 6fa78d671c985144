import { randomBytes, timingSafeEqual } from "node:crypto";

/** What identifies a session: whoever knows both may end it. */
export interface Credentials {
  readonly id: string;
  readonly secret: string;
}

const SECRET_BYTES = 16;

/** The multiplexed sessions of a server by their ids. */
export class SessionRegistry {
  readonly #prefix: string;
  readonly #sessions = new Map<string, { readonly secret: string; readonly end: () => void }>();
  #last = 0;

  /** `runId` makes the ids unique among the runs of servers. */
  constructor(runId: string) {
    this.#prefix = runId;
  }

  /** A name for a session that nobody can end from elsewhere. */
  nextId(): string {
    return `${this.#prefix}-${++this.#last}`;
  }

  /** `end` is called when somebody ends the session from elsewhere. */
  add(end: () => void): Credentials {
    const id = this.nextId();
    const secret = randomBytes(SECRET_BYTES).toString("hex");
    this.#sessions.set(id, { secret, end });
    return { id, secret };
  }

  remove(id: string): void {
    this.#sessions.delete(id);
  }

  /** Ends a session at once. Returns false when there is none with this id and secret. */
  end(id: string, secret: string): boolean {
    const session = this.#sessions.get(id);
    if (session === undefined || !isSame(secret, session.secret)) {
      return false;
    }
    session.end();
    return true;
  }
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one, "latin1"), Buffer.from(other, "latin1"));
}
