import { type KeptState, type KeptVariable, PAGE_INDICES } from "../../space/index.ts";
import type { KeptSession } from "../kept-session.ts";
import { ChangeEncoder, type NameOfFile } from "./change-encoder.ts";

/** A record is given away when it has so many bytes (and more, when a value is longer). */
const RECORD_BYTES = 32_768;

/** How many records the log has, when what is seen now is told. Throws when the log lacks changes that can be seen. */
export type PositionNow = () => number;

/**
 * All of a state as records, each valid until the next one is asked for: what is asked for together is of the same moment, and
 * the state may change in between. What is of which moment is said in the records (see `SnapshotMoments`), so nothing has to stand
 * still for a snapshot, and no copy of the state is made.
 */
export function* snapshotRecords(
  state: KeptState,
  sessions: Iterable<KeptSession>,
  positionNow: PositionNow,
  nameOf: NameOfFile,
): Generator<Uint8Array> {
  const records = new ChangeEncoder(nameOf);
  records.snapshotBegun();
  records.idsReserved(state.idsBelow);
  for (const { facts, done } of sessions) {
    records.sessionKept(facts);
    done.forEach((serial, request) => records.requestDone(facts.number, request, serial));
    if (records.length > RECORD_BYTES) {
      yield take(records);
    }
  }
  for (const { id, name, owner, isPersistent, durability, idleTimeoutMs } of state.workspaces) {
    if (id !== SYSTEM_ID) {
      records.workspaceKept(id, name);
      if (owner !== undefined) {
        records.owned(id, owner);
      }
      if (!isPersistent) {
        records.persistenceSet(id, false);
      }
      if (durability !== undefined) {
        records.durabilitySet(id, durability);
      }
      if (idleTimeoutMs < Infinity) {
        records.idleTimeoutSet(id, idleTimeoutMs);
      }
      if (records.length > RECORD_BYTES) {
        yield take(records);
      }
    }
  }
  yield take(records);
  for (const workspace of state.workspaces) {
    for (const variable of workspace.variables()) {
      if (variable.isThere) {
        yield* variableRecords(variable, records, positionNow);
      }
    }
  }
  records.snapshotEnded(positionNow());
  yield take(records);
}

/** `__default` is there without being told of. */
const SYSTEM_ID = 0;

function* variableRecords(
  variable: KeptVariable,
  records: ChangeEncoder,
  positionNow: PositionNow,
): Generator<Uint8Array> {
  records.variableSeen(variable.id, positionNow());
  variable.describe(records);
  const pages = variable.pages();
  if (pages.length === 0 && records.length < RECORD_BYTES) {
    return; // (Small variables share a record.)
  }
  yield take(records);
  for (const page of pages) {
    const end = (page + 1) * PAGE_INDICES;
    for (let from = page * PAGE_INDICES; from < end;) {
      from = describeRange(variable, from, end, records, positionNow());
      yield take(records);
    }
  }
}

/** Describes the values from `from` on, below `end`, as far as a record goes; returns where that is. */
function describeRange(
  variable: KeptVariable,
  from: number,
  end: number,
  records: ChangeEncoder,
  position: number,
): number {
  let to = from;
  while (to < end && records.length < RECORD_BYTES) {
    // (When it was deleted meanwhile there are none: that is what was seen.)
    const index = variable.isThere ? variable.next(to, end) : -1;
    if (index === -1) {
      to = end;
    } else {
      variable.describeValue(index, records);
      to = index + 1;
    }
  }
  records.valuesSeen(variable.id, from, to, position);
  return to;
}

function take(records: ChangeEncoder): Uint8Array {
  const bytes = records.bytes.subarray(0, records.length);
  records.clear();
  return bytes;
}
