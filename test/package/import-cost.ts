import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { root } from "./packed.ts";

/** What an `import` of a door reads before the program's first line, its dependencies included: bytes, minified and compressed. */
export async function importCost(door: string, platform: "node" | "browser"): Promise<number> {
  const { outputFiles, metafile } = await build({
    entryPoints: [join(root, "dist", `${door}.js`)],
    outdir: "/out",
    bundle: true,
    minify: true,
    format: "esm",
    splitting: true, // so that what is loaded later, if at all, does not count
    platform,
    write: false,
    metafile: true,
    logLevel: "error",
  });
  const outputs = new Map(Object.entries(metafile.outputs).map(([path, output]) => [basename(path), output]));
  const read = new Set<string>();
  const follow = (name: string): void => {
    if (!read.has(name)) {
      read.add(name);
      for (const { kind, path, external } of outputs.get(name)?.imports ?? []) {
        if (kind === "import-statement" && external !== true) {
          follow(basename(path));
        }
      }
    }
  };
  follow(`${door}.js`);
  return outputFiles
    .filter(({ path }) => read.has(basename(path)))
    .reduce((sum, { contents }) => sum + gzipSync(contents).length, 0);
}
