import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";
import { build, transform } from "esbuild";
import ts from "typescript";

const here = fileURLToPath(new URL(".", import.meta.url));
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

export { major as nodeMajor };

/** How a user's TypeScript gets to run. */
export const variants = [
  /** Compiled file by file to ES modules. */
  "esm",
  /** Compiled by TypeScript to CommonJS, which is strict. */
  "commonjs",
  /** Compiled by esbuild to CommonJS, which is sloppy. */
  "sloppy commonjs",
  "tsx",
  "tsx commonjs",
  /** Node's own. */
  "type stripping",
] as const;
export type Variant = (typeof variants)[number];

export function canRun(variant: Variant): boolean {
  return variant !== "type stripping" || major > 22 || (major === 22 && minor >= 18);
}

/** What each case of a fixture returned. */
export type Outcome = Readonly<Record<string, { readonly value?: unknown; readonly error?: string }>>;

/** A folder with the programs that fixtures run in: a master and a worker, built once. */
export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), "nws-shipping-"));

  get workerFile(): string {
    return join(this.folder, "worker.mjs");
  }

  /** Where workers start. */
  get elsewhere(): string {
    return join(this.folder, "elsewhere");
  }

  async build(): Promise<void> {
    await build({
      entryPoints: [join(here, "lab/runner.ts"), join(here, "lab/worker.ts")],
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20",
      outdir: this.folder,
      outExtension: { ".js": ".mjs" },
      logLevel: "error",
    });
    mkdirSync(this.elsewhere);
  }

  /** Runs the cases of `fixtures/<program>/cases.ts`. The worker starts in another folder. */
  async run(program: string, variant: Variant): Promise<Outcome> {
    const folder = join(this.folder, `${program}-${variant.replace(" ", "-")}`);
    mkdirSync(join(folder, "node_modules"), { recursive: true });
    cpSync(join(here, "fixtures/tiny"), join(folder, "node_modules/tiny"), { recursive: true });
    const file = await place(join(here, "fixtures", program), folder, variant);
    const args = [...loaderOf(variant), join(this.folder, "runner.mjs"), file, this.workerFile, this.elsewhere];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: folder, maxBuffer: 2 ** 26 });
    return JSON.parse(stdout) as Outcome;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What Node is told so that it can load the variant's files. */
export function loaderOf(variant: Variant): string[] {
  return variant.startsWith("tsx")
    ? ["--import", pathToFileURL(createRequire(import.meta.url).resolve("tsx")).href]
    : [];
}

/** Puts a fixture's files into `folder` in the form that the variant runs, and returns the URL of its cases. */
export async function place(from: string, folder: string, variant: Variant): Promise<string> {
  const isCommonJs = variant.endsWith("commonjs");
  const isCompiled = variant === "esm" || variant === "commonjs" || variant === "sloppy commonjs";
  writeFileSync(join(folder, "package.json"), JSON.stringify({ type: isCommonJs ? "commonjs" : "module" }));
  for (const name of readdirSync(from).filter((each) => !/\.d\.ts$|^expected/.test(each))) {
    const written = readFileSync(join(from, name), "utf8");
    const source = isCommonJs
      ? written.replaceAll("import.meta.url", 'require("node:url").pathToFileURL(__filename).href')
      : written;
    if (isCompiled && name.endsWith(".ts")) {
      writeFileSync(
        join(folder, name.replace(/\.ts$/, ".js")),
        await compile(source.replaceAll(/(["'])(\.\/\w+)\.ts\1/g, "$1$2.js$1"), variant),
      );
    } else {
      writeFileSync(join(folder, name), source);
    }
  }
  const file = ["cases.cjs", "cases.js", "cases.ts"].find((name) => existsSync(join(folder, name)))!;
  return pathToFileURL(join(folder, file)).href;
}

async function compile(text: string, variant: Variant): Promise<string> {
  if (variant === "commonjs") {
    const compilerOptions = {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      esModuleInterop: true,
      alwaysStrict: true,
    };
    return ts.transpileModule(text, { compilerOptions }).outputText;
  }
  const format = variant === "esm" ? "esm" : "cjs";
  return (
    await transform(text, {
      loader: "ts",
      format,
      platform: "node",
      target: "node20",
      supported: { "import-attributes": true },
    })
  ).code;
}
