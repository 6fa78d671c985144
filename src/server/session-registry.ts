import { randomBytes, timingSafeEqual } from "node:crypto";
import type { Connection } from "./connection.ts";

/** What identifies a session: whoever knows both may resume it, or end it. */
export interface Credentials {
  readonly id: string;
  readonly secret: string;
}

const SECRET_BYTES = 16;

/** The multiplexed sessions of a server by their ids. */
export class SessionRegistry {
  readonly #prefix: string;
  readonly #sessions = new Map<string, { readonly secret: string; readonly connection: Connection }>();
  #last = 0;

  /** `runId` makes the ids unique among the runs of servers. */
  constructor(runId: string) {
    this.#prefix = runId;
  }

  /** A name for a session that nobody can end or resume from elsewhere. */
  nextId(): string {
    return `${this.#prefix}-${++this.#last}`;
  }

  add(connection: Connection): Credentials {
    const credentials = { id: this.nextId(), secret: randomBytes(SECRET_BYTES).toString("hex") };
    this.addAgain(connection, credentials);
    return credentials;
  }

  /** A session of an earlier run goes on. */
  addAgain(connection: Connection, { id, secret }: Credentials): void {
    this.#sessions.set(id, { secret, connection });
  }

  remove(id: string): void {
    this.#sessions.delete(id);
  }

  /** Ends a session at once. Returns false when there is none with this id and secret. */
  end(id: string, secret: string): boolean {
    const connection = this.find(id, secret);
    connection?.drop("its session was ended by another");
    return connection !== undefined;
  }

  /** The connection of the session with this id and secret. */
  find(id: string, secret: string): Connection | undefined {
    const session = this.#sessions.get(id);
    return session !== undefined && isSame(secret, session.secret) ? session.connection : undefined;
  }
}

function isSame(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one, "latin1"), Buffer.from(other, "latin1"));
}
