import type { Replay } from "../../log/index.ts";
import {
  type Durability,
  type FileValue,
  type Holder,
  type Mode,
  type Restoration,
  RestoreError,
  type VariableLimits,
} from "../../space/index.ts";
import { KeptSession } from "../kept-session.ts";
import { printable } from "../printable.ts";
import { type ChangesRead, decodeChanges, type FileReference } from "./decode-changes.ts";
import { JOURNAL_VERSION, type KeptSessionFacts } from "./record-format.ts";
import { SnapshotMoments } from "./snapshot-moments.ts";

/** Finds a file by the name that a record gives it; called for each that is there at some time during the replay. Undefined: it is no name. */
export type FileNamed = (name: string, length: number) => FileValue | undefined;

/** The records were written by a newer version of this software. */
export class JournalVersionError extends Error {
  override readonly name = "JournalVersionError";
  readonly version: number;

  constructor(version: number) {
    super(`the records have format ${version}, and this version reads formats up to ${JOURNAL_VERSION}`);
    this.version = version;
  }
}

/**
 * Restores a space from the records of a log: those of the snapshot, then the changes since. A change that the snapshot has
 * already is left out, and so is one of a variable which was deleted before the snapshot came to it.
 */
export class JournalReader implements Replay, ChangesRead {
  /** Those that outlive the last run, by number. */
  readonly sessions = new Map<number, KeptSession>();
  readonly #restoration: Restoration;
  readonly #fileNamed: FileNamed;
  readonly #onMisfit: ((error: RestoreError) => void) | undefined;
  readonly #moments = new SnapshotMoments();
  /** Of the change that is being applied; 0 for what a snapshot says. */
  #position = 0;

  /** `onMisfit`: told of a record that does not fit, which is then left out. Without it, its error is thrown. */
  constructor(restoration: Restoration, fileNamed: FileNamed, onMisfit?: (error: RestoreError) => void) {
    this.#restoration = restoration;
    this.#fileNamed = fileNamed;
    this.#onMisfit = onMisfit;
  }

  snapshotRecord(bytes: Uint8Array, start: number, end: number): void {
    this.#read(bytes, start, end);
  }

  record(bytes: Uint8Array, start: number, end: number, position: number): void {
    if (position > this.#moments.end) {
      this.#moments.forget();
    }
    this.#position = position;
    this.#read(bytes, start, end);
  }

  started(version: number): void {
    mustBeKnown(version);
    this.#restoration.sessionsLost((session) => this.sessions.has(session));
  }

  idsReserved(below: number): void {
    this.#restoration.idsReserved(below);
  }

  workspaceKept(workspace: number, name: string): void {
    this.#restoration.workspaceKept(workspace, name);
  }

  persistenceSet(workspace: number, isPersistent: boolean): void {
    this.#restoration.persistenceSet(workspace, isPersistent);
  }

  durabilitySet(workspace: number, durability: Durability): void {
    this.#restoration.durabilitySet(workspace, durability);
  }

  idleTimeoutSet(workspace: number, timeoutMs: number): void {
    this.#restoration.idleTimeoutSet(workspace, timeoutMs);
  }

  workspaceDropped(workspace: number): void {
    this.#restoration.workspaceDropped(workspace);
  }

  owned(workspace: number, session: number): void {
    this.#restoration.owned(workspace, session);
  }

  disowned(workspace: number): void {
    this.#restoration.disowned(workspace);
  }

  sessionKept(facts: KeptSessionFacts): void {
    this.sessions.set(facts.number, new KeptSession(facts));
  }

  sessionEnded(session: number): void {
    this.sessions.delete(session);
  }

  requestDone(session: number, request: number, serial: number): void {
    const kept = this.sessions.get(session);
    if (kept === undefined) {
      throw new RestoreError(`session ${session} has done request ${request}, and there is no such session`);
    }
    kept.noteDone(request, serial);
  }

  variableMade(id: number, workspace: number, name: string): void {
    if (this.#isPlain || (this.#position > this.#moments.ofVariable(id) && !this.#isReplaced(workspace, name))) {
      this.#restoration.variableMade(id, workspace, name);
    }
  }

  modeSet(id: number, mode: Mode): void {
    if (this.#concernsVariable(id)) {
      this.#restoration.modeSet(id, mode);
    }
  }

  guarded(id: number): void {
    if (this.#concernsVariable(id)) {
      this.#restoration.guarded(id);
    }
  }

  limitsSet(id: number, limits: VariableLimits): void {
    if (this.#concernsVariable(id)) {
      this.#restoration.limitsSet(id, limits);
    }
  }

  variableDeleted(id: number): void {
    if (this.#concernsVariable(id)) {
      this.#restoration.variableDeleted(id);
    }
  }

  indicesUsed(id: number, next: number): void {
    if (this.#concernsVariable(id)) {
      this.#restoration.indicesUsed(id, next);
    }
  }

  put(id: number, index: number, descriptor: number, bytes: Uint8Array, start: number, end: number): void {
    if (this.#concernsNewValue(id, index)) {
      this.#restoration.put(id, index, descriptor, bytes, start, end);
    }
  }

  putFile(id: number, index: number, descriptor: number, { name, length }: FileReference): void {
    if (this.#concernsNewValue(id, index)) {
      const file = this.#fileNamed(name, length);
      if (file === undefined) {
        throw new RestoreError(`a value is in file '${printable(name)}', and that is no name of a value's file`);
      }
      this.#restoration.putFile(id, index, descriptor, file);
    }
  }

  expirySet(id: number, index: number, at: number): void {
    if (this.#concernsValue(id, index)) {
      this.#restoration.expirySet(id, index, at);
    }
  }

  booked(id: number, index: number, holder: Holder): void {
    if (this.#concernsValue(id, index)) {
      this.#restoration.booked(id, index, holder);
    }
  }

  returned(id: number, index: number, isLost: boolean): void {
    if (this.#concernsValue(id, index)) {
      this.#restoration.returned(id, index, isLost);
    }
  }

  returnsCounted(id: number, index: number, count: number): void {
    if (this.#concernsValue(id, index)) {
      this.#restoration.returnsCounted(id, index, count);
    }
  }

  gone(id: number, index: number): void {
    if (this.#concernsValue(id, index)) {
      this.#restoration.gone(id, index);
    }
  }

  snapshotBegun(version: number): void {
    mustBeKnown(version);
  }

  variableSeen(id: number, position: number): void {
    this.#moments.variableSeen(id, position);
  }

  valuesSeen(id: number, from: number, to: number, position: number): void {
    if (!this.#restoration.hasVariable(id) || !this.#moments.hasVariable(id)) {
      throw new RestoreError(`the snapshot has values of variable ${id}, and not the variable`);
    }
    this.#moments.valuesSeen(id, from, to, position);
  }

  snapshotEnded(position: number): void {
    this.#moments.seenAt(position);
  }

  #read(bytes: Uint8Array, start: number, end: number): void {
    if (this.#onMisfit === undefined) {
      decodeChanges(bytes, start, end, this);
      return;
    }
    try {
      decodeChanges(bytes, start, end, this);
    } catch (error) {
      if (!(error instanceof RestoreError)) {
        throw error;
      }
      this.#onMisfit(error);
    }
  }

  /** The snapshot itself, and all that was appended after it was finished, applies as it is. */
  get #isPlain(): boolean {
    return this.#position === 0 || this.#position > this.#moments.end;
  }

  /** Whether the snapshot has seen another variable of this name later: then the one of now was gone before it looked. */
  #isReplaced(workspace: number, name: string): boolean {
    const other = this.#restoration.idOf(workspace, name);
    return other !== undefined && this.#moments.ofVariable(other) >= this.#position;
  }

  #concernsVariable(id: number): boolean {
    return this.#isPlain || (this.#restoration.hasVariable(id) && this.#position > this.#moments.ofVariable(id));
  }

  #concernsValue(id: number, index: number): boolean {
    return this.#isPlain || (this.#restoration.hasVariable(id) && this.#position > this.#moments.ofValue(id, index));
  }

  #concernsNewValue(id: number, index: number): boolean {
    const concerns = this.#concernsValue(id, index);
    if (!concerns && this.#restoration.hasVariable(id)) {
      // It may have come and gone before the snapshot looked: the index was given all the same.
      this.#restoration.indicesUsed(id, index + 1);
    }
    return concerns;
  }
}

function mustBeKnown(version: number): void {
  if (version > JOURNAL_VERSION) {
    throw new JournalVersionError(version);
  }
}
