import { type Changes, type FileValue, RestoreError } from "../../space/index.ts";
import {
  bookingKindsByNumber,
  durabilitiesByNumber,
  Kind,
  modesByNumber,
  type SessionChanges,
  whenFullByNumber,
} from "./record-format.ts";

/** A file as a record has it. */
export interface FileReference extends FileValue {
  readonly name: string;
}

/** Takes what records say. */
export interface ChangesRead extends Changes, SessionChanges {
  putFile(id: number, index: number, descriptor: number, file: FileReference): void;
  started(version: number): void;
  snapshotBegun(version: number): void;
  variableSeen(id: number, position: number): void;
  valuesSeen(id: number, from: number, to: number, position: number): void;
  snapshotEnded(position: number): void;
}

/** Reads the changes of the record `bytes[start, end)`. A `RestoreError` when it is none. */
export function decodeChanges(bytes: Uint8Array, start: number, end: number, into: ChangesRead): void {
  const fields = new Fields(bytes, start, end);
  while (fields.at < end) {
    decodeChange(fields, into);
  }
}

function decodeChange(fields: Fields, into: ChangesRead): void {
  const kind = fields.byte();
  switch (kind) {
    case Kind.put: {
      const id = fields.number();
      const index = fields.number();
      const descriptor = fields.number();
      const count = fields.number();
      const from = fields.pass(count);
      return into.put(id, index, descriptor, fields.bytes, from, from + count);
    }
    case Kind.gone:
      return into.gone(fields.number(), fields.number());
    case Kind.booked: {
      const id = fields.number();
      const index = fields.number();
      const session = fields.number();
      const bookingKind = fields.oneOf(bookingKindsByNumber);
      return into.booked(id, index, { session, kind: bookingKind, number: fields.number() });
    }
    case Kind.requestDone:
      return into.requestDone(fields.number(), fields.number(), fields.number());
    case Kind.returned:
      return into.returned(fields.number(), fields.number(), fields.byte() === 1);
    case Kind.putFile: {
      const id = fields.number();
      const index = fields.number();
      const descriptor = fields.number();
      const length = fields.number();
      return into.putFile(id, index, descriptor, { name: fields.text(), length });
    }
    case Kind.returnsCounted:
      return into.returnsCounted(fields.number(), fields.number(), fields.number());
    case Kind.variableMade:
      return into.variableMade(fields.number(), fields.number(), fields.text());
    case Kind.modeSet:
      return into.modeSet(fields.number(), fields.oneOf(modesByNumber));
    case Kind.guarded:
      return into.guarded(fields.number());
    case Kind.limitsSet: {
      const id = fields.number();
      const [maxValues, maxBytes] = [fields.limit(), fields.limit()];
      const whenFull = fields.oneOf(whenFullByNumber);
      return into.limitsSet(id, { maxValues, maxBytes, whenFull, ttlMs: fields.limit() });
    }
    case Kind.expirySet:
      return into.expirySet(fields.number(), fields.number(), fields.number());
    case Kind.variableDeleted:
      return into.variableDeleted(fields.number());
    case Kind.indicesUsed:
      return into.indicesUsed(fields.number(), fields.number());
    case Kind.workspaceKept:
      return into.workspaceKept(fields.number(), fields.text());
    case Kind.persistenceSet:
      return into.persistenceSet(fields.number(), fields.byte() === 1);
    case Kind.durabilitySet:
      return into.durabilitySet(fields.number(), fields.oneOf(durabilitiesByNumber));
    case Kind.idleTimeoutSet:
      return into.idleTimeoutSet(fields.number(), fields.limit());
    case Kind.workspaceDropped:
      return into.workspaceDropped(fields.number());
    case Kind.owned:
      return into.owned(fields.number(), fields.number());
    case Kind.disowned:
      return into.disowned(fields.number());
    case Kind.sessionKept: {
      const number = fields.number();
      const graceMs = fields.number();
      const [id, secretHash] = [fields.text(), fields.text()];
      return into.sessionKept({ number, id, secretHash, graceMs, peer: fields.text(), label: fields.text() });
    }
    case Kind.sessionEnded:
      return into.sessionEnded(fields.number());
    case Kind.idsReserved:
      return into.idsReserved(fields.number());
    case Kind.started:
      return into.started(fields.number());
    case Kind.snapshotBegun:
      return into.snapshotBegun(fields.number());
    case Kind.variableSeen:
      return into.variableSeen(fields.number(), fields.number());
    case Kind.valuesSeen:
      return into.valuesSeen(fields.number(), fields.number(), fields.number(), fields.number());
    case Kind.snapshotEnded:
      return into.snapshotEnded(fields.number());
    default:
      throw new RestoreError(`there is no change of kind ${kind}`);
  }
}

/** The fields of a record, one after the other. */
class Fields {
  readonly bytes: Uint8Array;
  at: number;
  readonly #end: number;

  constructor(bytes: Uint8Array, start: number, end: number) {
    this.bytes = bytes;
    this.at = start;
    this.#end = end;
  }

  byte(): number {
    return this.bytes[this.pass(1)]!;
  }

  number(): number {
    let value = this.byte();
    if (value < 0x80) {
      return value;
    }
    value &= 0x7f;
    for (let factor = 0x80; ; factor *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (!Number.isSafeInteger(value)) {
        throw new RestoreError("a number in a record is too large");
      }
      if (byte < 0x80) {
        return value;
      }
    }
  }

  limit(): number {
    const number = this.number();
    return number === 0 ? Infinity : number;
  }

  text(): string {
    const count = this.number();
    const from = this.pass(count);
    let text = "";
    for (let at = from; at < from + count; at++) {
      text += String.fromCharCode(this.bytes[at]!);
    }
    return text;
  }

  oneOf<T>(choices: readonly T[]): T {
    const number = this.byte();
    const choice = choices[number];
    if (choice === undefined) {
      throw new RestoreError(`a record has ${number} where it has one of ${choices.join(", ")}`);
    }
    return choice;
  }

  /** Goes over so many bytes; returns where they begin. */
  pass(count: number): number {
    const from = this.at;
    this.at += count;
    if (this.at > this.#end) {
      throw new RestoreError("a record ends in the middle of a change");
    }
    return from;
  }
}
