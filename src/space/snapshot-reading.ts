import type { Holdings } from "./holdings.ts";
import type { Keeping } from "./keeping.ts";
import { fail, notYours } from "./refusals.ts";
import type { Session } from "./session.ts";
import { Snapshot } from "./snapshot.ts";
import { VALUE_OVERHEAD_BYTES } from "./value-table.ts";
import type { Workspace } from "./workspace.ts";

/** An answer with values of a snapshot stops growing here. */
const SNAPSHOT_ANSWER_BYTES = 262_144;

/** Who has a snapshot, and reads it. */
export class SnapshotReading {
  readonly #workspaces: ReadonlyMap<string, Workspace>;
  readonly #holdings: Holdings;
  readonly #keeping: Keeping;
  /** Of the snapshot that there is. */
  #reader: Session | undefined;

  constructor(workspaces: ReadonlyMap<string, Workspace>, holdings: Holdings, keeping: Keeping) {
    this.#workspaces = workspaces;
    this.#holdings = holdings;
    this.#keeping = keeping;
  }

  /**
   * Keeps all workspaces that it may know of (or those of these names) as they are now, for this session to read; answers with their listing. One session
   * at a time has a snapshot, and one: it ends with the session, or with the next one that it takes.
   */
  take(session: Session, request: number, names: readonly string[]): void {
    const reader = this.#reader;
    if (reader !== undefined && reader !== session) {
      const message = `${reader.peer} reads a snapshot of this server, and there can be one at a time; try again later`;
      return fail(session, request, "too_many_waiting", message);
    }
    const hidden = names.find((name) => !session.sees(name));
    if (hidden !== undefined) {
      return fail(session, request, "not_permitted", notYours(hidden));
    }
    const missing = names.find((name) => !this.#workspaces.has(name));
    if (missing !== undefined) {
      return fail(session, request, "no_such_workspace", `workspace '${missing}' does not exist`);
    }
    this.#release();
    this.#keeping.noteDependenceOnAll(session);
    const wanted = names.length === 0 ? this.#workspaces.keys() : new Set(names);
    const seen = [...wanted].filter((name) => session.sees(name)).sort();
    const snapshot = new Snapshot(seen.map((name) => this.#workspaces.get(name)!));
    this.#holdings.snapshot = snapshot;
    this.#reader = session;
    session.receiver.text(request, snapshot.listing);
  }

  /**
   * Answers with values of a variable of the session's snapshot, free and booked ones, from index `from` on, or says `none`. A value of more than
   * `leaseOver` bytes (see `SessionOptions`) is the last of its answer. False, and nothing is answered: there is no such variable.
   */
  read(session: Session, request: number, number: number, from: number): boolean {
    const { snapshot } = this.#holdings;
    if (snapshot === undefined || this.#reader !== session || number >= snapshot.variableCount) {
      return false;
    }
    let index = snapshot.next(number, from);
    if (index === -1) {
      session.receiver.none(request);
    }
    for (let bytes = 0; index !== -1;) {
      const value = snapshot.read(number, index);
      const length = value.file?.length ?? value.end - value.start;
      bytes += length + VALUE_OVERHEAD_BYTES;
      const isLast = length > session.leaseOver || bytes > SNAPSHOT_ANSWER_BYTES;
      const next = isLast ? -1 : snapshot.next(number, index + 1);
      session.receiver.value(request, value, 0, 0, next !== -1);
      index = next;
    }
    return true;
  }

  /** The session is over. */
  end(session: Session): void {
    if (this.#reader === session) {
      this.#release();
    }
  }

  #release(): void {
    this.#reader = undefined;
    this.#holdings.releaseSnapshot();
  }
}
