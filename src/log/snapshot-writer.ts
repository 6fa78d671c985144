import { join } from "node:path";
import { BlockBuffer } from "./block-buffer.ts";
import type { Clock } from "./clock.ts";
import { type Disk, type DiskFile, syncAll } from "./disk.ts";
import { snapshotFile } from "./file-names.ts";
import { encodeHeader, END_FLAG, HEADER_BYTES } from "./format.ts";

/** So much, or so many records, are made in one go: that takes about a millisecond, then others have their turn. */
const SLICE_BYTES = 65_536;
const SLICE_RECORDS = 2_048;
/** Syncing often keeps each sync short, for the log's own wait behind them. */
const SYNC_BYTES = 4 * 1_048_576;

export interface SnapshotPlan {
  readonly disk: Disk;
  readonly folder: string;
  readonly clock: Clock;
  /** How many records of the log the snapshot stands for. */
  readonly position: number;
  /** The segment that was written to when the snapshot began. */
  readonly segment: number;
  readonly records: Iterable<Uint8Array>;
  /** Makes all of the log durable that was appended by now, and says how much that is. */
  syncLog(): Promise<number>;
  /** Throws when the snapshot is not wanted any more. */
  check(): void;
}

/** Writes a snapshot; it counts from the moment when it has its name. Returns its bytes. */
export async function writeSnapshot(plan: SnapshotPlan): Promise<number> {
  const { disk, folder, position } = plan;
  const records = begun(plan.records);
  const unfinished = join(folder, snapshotFile(position, "tmp"));
  // A folder may hold a snapshot of the same position: nothing was appended since. It is replaced.
  await disk.delete(unfinished).catch(() => undefined);
  const file = await disk.open(unfinished, "create");
  let bytes;
  try {
    bytes = await writeBlocks(plan, records, file);
    await syncAll(file);
    await file.close();
    plan.check();
    await disk.rename(unfinished, join(folder, snapshotFile(position)));
  } catch (error) {
    await file.close().catch(() => undefined);
    await disk.delete(unfinished).catch(() => undefined);
    throw error;
  }
  await disk.syncFolder(folder);
  return bytes;
}

async function writeBlocks(plan: SnapshotPlan, records: Iterable<Uint8Array>, file: DiskFile): Promise<number> {
  const { position, clock } = plan;
  const buffer = new BlockBuffer();
  let place = 0;
  let first = 0;
  let unsyncedBytes = 0;
  const write = (bytes: Uint8Array, end: number): Promise<void> =>
    new Promise((resolve, reject) => {
      file.write(bytes, 0, end, place, false, (error) => (error === null ? resolve() : reject(error)));
      place += end;
      unsyncedBytes += end;
    });
  const writeBlock = async (synced: number, flags: number): Promise<void> => {
    const end = buffer.seal(first, synced, flags, position, place);
    first += buffer.count;
    await write(buffer.bytes, end);
    buffer.clear();
  };

  await write(encodeHeader("snapshot", position, plan.segment), HEADER_BYTES);
  for (const record of records) {
    buffer.add(record, 0, record.length);
    if (buffer.fileBytes >= SLICE_BYTES || buffer.count >= SLICE_RECORDS) {
      await writeBlock(0, 0);
      if (unsyncedBytes >= SYNC_BYTES) {
        unsyncedBytes = 0;
        await syncAll(file);
      }
      await new Promise<void>((resolve) => clock.soon(resolve));
      plan.check();
    }
  }
  // What the records know of later changes must not become durable before those changes.
  const synced = await plan.syncLog();
  await writeBlock(synced, END_FLAG);
  return place;
}

/** The same records; the first of them is asked for now, so that a generator can look at the state of this moment. */
function begun(records: Iterable<Uint8Array>): Iterable<Uint8Array> {
  const iterator = records[Symbol.iterator]();
  let first: IteratorResult<Uint8Array> | undefined = iterator.next();
  const rest: Iterator<Uint8Array> = {
    next: () => {
      const result = first ?? iterator.next();
      first = undefined;
      return result;
    },
    return: () => {
      iterator.return?.();
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.iterator]: () => rest };
}
