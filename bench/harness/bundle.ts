import { access, mkdir, rm } from "node:fs/promises";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";

const root = path.resolve(import.meta.dirname, "../..");

/** What is measured: the product as built, and the bench's own programs as plain JavaScript. */
export interface Builds {
  /** The command that users start. */
  readonly command: string;
  /** What `import "networkspaces"` loads. */
  readonly client: string;
  /** The file of each program. */
  readonly programs: Readonly<Record<string, string>>;
}

/** Where the programs go. In the project, so that the peers' packages are found from there; what is below node_modules would not be shipped to workers. */
const folder = path.join(root, ".bench");

/**
 * Bundles the programs of `bench/programs`, so that no loader is measured. They import the client and Sleigh from their source, for
 * the types; those become the built ones of `distFolder`.
 */
export async function bundle(distFolder: string, names: readonly string[], outFolder = folder): Promise<Builds> {
  const client = path.resolve(distFolder, "index.js");
  await access(client).catch(() => {
    throw new Error(`${client} is missing: run \`npm run build\` first`);
  });
  const builtClient: Plugin = {
    name: "built-client",
    setup(bundler) {
      bundler.onResolve({ filter: /\/src\/(?:client|sleigh)\/index\.ts$/ }, ({ path: source }) => {
        const built = source.includes("/sleigh/") ? path.resolve(distFolder, "sleigh.js") : client;
        return { path: pathToFileURL(built).href, external: true };
      });
    },
  };
  await rm(outFolder, { recursive: true, force: true });
  await mkdir(outFolder, { recursive: true });
  await build({
    entryPoints: names.map((name) => path.join(root, "bench/programs", `${name}.ts`)),
    outdir: outFolder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    // Each contender in a file of its own: a process loads only what it measures.
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    plugins: [builtClient],
    logLevel: "warning",
  });
  const programs = Object.fromEntries(names.map((name) => [name, path.join(outFolder, `${name}.mjs`)]));
  return { command: path.resolve(distFolder, "nws.js"), client, programs };
}
