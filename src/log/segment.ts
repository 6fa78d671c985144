import { join } from "node:path";
import { type Disk, type DiskFile, syncAll, writeAll } from "./disk.ts";
import { logFile } from "./file-names.ts";
import { encodeHeader } from "./format.ts";

const ZEROS_BYTES = 1_048_576;

/** A file of the log, open for writing. */
export interface Segment {
  readonly number: number;
  readonly file: DiskFile;
  /** The bytes that it was made with. */
  readonly capacity: number;
}

/**
 * Makes a segment full of zeros, so that writing to it later changes no more than the bytes written: such a sync is twice as
 * quick. It gets its name when all of it is durable: a log file always has its header and its size.
 */
export async function makeSegment(disk: Disk, folder: string, number: number, capacity: number): Promise<Segment> {
  const unfinished = join(folder, logFile(number, "tmp"));
  const path = join(folder, logFile(number));
  const file = await disk.open(unfinished, "create");
  try {
    await writeAll(file, encodeHeader("log", number, capacity), 0, false);
    const zeros = new Uint8Array(Math.min(ZEROS_BYTES, capacity));
    let place = encodeHeader("log", number, capacity).length;
    while (place < capacity) {
      const piece = zeros.subarray(0, Math.min(zeros.length, capacity - place));
      await writeAll(file, piece, place, false);
      // Syncing piece by piece: what the log itself writes meanwhile waits for one piece at most.
      await syncAll(file);
      place += piece.length;
    }
    await file.close();
    await disk.rename(unfinished, path);
    await disk.syncFolder(folder);
    return await openSegment(disk, folder, number, capacity);
  } catch (error) {
    await file.close().catch(() => undefined);
    await disk.delete(unfinished).catch(() => undefined);
    throw error;
  }
}

export async function openSegment(disk: Disk, folder: string, number: number, capacity: number): Promise<Segment> {
  return { number, capacity, file: await disk.open(join(folder, logFile(number)), "write") };
}
