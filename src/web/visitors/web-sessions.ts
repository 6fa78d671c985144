import { randomBytes } from "node:crypto";
import type { Principal } from "../../server/access/principal.ts";
import { sha256 } from "../../server/access/scram-record.ts";

/** A session ends so long after its beginning, and so long after somebody has used it. */
export const LONGEST_MS = 12 * 3_600_000;
const IDLE_MS = 2 * 3_600_000;
const LOOK_MS = 60_000;
const MOST_SESSIONS = 2000;
/** Of one principal: then the one that was not used for longest ends. */
const MOST_OF_ONE = 50;
const ID_BYTES = 32;

/** A browser in which somebody has logged in. */
export class WebSession {
  readonly principal: Principal;
  /** The number of the user of this machine whose browser it is, where the system tells. */
  readonly user: number | undefined;
  readonly startedAt: number;
  usedAt: number;
  hasEnded = false;
  readonly #open = new Set<() => void>();

  constructor(principal: Principal, user: number | undefined, now: number) {
    this.principal = principal;
    this.user = user;
    this.startedAt = now;
    this.usedAt = now;
  }

  /** Some of its pages are open, and connected. */
  get isOpen(): boolean {
    return this.#open.size > 0;
  }

  /** Something of it is open, and `close` is called when it ends; to call what is returned says that it is closed. */
  open(close: () => void): () => void {
    if (this.hasEnded) {
      close();
    } else {
      this.#open.add(close);
    }
    return () => this.#open.delete(close);
  }

  end(): void {
    this.hasEnded = true;
    for (const close of [...this.#open]) {
      close();
    }
    this.#open.clear();
  }
}

/** All browsers in which somebody has logged in. They know their session by a random id, of which only a hash is kept here. */
export class WebSessions {
  readonly #isStillGood: (principal: Principal) => boolean;
  readonly #now: () => number;
  /** Those that were used last are last. */
  readonly #sessions = new Map<string, WebSession>();
  #timer: NodeJS.Timeout | undefined;

  /** `isStillGood`: whether somebody may still do what he might when he logged in. `now`: in ms. */
  constructor(isStillGood: (principal: Principal) => boolean, now: () => number = () => performance.now()) {
    this.#isStillGood = isStillGood;
    this.#now = now;
  }

  get size(): number {
    return this.#sessions.size;
  }

  /** Returns the id for the browser; undefined: there are too many. */
  begin(principal: Principal, user: number | undefined): string | undefined {
    this.#makeRoomFor(principal);
    if (this.#sessions.size >= MOST_SESSIONS) {
      this.#look();
    }
    if (this.#sessions.size >= MOST_SESSIONS) {
      return undefined;
    }
    const id = randomBytes(ID_BYTES).toString("base64url");
    this.#sessions.set(hashOf(id), new WebSession(principal, user, this.#now()));
    this.#timer ??= setInterval(() => this.#look(), LOOK_MS).unref();
    return id;
  }

  /** The session of a browser that has this id, and uses it. */
  find(id: string): WebSession | undefined {
    const hash = hashOf(id);
    const session = this.#sessions.get(hash);
    if (session === undefined || this.#isOver(session)) {
      this.#end(hash, session);
      return undefined;
    }
    session.usedAt = this.#now();
    this.#sessions.delete(hash);
    this.#sessions.set(hash, session);
    return session;
  }

  end(id: string): void {
    const hash = hashOf(id);
    this.#end(hash, this.#sessions.get(hash));
  }

  close(): void {
    for (const each of [...this.#sessions]) {
      this.#end(...each);
    }
  }

  #makeRoomFor({ id }: Principal): void {
    let count = 0;
    let oldest: [hash: string, session: WebSession] | undefined;
    for (const each of this.#sessions) {
      if (each[1].principal.id === id) {
        count++;
        oldest ??= each;
      }
    }
    if (oldest !== undefined && count >= MOST_OF_ONE) {
      this.#end(...oldest);
    }
  }

  #isOver(session: WebSession): boolean {
    const now = this.#now();
    const isIdle = !session.isOpen && now - session.usedAt >= IDLE_MS;
    return isIdle || now - session.startedAt >= LONGEST_MS || !this.#isStillGood(session.principal);
  }

  #look(): void {
    for (const [hash, session] of [...this.#sessions]) {
      if (this.#isOver(session)) {
        this.#end(hash, session);
      }
    }
  }

  #end(hash: string, session: WebSession | undefined): void {
    this.#sessions.delete(hash);
    session?.end();
    if (this.#sessions.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }
}

function hashOf(id: string): string {
  return Buffer.from(sha256(Buffer.from(id))).toString("base64");
}
