import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

export const run = promisify(execFile);
export const root = join(import.meta.dirname, "..", "..");

/** The package as it would be published. */
export interface Packed extends AsyncDisposable {
  /** The folder that it is in, with nothing else. Goes with this object. */
  readonly folder: string;
  /** The tarball. */
  readonly file: string;
  /** Bytes of the tarball. */
  readonly size: number;
  /** Bytes of what is in it. */
  readonly unpackedSize: number;
  /** Paths in it. */
  readonly paths: readonly string[];
}

/** Packs what is built. (`npm test` builds first; building again here would pull dist/ from under other tests.) */
export async function pack(): Promise<Packed> {
  const folder = await mkdtemp(join(tmpdir(), "nws-packed-"));
  const { stdout } = await run("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], {
    cwd: root,
    maxBuffer: 16 * 1024 * 1024,
  });
  const [told] = JSON.parse(stdout) as [
    { filename: string; size: number; unpackedSize: number; files: { path: string }[] },
  ];
  return {
    folder,
    file: join(folder, told.filename),
    size: told.size,
    unpackedSize: told.unpackedSize,
    paths: told.files.map(({ path }) => path),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Installs a tarball as a user does, into a folder that has nothing yet. */
export async function installInto(folder: string, tarball: string): Promise<void> {
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  await run("npm", ["install", "--prefer-offline", "--no-audit", "--no-fund", "--silent", tarball], { cwd: folder });
}
