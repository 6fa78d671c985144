import { CHANGE_BYTES, durabilities, type Durability, type Journal } from "./journal.ts";
import { describeWorkspace } from "./kept-state.ts";
import type { Session } from "./session.ts";
import type { Workspace } from "./workspace.ts";

/** So many ids are reserved in the journal at a time, long before they are given. */
const RESERVED_IDS = 2 ** 20;

/** Whether a workspace is persistent; if so, how safe its changes must be (`undefined`: as before, or as is usual). */
interface Kept {
  readonly persistent: boolean;
  readonly durability?: Durability | undefined;
}

/**
 * What a space does for its journal beside telling it of changes: ids that are never given again, requests that are refused
 * because a change could not be kept, and workspaces that become persistent or cease to be. Without a journal it counts ids.
 */
export class Keeping {
  readonly journal: Journal | undefined;
  /** Ids below this may have been given. */
  idsBelow = 0;
  /** The last id of a variable or a persistent workspace. */
  #lastId = 0;
  /** With a journal: ids from here on need a new reservation. */
  #reserveAt: number;

  constructor(journal: Journal | undefined) {
    this.journal = journal;
    this.#reserveAt = journal === undefined ? Infinity : 0;
  }

  nextId(): number {
    const id = ++this.#lastId;
    if (id >= this.#reserveAt) {
      this.#reserveIds();
    }
    return id;
  }

  /** After a restart: ids below this were given by another run, perhaps. */
  continueFrom(idsBelow: number): void {
    this.#lastId = idsBelow - 1;
    this.#reserveIds();
  }

  /** What this session is answered next depends on what the journal has been given, if that keeps the workspace. */
  noteDependence(session: Session, workspace: Workspace): void {
    if (workspace.journal !== undefined) {
      session.receiver.dependsOnJournal?.(workspace.durability);
    }
  }

  /** Likewise for what is answered about all workspaces, and those that are there no more. */
  noteDependenceOnAll(session: Session): void {
    if (this.journal !== undefined) {
      for (const durability of durabilities) {
        session.receiver.dependsOnJournal?.(durability);
      }
    }
  }

  /** Whether the journal cannot take a change of this workspace now; answers the request if so. */
  isRefused(session: Session, request: number, workspace: Workspace, bytes: number, isMore: boolean): boolean {
    return workspace.journal !== undefined && refuses(workspace.journal, session, request, bytes, isMore);
  }

  /** Likewise for a change of whether the workspace is persistent, and how safe its changes are. */
  isChangeRefused(session: Session, request: number, workspace: Workspace, { persistent, durability }: Kept): boolean {
    const { journal } = this;
    const wasKept = workspace.journal !== undefined;
    const isKept = persistent || durability !== undefined;
    const isOther = isOtherwiseSafe(workspace, durability) || persistent !== workspace.isPersistent;
    if (journal === undefined || (isKept === wasKept && !(isKept && isOther))) {
      return false;
    }
    const bytes = CHANGE_BYTES + (isKept && !wasKept ? 2 * workspace.memoryBytes + workspace.name.length : 0);
    return refuses(journal, session, request, bytes, isKept);
  }

  /** A workspace is kept when it is persistent, or when somebody says how safe its changes must be: then it is while it has its owner. */
  setPersistent(workspace: Workspace, { persistent, durability }: Kept, sessions: Iterable<Session>): void {
    const { journal: before, isPersistent: wasPersistent } = workspace;
    const isKept = persistent || durability !== undefined;
    const isChanged = isOtherwiseSafe(workspace, durability);
    workspace.isPersistent = persistent;
    workspace.durability = isKept ? (durability ?? workspace.durability) : undefined;
    workspace.journal = isKept ? this.journalOf(workspace) : undefined;
    const { journal } = workspace;
    if (before === undefined && journal !== undefined) {
      workspace.keptId = this.nextId();
      describeWorkspace(workspace, sessions, journal);
    } else if (before !== undefined && journal === undefined) {
      before.workspaceDropped(workspace.keptId);
      for (const variable of workspace.variables.values()) {
        variable.forgetHolders();
      }
    } else {
      if (persistent !== wasPersistent) {
        journal?.persistenceSet(workspace.keptId, persistent);
      }
      if (durability !== undefined && isChanged) {
        // (What the log has before this is then as safe as this is.)
        journal?.durabilitySet(workspace.keptId, durability);
      }
    }
  }

  /** Where the changes of a persistent workspace go. */
  journalOf(workspace: Workspace): Journal | undefined {
    return this.journal?.withDurability(workspace.durability);
  }

  /** Early enough that the reservation is kept long before the ids are given to anybody: nobody waits for it. */
  #reserveIds(): void {
    this.#reserveAt = this.#lastId + RESERVED_IDS / 2;
    this.idsBelow = this.#lastId + RESERVED_IDS;
    this.journal?.idsReserved(this.idsBelow);
  }
}

function isOtherwiseSafe(workspace: Workspace, durability: Durability | undefined): boolean {
  return durability !== undefined && durability !== workspace.durability;
}

function refuses(journal: Journal, session: Session, request: number, bytes: number, isMore: boolean): boolean {
  const refusal = journal.refusal(bytes, isMore);
  if (refusal !== undefined) {
    session.receiver.failed(request, refusal.code, refusal.message);
  }
  return refusal !== undefined;
}
