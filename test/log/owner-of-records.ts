import { type Log, type LogOptions, openLog, type Replay } from "../../src/log/index.ts";

/**
 * A state as simple as can be, kept by a log: all records there ever were, in order. It notices a record that is missing, comes
 * twice or in another order.
 */
export class OwnerOfRecords implements Replay {
  readonly records: string[] = [];
  log!: Log;
  notes: readonly string[] = [];

  static async open(options: Omit<LogOptions, "replay">): Promise<OwnerOfRecords> {
    const owner = new OwnerOfRecords();
    const { log, notes } = await openLog({ ...options, replay: owner });
    owner.log = log;
    owner.notes = notes;
    return owner;
  }

  snapshotRecord(bytes: Uint8Array, start: number, end: number): void {
    this.records.push(textOf(bytes, start, end));
  }

  record(bytes: Uint8Array, start: number, end: number, position: number): void {
    const text = textOf(bytes, start, end);
    if (position <= this.records.length) {
      // The snapshot's records may be of a later time than its beginning.
      if (this.records[position - 1] !== text) {
        throw new Error(`record ${position} is ${text} in the log and ${this.records[position - 1]} in the snapshot`);
      }
    } else if (position === this.records.length + 1) {
      this.records.push(text);
    } else {
      throw new Error(`record ${position} came after ${this.records.length}`);
    }
  }

  append(text: string, durability: "fsync" | "os" | "memory" = "fsync"): number {
    const bytes = new TextEncoder().encode(text);
    const position = this.log.append(bytes, 0, bytes.length, durability);
    this.records.push(text);
    return position;
  }

  /** The records of now, whatever comes later. */
  *recordsNow(): Generator<Uint8Array> {
    for (const text of [...this.records]) {
      yield new TextEncoder().encode(text);
    }
  }

  /** The records of whatever time each is asked for. */
  *recordsWhenAsked(): Generator<Uint8Array> {
    for (const text of this.records) {
      yield new TextEncoder().encode(text);
    }
  }
}

function textOf(bytes: Uint8Array, start: number, end: number): string {
  return new TextDecoder("latin1").decode(bytes.subarray(start, end));
}
