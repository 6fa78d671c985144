import { readFile } from "node:fs/promises";
import { join } from "node:path";

const root = join(import.meta.dirname, "..", "..");

/** Something of somebody else's that comes with this package. */
export interface Part {
  readonly name: string;
  readonly version: string;
  /** An SPDX expression. */
  readonly licence: string;
}

/** What npm installs with the package: the lock file's tree without what only those need who work on it. */
export async function installedParts(): Promise<readonly Part[]> {
  const lock = JSON.parse(await readFile(join(root, "package-lock.json"), "utf8")) as {
    packages: Record<string, { version: string; license?: string; dev?: boolean }>;
  };
  const parts = Object.entries(lock.packages)
    .filter(([path, { dev }]) => path !== "" && dev !== true)
    .map(([path, { version, license }]) => ({
      name: path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length),
      version,
      licence: license ?? "not stated",
    }));
  return sorted(parts);
}

/** What is built into the pages: vite writes down their licences, in full, where it puts the pages. */
export async function bundledParts(): Promise<readonly Part[]> {
  const text = await readFile(join(root, "dist", "ui", "licenses.md"), "utf8");
  const parts = [...text.matchAll(/^## (\S+) - (\S+) \((.+)\)$/gm)].map(([, name, version, licence]) => ({
    name: name!,
    version: version!,
    licence: licence!,
  }));
  return sorted(parts);
}

function sorted(parts: readonly Part[]): readonly Part[] {
  const unique = new Map(parts.map((part) => [`${part.name} ${part.version}`, part]));
  return [...unique].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, part]) => part);
}
