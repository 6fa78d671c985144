import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { types } from "node:util";
import type { ImportForm } from "../pack/graph.ts";
import type { Draft } from "../pack/packing.ts";
import type { Declaration, ImportSource } from "../parse/scope.ts";
import { isBuiltinModule } from "./builtins.ts";
import { authorOf, type Script, type Scripts } from "./scripts.ts";

const sourceExtensions: readonly (readonly [string, readonly string[]])[] = [
  [".js", [".ts", ".tsx", ".jsx"]],
  [".mjs", [".mts"]],
  [".cjs", [".cts"]],
];

/** A variable of a file. */
export interface Variable {
  readonly script: Script;
  readonly declaration: Declaration;
}

/** An import in one of the user's files. */
export interface Origin {
  readonly source: ImportSource;
  readonly script: Script;
}

/** Whether a module exists on the worker anyway: it is Node's own, or of a package. The user's own files are sent. */
export function isInstalled(specifier: string, from: string): boolean {
  if (isBuiltinModule(specifier)) {
    return true;
  }
  if (/^(\.{0,2}\/|file:|#)/.test(specifier)) {
    return specifier.includes("/node_modules/");
  }
  // Not every bare name is a package: compilers and test runners have aliases for the user's files.
  return from.startsWith("file:") && packageFolder(specifier, dirname(fileURLToPath(from))) !== undefined;
}

/** Whether an object is all that a CommonJS file of the user's own exports. */
export function isOwnExports(object: object): boolean {
  return (
    typeof object !== "function" &&
    Object.values(createRequire(import.meta.url).cache).some(
      (module) => module?.exports === object && authorOf(module.filename) === "user",
    )
  );
}

/** The node of what an import declaration binds. */
export function importNode({ specifier, imported }: ImportSource, from: string): Draft {
  return ["import", "namespace", real(specifier, from), from, imported === "*" ? undefined : imported];
}

/**
 * The node of a module that a variable holds because a call such as `require("x")` returned it, maybe wrapped by a
 * compiler. `value` tells how.
 */
export function importCallNode(specifier: string, from: string, value: unknown): Draft {
  const found = real(specifier, from);
  return ["import", formOf(found, from, value), found, from, undefined];
}

/** The variable that an import of the user's own file stands for, if that file's source says so. */
export function importedVariable(source: ImportSource, from: Script, scripts: Scripts): Variable | undefined {
  return source.form === "declaration" ? exportedVariable(source, from, scripts, 0) : undefined;
}

function exportedVariable(
  { specifier, imported }: { readonly specifier: string; readonly imported: string },
  from: Script,
  scripts: Scripts,
  depth: number,
): Variable | undefined {
  const script = depth < 20 ? scriptOf(specifier, from.url, scripts) : undefined;
  if (!script?.parsed.isModule) {
    return undefined;
  }
  const { names, stars } = script.parsed.exports;
  const source = names.get(imported);
  if (source !== undefined && "specifier" in source) {
    return exportedVariable(source, script, scripts, depth + 1);
  }
  if (source !== undefined) {
    const declaration = script.parsed.topName(source.local);
    return declaration?.importedFrom === undefined
      ? declaration && { script, declaration }
      : exportedVariable(declaration.importedFrom, script, scripts, depth + 1);
  }
  for (const star of stars) {
    const found = exportedVariable({ specifier: star, imported }, script, scripts, depth + 1);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

/** Where a name that stands for all exports of a file (`export * as name`) says so; undefined if it stands for something else. */
export function importedNamespace(
  { specifier, imported }: Pick<ImportSource, "specifier" | "imported">,
  from: Script,
  scripts: Scripts,
  depth = 0,
): Origin | undefined {
  const script = depth < 20 ? scriptOf(specifier, from.url, scripts) : undefined;
  if (!script?.parsed.isModule) {
    return undefined;
  }
  const { names, stars } = script.parsed.exports;
  const source = names.get(imported);
  if (source === undefined) {
    const through = stars.map((star) => importedNamespace({ specifier: star, imported }, script, scripts, depth + 1));
    return through.find((origin) => origin !== undefined);
  }
  const next = "specifier" in source ? source : script.parsed.topName(source.local)?.importedFrom;
  if (next?.imported === "*") {
    return { source: { specifier: next.specifier, imported: "*", form: "declaration" }, script };
  }
  return next && importedNamespace(next, script, scripts, depth + 1);
}

function scriptOf(specifier: string, from: string, scripts: Scripts): Script | undefined {
  if (!/^(\.{0,2}\/|file:)/.test(specifier)) {
    return undefined;
  }
  const url = new URL(specifier, from).href;
  for (const candidate of candidates(url)) {
    const script = scripts.byUrl(candidate);
    if (script !== undefined) {
      return script;
    }
  }
  return undefined;
}

/** The files that TypeScript's resolution may mean by a URL. */
function candidates(url: string): string[] {
  const others = sourceExtensions.flatMap(([compiled, sources]) =>
    url.endsWith(compiled) ? sources.map((each) => url.slice(0, -compiled.length) + each) : [],
  );
  return [url, ...others, `${url}.ts`, `${url}.js`, `${url}/index.ts`, `${url}/index.js`];
}

/** Test runners write a package's file as a path from the project's folder. */
function real(specifier: string, from: string): string {
  const [, name] = /^\/(?:.*\/)?node_modules\/(.*)$/.exec(specifier) ?? [];
  if (name === undefined || existsSync(specifier) || !from.startsWith("file:")) {
    return specifier;
  }
  const depth = name.startsWith("@") ? 2 : 1;
  const folder = packageFolder(name, dirname(fileURLToPath(from)));
  return folder === undefined ? specifier : pathToFileURL(join(folder, ...name.split("/").slice(depth))).href;
}

/** Where a package is, as seen from `folder`; a package can also import itself by its name. */
function packageFolder(specifier: string, folder: string): string | undefined {
  const name = specifier.split("/", specifier.startsWith("@") ? 2 : 1).join("/");
  for (let at = folder; ; at = dirname(at)) {
    const candidate = join(at, "node_modules", name);
    if (existsSync(candidate)) {
      return candidate;
    }
    if (packageNameIn(at) === name) {
      return at;
    }
    if (at === dirname(at)) {
      return undefined;
    }
  }
}

const packageNames = new Map<string, string | undefined>();

function packageNameIn(folder: string): string | undefined {
  if (!packageNames.has(folder)) {
    let name: unknown;
    try {
      ({ name } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { name?: unknown });
    } catch {
      // None there, or none that can be read.
    }
    packageNames.set(folder, typeof name === "string" ? name : undefined);
  }
  return packageNames.get(folder);
}

function formOf(specifier: string, from: string, value: unknown): ImportForm {
  if (types.isModuleNamespaceObject(value)) {
    return "namespace";
  }
  try {
    const required: unknown = createRequire(from.startsWith("file:") ? from : import.meta.url)(specifier);
    return required !== value && (value as { default?: unknown } | undefined)?.default === required
      ? "wrapper"
      : "require";
  } catch {
    return "namespace";
  }
}
