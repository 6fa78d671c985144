import { lstat, readdir, readFile, rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { isRunning, type Owner } from "./owner.ts";

export const FOLDER_PREFIX = "nws-";
export const OWNER_FILE = "owner.json";

/** A folder whose owner cannot be seen from here is taken for left over when it was not touched for so long. */
const FOREIGN_AGE_MS = 24 * 3_600_000;

const OUR_FILES = /^(?:[0-9]+\.blob|owner\.json)$/;
const OUR_FOLDERS = /^nws-[0-9]+-[A-Za-z0-9]+$/;

/**
 * Removes the folders that servers which are gone have left in `tmpDir`. A folder goes only when its owner certainly
 * is gone, or could not be asked and has not touched it for a day; and only files that a server makes are removed, so a
 * folder that holds anything else stays.
 */
export async function removeLeftovers(tmpDir: string, warn: (message: string, error: unknown) => void): Promise<void> {
  let names: string[];
  try {
    names = await readdir(tmpDir);
  } catch (error) {
    warn(`${tmpDir} could not be searched for leftovers`, error);
    return;
  }
  for (const name of names) {
    if (OUR_FOLDERS.test(name)) {
      const folder = join(tmpDir, name);
      try {
        if (await isLeftOver(folder)) {
          await removeFolder(folder);
        }
      } catch (error) {
        // Another server may be removing the same one.
        if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
          warn(`${folder} is left over and could not be removed`, error);
        }
      }
    }
  }
}

async function isLeftOver(folder: string): Promise<boolean> {
  const status = await lstat(folder);
  if (!status.isDirectory() || (process.getuid !== undefined && status.uid !== process.getuid())) {
    return false;
  }
  let touchedAtMs = status.mtimeMs;
  let running: boolean | undefined;
  try {
    const ownerFile = join(folder, OWNER_FILE);
    running = isRunning(JSON.parse(await readFile(ownerFile, "utf8")) as Owner);
    touchedAtMs = Math.max(touchedAtMs, (await lstat(ownerFile)).mtimeMs);
  } catch {
    // No readable owner file: it may be about to be written.
  }
  return running === undefined ? Date.now() - touchedAtMs > FOREIGN_AGE_MS : !running;
}

async function removeFolder(folder: string): Promise<void> {
  // The owner file last: a folder that was removed by half is still known as left over.
  const names = (await readdir(folder)).filter((name) => OUR_FILES.test(name) && name !== OWNER_FILE);
  for (const name of [...names, OWNER_FILE]) {
    await unlink(join(folder, name));
  }
  await rmdir(folder);
}
