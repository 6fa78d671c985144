import type { Disk } from "./disk.ts";
import { nodeDisk } from "./node-disk.ts";
import { lockFolder, surveyFolder } from "./open-log.ts";
import type { Replay } from "./survey.ts";
import type { BadPlace, SurveyedFile } from "./surveyed.ts";

/** What a data folder holds. */
export interface CheckReport {
  /** Where something is missing that was durable: the log does not open. `undefined` when all is well. */
  readonly bad: BadPlace | undefined;
  readonly snapshot: SurveyedFile | undefined;
  /** Files of the log, oldest first, up to the bad place. */
  readonly segments: readonly SurveyedFile[];
  /** Records that opening the log would replay, those of the snapshot among them. */
  readonly records: number;
  readonly blocks: number;
  /** What opening the log would cut off. */
  readonly notes: readonly string[];
}

/**
 * Reads a folder and changes nothing. Throws as `openLog` does, but reports damage instead of throwing. `replay` takes the
 * records up to the damage.
 */
export async function checkLog(folder: string, replay?: Replay, disk: Disk = nodeDisk()): Promise<CheckReport> {
  const { lock, notes } = await lockFolder(disk, folder);
  try {
    let records = 0;
    const found = await surveyFolder(disk, folder, {
      snapshotRecord: (bytes, start, end) => {
        records++;
        replay?.snapshotRecord(bytes, start, end);
      },
      record: (bytes, start, end, position) => {
        records++;
        replay?.record(bytes, start, end, position);
      },
    });
    const { snapshot, segments, bad } = found;
    const blocks = segments.reduce((sum, segment) => sum + segment.blocks, snapshot?.blocks ?? 0);
    return { bad, snapshot, segments, records, blocks, notes: [...notes, ...found.notes] };
  } finally {
    await lock.release();
  }
}
