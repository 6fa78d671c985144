import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

const FILE_NAME = /^[0-9a-f]+-[0-9]+\.blob$/;

/** Whether a file of the folder of kept values can have this name; others there are none of ours. */
export function isFileName(name: string): boolean {
  return FILE_NAME.test(name);
}

/** The values' files in a folder, with their lengths. */
export async function filesIn(folder: string): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for (const name of (await readdir(folder)).filter(isFileName)) {
    sizes.set(name, (await stat(join(folder, name))).size);
  }
  return sizes;
}
