import { join } from "node:path";
import { type Clock, systemClock } from "./clock.ts";
import { type Disk, type DiskLock, syncAll } from "./disk.ts";
import { isNoRoom, LogCorruptError, LogError, LogFolderError } from "./errors.ts";
import { logFile } from "./file-names.ts";
import { Log } from "./log.ts";
import type { LogPlace } from "./log-place.ts";
import { nodeDisk } from "./node-disk.ts";
import { makeSegment, openSegment, type Segment } from "./segment.ts";
import { Segments } from "./segments.ts";
import { Snapshots } from "./snapshots.ts";
import { type Replay, survey } from "./survey.ts";
import type { Survey } from "./surveyed.ts";

const SEGMENT_BYTES = 8 * 1_048_576;
/** The first segment after a start is small, so that the start is quick. */
const FIRST_SEGMENT_BYTES = 1_048_576;
const SNAPSHOT_BYTES = 16 * 1_048_576;

/** How large the files of a log grow. */
export interface LogSizes {
  /** Bytes of a log file. Default: 8 MiB. */
  readonly segmentBytes?: number;
  /** A log shorter than this wants no snapshot. Default: 16 MiB. */
  readonly snapshotBytes?: number;
}

export interface LogOptions extends LogSizes {
  /** Made when it is missing. Only files of the log's own names are read, written or deleted there. */
  readonly folder: string;
  /** Takes the records that are there, before `openLog` returns. */
  readonly replay: Replay;
  /** Default: Node's file system. */
  readonly disk?: Disk;
  readonly clock?: Clock;
  readonly warn?: (message: string, error: unknown) => void;
}

export interface OpenedLog {
  readonly log: Log;
  /** What people should know about what was found: what was cut off, above all. */
  readonly notes: readonly string[];
}

/**
 * Opens the log of a folder and replays it. Throws `LogLockedError`, `LogVersionError`, `LogCorruptError` or
 * `LogFolderError`; the folder is then as it was.
 */
export async function openLog(options: LogOptions): Promise<OpenedLog> {
  const { folder, disk = nodeDisk() } = options;
  const { lock, notes } = await lockFolder(disk, folder);
  try {
    const found = await surveyFolder(disk, folder, options.replay);
    if (found.bad !== undefined) {
      throw new LogCorruptError(join(folder, found.bad.file), found.bad.offset, found.bad.reason);
    }
    notes.push(...found.notes);
    return { log: await continueLog(options, disk, found, lock, notes), notes };
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** Takes a folder for this process, having made it. */
export async function lockFolder(disk: Disk, folder: string): Promise<{ lock: DiskLock; notes: string[] }> {
  const notes: string[] = [];
  try {
    await disk.makeFolder(folder);
    return { lock: await disk.lock(folder, notes), notes };
  } catch (error) {
    throw asLogError(folder, error);
  }
}

/** `survey` with errors of the disk turned into the log's own; what `replay` throws stays as it is. */
export async function surveyFolder(disk: Disk, folder: string, replay: Replay | undefined): Promise<Survey> {
  try {
    return await survey(disk, folder, replay);
  } catch (error) {
    throw asLogError(folder, error);
  }
}

async function continueLog(
  options: LogOptions,
  disk: Disk,
  found: Survey,
  lock: DiskLock,
  notes: string[],
): Promise<Log> {
  const { folder, segmentBytes = SEGMENT_BYTES, clock = systemClock, snapshotBytes = SNAPSHOT_BYTES } = options;
  const place: LogPlace = { folder, disk, clock, segmentBytes, snapshotBytes, warn: options.warn ?? (() => undefined) };
  try {
    await makeDurable(disk, folder, found);
    for (const name of found.leftovers) {
      await disk
        .delete(join(folder, name))
        .catch((error: unknown) => place.warn(`${name} could not be deleted`, error));
    }
    const last = found.segments.at(-1);
    let current: Segment | undefined;
    let lastNumber = found.lastSegment;
    if (last !== undefined && found.lastIsEmpty) {
      current = await openSegment(disk, folder, last.number, last.fileBytes);
    } else {
      try {
        current = await makeSegment(disk, folder, lastNumber + 1, Math.min(segmentBytes, FIRST_SEGMENT_BYTES));
        lastNumber = current.number;
      } catch (error) {
        if (!isNoRoom(error)) {
          throw error;
        }
        notes.push(
          `there is no room in ${folder}: what is there can be read, and nothing more is kept until there is room`,
        );
      }
    }
    const old = found.segments
      .filter(({ number }) => number !== current?.number)
      .map(({ number, fileBytes }) => ({ number, bytes: fileBytes }));
    const segments = new Segments(place, old, current, lastNumber);
    const snapshots = new Snapshots(place, found.snapshot?.number, found.snapshot?.fileBytes ?? 0);
    const log = new Log(place, lock, segments, snapshots, found.position);
    if (current === undefined) {
      segments.advance();
    }
    return log;
  } catch (error) {
    throw asLogError(folder, error);
  }
}

/** What was read counts from now on: it must not be lost later because the process that wrote it had no time to sync. */
async function makeDurable(disk: Disk, folder: string, found: Survey): Promise<void> {
  const last = found.segments.findLast(({ blocks }) => blocks > 0);
  if (last !== undefined) {
    const file = await disk.open(join(folder, logFile(last.number)), "write");
    try {
      await syncAll(file);
    } finally {
      await file.close();
    }
  }
  await disk.syncFolder(folder);
}

function asLogError(folder: string, error: unknown): unknown {
  const isOfTheDisk = error instanceof Error && "syscall" in error;
  return error instanceof LogError || !isOfTheDisk ? error : new LogFolderError(folder, error);
}
