import { ChangeEncoder } from "../../src/server/journal/change-encoder.ts";
import { JournalReader } from "../../src/server/journal/journal-reader.ts";
import { snapshotRecords } from "../../src/server/journal/snapshot-records.ts";
import { type FileValue, type Journal, type JournalRefusal, Space } from "../../src/space/index.ts";

/** A log in memory: every change is a record, as the server's log has it. */
export class RecordedJournal extends ChangeEncoder implements Journal {
  readonly records: Uint8Array[] = [];
  refused: JournalRefusal | undefined;

  constructor(nameOf: (file: FileValue) => string = nameOfTestFile) {
    super(nameOf);
  }

  refusal(): JournalRefusal | undefined {
    return this.refused;
  }

  withDurability(): this {
    return this;
  }

  protected override changeEnded(): void {
    this.records.push(this.bytes.slice(0, this.length));
    this.clear();
  }
}

/** A snapshot that is taken bit by bit while a space goes on. */
export class RunningSnapshot {
  /** How many records the log had when it began. */
  readonly position: number;
  readonly records: Uint8Array[] = [];
  isFinished = false;
  readonly #rest: Iterator<Uint8Array>;

  constructor(space: Space, journal: RecordedJournal) {
    this.position = journal.records.length;
    this.#rest = snapshotRecords(space.keptState(), [], () => journal.records.length, nameOfTestFile);
    this.advance();
  }

  advance(): void {
    const next = this.#rest.next();
    if (next.done === true) {
      this.isFinished = true;
    } else {
      this.records.push(next.value.slice());
    }
  }

  finish(): void {
    while (!this.isFinished) {
      this.advance();
    }
  }
}

export class NamedFile implements FileValue {
  readonly length: number;
  readonly name: string;

  constructor(name: string, length: number) {
    this.name = name;
    this.length = length;
  }
}

/** A space as a server has it after a restart, at that time: the snapshot, if there is one, and the records since. */
export function restored(records: readonly Uint8Array[], snapshot?: RunningSnapshot, now = 1): Space {
  const space = new Space({
    runId: ".next",
    seed: 2,
    dropFile: () => undefined,
    journal: new RecordedJournal(),
    wallNow: () => now,
  });
  const restoration = space.restore();
  const reader = new JournalReader(restoration, (name, length) => new NamedFile(name, length));
  for (const record of snapshot?.records ?? []) {
    reader.snapshotRecord(record, 0, record.length);
  }
  const from = snapshot?.position ?? 0;
  records.slice(from).forEach((record, i) => reader.record(record, 0, record.length, from + i + 1));
  restoration.finish();
  space.expireDue(now);
  return space;
}

function nameOfTestFile(file: FileValue): string {
  if (file instanceof NamedFile) {
    return file.name;
  }
  return "name" in file && typeof file.name === "string" ? file.name : `file of ${file.length} bytes`;
}
