import { mkdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin, transform } from "esbuild";
import { instrument } from "./instrument.ts";

const root = join(import.meta.dirname, "../../..");

export interface Bundle {
  readonly file: string;
  /** Blocks of instrumented code in it. */
  readonly blockCount: number;
}

/** Makes one file of a target, with the product's code counting its blocks, that a worker of `npm run fuzz` runs. */
export async function bundleTarget(name: string, folder: string): Promise<Bundle> {
  let blockCount = 0;
  const file = join(folder, `${name}.mjs`);
  await mkdir(folder, { recursive: true });
  await build({
    stdin: {
      contents:
        `import { work } from ${JSON.stringify(join(import.meta.dirname, "worker.ts"))};\n` +
        `import { target } from ${JSON.stringify(join(root, "test/fuzz/targets", `${name}.ts`))};\n` +
        `await work(target);\n`,
      resolveDir: root,
    },
    outfile: file,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    sourcemap: "inline",
    banner: { js: `globalThis.__fuzzBlocks ??= new Uint8Array(65536);` },
    plugins: [instrumenting(() => blockCount++)],
    logLevel: "error",
  });
  return { file, blockCount };
}

function instrumenting(takeBlock: () => number): Plugin {
  return {
    name: "instrumenting",
    setup: (bundler) => {
      bundler.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        const source = await readFile(path, "utf8");
        // In one file, each module is to find what lies beside it.
        const here = {
          "import.meta.url": JSON.stringify(pathToFileURL(path).href),
          "import.meta.dirname": JSON.stringify(join(path, "..")),
        };
        const options = { loader: "ts", target: "node20", format: "esm", define: here, sourcefile: path } as const;
        const { code } = await transform(source, options);
        const isProduct = relative(root, path).startsWith("src");
        return { contents: isProduct ? instrument(code, takeBlock) : code, loader: "js" };
      });
    },
  };
}
