import { randomBytes } from "node:crypto";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BlobStore } from "../../blobs/blob-store.ts";
import { StoredBlob } from "../../blobs/stored-blob.ts";
import { checkLog, type CheckReport, repairLog } from "../../log/index.ts";
import { Space } from "../../space/index.ts";
import { JournalReader } from "./journal-reader.ts";
import { JournalWriter } from "./journal-writer.ts";
import { inWords, missingFiles, nameOfBlob, openJournal } from "./open-journal.ts";

/** In the data folder: where large values are. */
export const VALUES_FOLDER = "values";

/** What a data folder holds. */
export interface DataCheck {
  readonly log: CheckReport;
  /** What is wrong, in a sentence; `undefined` when a server could use the folder. */
  readonly problem: string | undefined;
  readonly workspaces: number;
  readonly variables: number;
  /** Bytes of values, in the log and in files. */
  readonly valueBytes: number;
}

/** What was done to a data folder. */
export interface DataRepair {
  /** In sentences; empty when nothing was wrong. */
  readonly steps: readonly string[];
  /** Where the files of the log are as they were before; `undefined` when it was sound. */
  readonly copies: string | undefined;
}

/** Reads a data folder and changes nothing. Throws `LogError` when it cannot be read, is of a newer version, or is in use. */
export async function checkData(folder: string): Promise<DataCheck> {
  const { space, blobs } = scratch(folder);
  const restoration = space.restore();
  let misfit: unknown;
  const replay = new JournalReader(
    restoration,
    (name, length) => blobs.named(name, length),
    (error) => (misfit ??= error),
  );
  const log = await checkLog(folder, replay).catch((error: unknown) => {
    throw inWords(folder, error);
  });
  const missing = [...(await blobs.missing())].map(({ name }) => name);
  restoration.sessionsLost();
  const { workspaces, variables, memoryBytes, fileBytes } = space.stats;
  const { bad } = log;
  let problem: string | undefined;
  if (bad !== undefined) {
    problem = `${join(folder, bad.file)} is damaged at byte ${bad.offset}: ${bad.reason}`;
  } else if (misfit !== undefined) {
    problem = (inWords(folder, misfit) as Error).message;
  } else if (missing.length > 0) {
    problem = missingFiles(folder, missing);
  }
  return { log, problem, workspaces, variables, valueBytes: memoryBytes + fileBytes };
}

/**
 * Makes a damaged data folder usable again: the log up to the damage, without what does not fit, and without values whose files
 * are missing. Of the log's files copies are kept. Throws as `checkData` does.
 */
export async function repairData(folder: string): Promise<DataRepair> {
  const { steps: logSteps, copies } = await repairLog(folder);
  const steps = [...logSteps];
  const { space, blobs, writer } = scratch(folder);
  const dropped: string[] = [];
  const opened = await openJournal({
    folder,
    space,
    writer,
    blobs,
    warn: (message) => void steps.push(message),
    onDropped: (what) => void dropped.push(what),
  });
  if (dropped.length > 0) {
    // A new beginning, in which nothing is left of what did not fit.
    await opened.log.snapshot(opened.snapshot(opened.sessions.map(({ session }) => session)));
  }
  await opened.log.close();
  await blobs.close();
  steps.push(...dropped.map((what) => `left out: ${what}`));
  return { steps, copies };
}

/** A space that nobody uses, and where a server would have its values. */
function scratch(folder: string): { space: Space; writer: JournalWriter; blobs: BlobStore } {
  const writer = new JournalWriter("fsync", nameOfBlob);
  const blobs = new BlobStore({
    tmpDir: tmpdir(),
    kept: {
      folder: join(folder, VALUES_FOLDER),
      prefix: randomBytes(5).toString("hex"),
      whenSafe: (act) => writer.whenDurable(act),
    },
  });
  const space = new Space({ runId: "", seed: 1, journal: writer, dropFile: dropBlob });
  return { space, writer, blobs };
}

function dropBlob(file: unknown): void {
  if (file instanceof StoredBlob) {
    file.drop();
  }
}
