import type { BlobStore } from "../../blobs/blob-store.ts";
import { StoredBlob } from "../../blobs/stored-blob.ts";
import { type Log, LogError, type LogOptions, LogVersionError, openLog } from "../../log/index.ts";
import { RestoreError, type Session, type Space } from "../../space/index.ts";
import type { KeptSession } from "../kept-session.ts";
import { JournalReader, JournalVersionError } from "./journal-reader.ts";
import type { JournalWriter } from "./journal-writer.ts";
import { JOURNAL_VERSION } from "./record-format.ts";
import { MEMBER_OPTIONS } from "../member-options.ts";
import { snapshotRecords } from "./snapshot-records.ts";

/** Where and how the log is kept, as `openLog` wants it; and what it is about. */
export interface JournalParts extends Omit<LogOptions, "replay"> {
  /** Empty, with `writer` as its journal. */
  readonly space: Space;
  readonly writer: JournalWriter;
  readonly blobs: BlobStore;
  readonly warn: (message: string, error: unknown) => void;
  /**
   * Leaves out what does not fit, or whose file is missing, and tells of it here. Without it, that is an error: something that was safe is
   * not there any more.
   */
  readonly onDropped?: (what: string) => void;
}

/** What a folder had. */
export interface OpenedJournal {
  readonly log: Log;
  /** What people should know about the log; see `OpenedLog`. */
  readonly notes: readonly string[];
  /** Sessions of the run before, whose clients may come back. */
  readonly sessions: readonly SurvivingMember[];
  /** All that the space keeps, and these sessions, for a snapshot (see `Log.snapshot`). */
  readonly snapshot: (sessions: Iterable<KeptSession>) => Iterable<Uint8Array>;
}

/** A session of an earlier run, and what the space knows it by. */
export interface SurvivingMember {
  readonly session: KeptSession;
  readonly member: Session;
}

/**
 * Fills a space with what the folder has, and lets the writer begin. Throws `LogError` when the folder cannot be used; nothing is
 * changed then.
 */
export async function openJournal(parts: JournalParts): Promise<OpenedJournal> {
  const { space, writer, blobs, onDropped, ...place } = parts;
  const { folder } = place;
  const restoration = space.restore();
  const onMisfit = onDropped && ((error: RestoreError): void => onDropped(error.message));
  const replay = new JournalReader(restoration, (name, length) => blobs.named(name, length), onMisfit);
  const { log, notes } = await openLog({ ...place, replay }).catch((error: unknown) => {
    throw inWords(folder, error);
  });
  try {
    const missing = await blobs.missing();
    const names = [...missing].map(({ name }) => name);
    if (missing.size > 0 && onDropped === undefined) {
      throw new LogError("corrupt", missingFiles(folder, names));
    }
    names.forEach((name) => onDropped?.(`${name} is missing or cut off`));
    const dropped = restoration.dropFiles((file) => file instanceof StoredBlob && missing.has(file));
    writer.begin(log);
    for (const { id, index } of dropped) {
      writer.gone(id, index);
    }
    const surviving = [...replay.sessions.values()];
    const members = restoration.finish(surviving.map(({ facts }) => ({ ...facts, options: MEMBER_OPTIONS })));
    const sessions = surviving.map((session, i) => ({ session, member: members[i]! }));
    blobs.restored();
    if (!log.isFull) {
      // Ids that are given from now on must never be given again.
      await log.sync();
    }
    const snapshot = (kept: Iterable<KeptSession>): Iterable<Uint8Array> =>
      snapshotRecords(space.keptState(), [...kept], () => positionOf(writer), nameOfBlob);
    return { log, notes, sessions, snapshot };
  } catch (error) {
    await log.close().catch(() => undefined);
    throw inWords(folder, error);
  }
}

/** The name by which a record finds a value's file again; from then on the file stays until its value is certainly gone. */
export function nameOfBlob(file: unknown): string {
  if (!(file instanceof StoredBlob)) {
    throw new Error("a value is in a file that this server has not written");
  }
  file.keep();
  return file.name;
}

export function missingFiles(folder: string, names: readonly string[]): string {
  return (
    `large values in ${folder} are damaged (missing or cut off: ${names.join(", ")}); nothing was changed. ` +
    '"nws data repair" drops these values and keeps the others'
  );
}

/** What is thrown while records are read, in words about their folder. */
export function inWords(folder: string, error: unknown): unknown {
  if (error instanceof JournalVersionError) {
    return new LogVersionError(folder, error.version, JOURNAL_VERSION);
  }
  if (error instanceof RestoreError) {
    const message =
      `what is in ${folder} does not fit together: ${error.message}; nothing was changed. ` +
      '"nws data repair" leaves out what does not fit';
    return new LogError("corrupt", message, { cause: error });
  }
  return error;
}

function positionOf(writer: JournalWriter): number {
  if (writer.isBehind) {
    throw new Error("the log lacks changes that a snapshot would have");
  }
  return writer.end;
}
