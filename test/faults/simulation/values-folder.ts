import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where simulated servers have their large values, in the real file system: there are none. */
export async function makeFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "nws-simulation-"));
  await mkdir(join(folder, "values"));
  return folder;
}

export function removeFolder(folder: string): Promise<void> {
  return rm(folder, { recursive: true });
}
