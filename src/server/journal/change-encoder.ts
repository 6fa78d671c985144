import type { Changes, Durability, FileValue, Holder, Mode, VariableLimits } from "../../space/index.ts";
import {
  bookingKindsByNumber,
  durabilitiesByNumber,
  JOURNAL_VERSION,
  type KeptSessionFacts,
  Kind,
  modesByNumber,
  type SessionChanges,
  whenFullByNumber,
} from "./record-format.ts";

const FIRST_BYTES = 1024;
/** A buffer that grew beyond this is let go when it is cleared. */
const LARGEST_KEPT_BYTES = 1_048_576;
const LONGEST_NUMBER_BYTES = 8;
const TWO_TO_28 = 2 ** 28;

/** Gives the name under which a file is found again after a restart. */
export type NameOfFile = (file: FileValue) => string;

/** Writes changes as bytes, one behind the other: they are `[0, length)` of `bytes`. See `record-format.ts`. */
export class ChangeEncoder implements Changes, SessionChanges {
  bytes = new Uint8Array(FIRST_BYTES);
  length = 0;
  protected readonly nameOf: NameOfFile;

  constructor(nameOf: NameOfFile) {
    this.nameOf = nameOf;
  }

  clear(): void {
    this.length = 0;
    if (this.bytes.length > LARGEST_KEPT_BYTES) {
      this.bytes = new Uint8Array(FIRST_BYTES);
    }
  }

  /** A run of a server begins: all sessions of the one before are over, but for those that are kept. */
  started(): void {
    this.#numbers(Kind.started, JOURNAL_VERSION);
    this.changeEnded();
  }

  idsReserved(below: number): void {
    this.#numbers(Kind.idsReserved, below);
    this.changeEnded();
  }

  workspaceKept(workspace: number, name: string): void {
    this.#numbers(Kind.workspaceKept, workspace);
    this.#text(name);
    this.changeEnded();
  }

  persistenceSet(workspace: number, isPersistent: boolean): void {
    this.#numbers(Kind.persistenceSet, workspace);
    this.#byte(isPersistent ? 1 : 0);
    this.changeEnded();
  }

  durabilitySet(workspace: number, durability: Durability): void {
    this.#numbers(Kind.durabilitySet, workspace);
    this.#byte(durabilitiesByNumber.indexOf(durability));
    this.changeEnded();
  }

  idleTimeoutSet(workspace: number, timeoutMs: number): void {
    this.#numbers(Kind.idleTimeoutSet, workspace);
    this.#limit(timeoutMs);
    this.changeEnded();
  }

  workspaceDropped(workspace: number): void {
    this.#numbers(Kind.workspaceDropped, workspace);
    this.changeEnded();
  }

  owned(workspace: number, session: number): void {
    this.#numbers(Kind.owned, workspace, session);
    this.changeEnded();
  }

  disowned(workspace: number): void {
    this.#numbers(Kind.disowned, workspace);
    this.changeEnded();
  }

  sessionKept({ number, id, secretHash, graceMs, peer, label }: KeptSessionFacts): void {
    this.#numbers(Kind.sessionKept, number, graceMs);
    for (const text of [id, secretHash, peer, label]) {
      this.#text(text);
    }
    this.changeEnded();
  }

  sessionEnded(session: number): void {
    this.#numbers(Kind.sessionEnded, session);
    this.changeEnded();
  }

  requestDone(session: number, request: number, serial: number): void {
    this.#numbers(Kind.requestDone, session, request);
    this.#number(serial);
    this.changeEnded();
  }

  variableMade(id: number, workspace: number, name: string): void {
    this.#numbers(Kind.variableMade, id, workspace);
    this.#text(name);
    this.changeEnded();
  }

  modeSet(id: number, mode: Mode): void {
    this.#numbers(Kind.modeSet, id);
    this.#byte(modesByNumber.indexOf(mode));
    this.changeEnded();
  }

  guarded(id: number): void {
    this.#numbers(Kind.guarded, id);
    this.changeEnded();
  }

  limitsSet(id: number, { maxValues, maxBytes, whenFull, ttlMs }: VariableLimits): void {
    this.#numbers(Kind.limitsSet, id);
    this.#limit(maxValues);
    this.#limit(maxBytes);
    this.#byte(whenFullByNumber.indexOf(whenFull));
    this.#limit(ttlMs);
    this.changeEnded();
  }

  variableDeleted(id: number): void {
    this.#numbers(Kind.variableDeleted, id);
    this.changeEnded();
  }

  indicesUsed(id: number, next: number): void {
    this.#numbers(Kind.indicesUsed, id, next);
    this.changeEnded();
  }

  put(id: number, index: number, descriptor: number, bytes: Uint8Array, start: number, end: number): void {
    const count = end - start;
    this.#numbers(Kind.put, id, index);
    this.#number(descriptor);
    this.#number(count);
    this.#reserve(count);
    this.bytes.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end), this.length);
    this.length += count;
    this.changeEnded();
  }

  putFile(id: number, index: number, descriptor: number, file: FileValue): void {
    this.#numbers(Kind.putFile, id, index);
    this.#number(descriptor);
    this.#number(file.length);
    this.#text(this.nameOf(file));
    this.changeEnded();
  }

  expirySet(id: number, index: number, at: number): void {
    this.#numbers(Kind.expirySet, id, index);
    this.#number(at);
    this.changeEnded();
  }

  booked(id: number, index: number, { session, kind, number }: Holder): void {
    this.#numbers(Kind.booked, id, index);
    this.#number(session);
    this.#byte(bookingKindsByNumber.indexOf(kind));
    this.#number(number);
    this.changeEnded();
  }

  returned(id: number, index: number, isLost: boolean): void {
    this.#numbers(Kind.returned, id, index);
    this.#byte(isLost ? 1 : 0);
    this.changeEnded();
  }

  returnsCounted(id: number, index: number, count: number): void {
    this.#numbers(Kind.returnsCounted, id, index);
    this.#number(count);
    this.changeEnded();
  }

  gone(id: number, index: number): void {
    this.#numbers(Kind.gone, id, index);
    this.changeEnded();
  }

  // In snapshots

  snapshotBegun(): void {
    this.#numbers(Kind.snapshotBegun, JOURNAL_VERSION);
    this.changeEnded();
  }

  /** The variable is described as it was when the log had `position` records. */
  variableSeen(id: number, position: number): void {
    this.#numbers(Kind.variableSeen, id, position);
    this.changeEnded();
  }

  /** So are its values with indices from `from` on, below `to`: those just before this, and no others. */
  valuesSeen(id: number, from: number, to: number, position: number): void {
    this.#numbers(Kind.valuesSeen, id, from);
    this.#number(to);
    this.#number(position);
    this.changeEnded();
  }

  snapshotEnded(position: number): void {
    this.#numbers(Kind.snapshotEnded, position);
    this.changeEnded();
  }

  /** One change is whole. */
  protected changeEnded(): void {
    // They gather until somebody takes them.
  }

  #numbers(kind: number, first: number, second?: number): void {
    this.#byte(kind);
    this.#number(first);
    if (second !== undefined) {
      this.#number(second);
    }
  }

  #byte(value: number): void {
    this.#reserve(1);
    this.bytes[this.length++] = value;
  }

  #number(value: number): void {
    this.#reserve(LONGEST_NUMBER_BYTES);
    const { bytes } = this;
    let { length } = this;
    let rest = value;
    while (rest >= TWO_TO_28) {
      bytes[length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    for (; rest >= 0x80; rest >>>= 7) {
      bytes[length++] = (rest & 0x7f) | 0x80;
    }
    bytes[length++] = rest;
    this.length = length;
  }

  #limit(limit: number): void {
    this.#number(limit === Infinity ? 0 : limit);
  }

  #text(text: string): void {
    this.#number(text.length);
    this.#reserve(text.length);
    for (let i = 0; i < text.length; i++) {
      this.bytes[this.length++] = text.charCodeAt(i);
    }
  }

  #reserve(count: number): void {
    const needed = this.length + count;
    if (needed > this.bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.bytes.length * 2));
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
    }
  }
}
