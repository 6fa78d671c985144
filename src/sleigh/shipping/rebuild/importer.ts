import { createRequire, isBuiltin } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { constants, Script } from "node:vm";
import { RebuildError } from "../errors.ts";
import type { GraphNode, ImportForm } from "../pack/graph.ts";

export type ImportNode = GraphNode & readonly ["import", ...unknown[]];

/** Gets modules that shipped code imports: Node's own and installed packages. */
export class Importer {
  readonly #base: string;
  readonly #modules = new Map<string, unknown>();
  readonly #names = new Map<unknown, ImportNode>();

  /** `base` is the folder whose `node_modules` is searched for what is not found from where the master's file is. */
  constructor(base: string) {
    this.#base = pathToFileURL(join(base, "worker.js")).href;
  }

  /** Loads a module; `get` finds it then. Undefined if it is there already. */
  load(node: ImportNode): Promise<void> | undefined {
    const [, form, specifier, from] = node;
    const key = keyOf(form, specifier, from);
    if (this.#modules.has(key)) {
      return undefined;
    }
    return this.#load(form, specifier, from).then((module) => {
      this.#modules.set(key, module);
      this.#nameMembers(node, module);
    });
  }

  get(node: ImportNode): unknown {
    const [, form, specifier, from, name] = node;
    const module = this.#modules.get(keyOf(form, specifier, from));
    if (module === undefined) {
      throw new RebuildError(`module ${specifier} is not loaded`);
    }
    if (name === undefined) {
      return module;
    }
    const exported = module as Readonly<Record<string, unknown>>;
    // Not all exports of a CommonJS module are seen by `import`.
    const holder = name in exported ? exported : exported["default"];
    if (Object(holder) !== holder || !(name in (holder as object))) {
      throw new RebuildError(`${specifier} on this worker exports no "${name}"; is it another version?`);
    }
    return (holder as Readonly<Record<string, unknown>>)[name];
  }

  /** The node of a function or class that was imported; undefined for others. */
  nameOf(value: object): ImportNode | undefined {
    return this.#names.get(value);
  }

  /** What `import(specifier)` in the file `from` means here. */
  async import(specifier: string, from: string): Promise<unknown> {
    if (isBuiltin(specifier) || URL.canParse(specifier)) {
      return import(specifier);
    }
    if (/^\.{0,2}\//.test(specifier)) {
      return import(new URL(specifier, from).href);
    }
    let firstFailure: unknown;
    // The last finds this very package, wherever it is installed.
    for (const file of [from, this.#base, import.meta.url]) {
      try {
        return await importAsIn(file, specifier);
      } catch (error) {
        const isMissing = (error as { code?: unknown } | undefined)?.code === "ERR_MODULE_NOT_FOUND";
        if (!isMissing) {
          throw error;
        }
        firstFailure ??= error;
      }
    }
    const where = from.startsWith("file:") ? `${fileURLToPath(from)} or ${fileURLToPath(this.#base)}` : this.#base;
    throw new RebuildError(`${specifier} cannot be found from ${where}; install it on the worker`, {
      cause: firstFailure,
    });
  }

  /** What `import.meta.resolve` says in the file `from`. */
  resolve(specifier: string, from: string): string {
    if (isBuiltin(specifier)) {
      return specifier.startsWith("node:") ? specifier : `node:${specifier}`;
    }
    return /^\.{0,2}\/|^[a-z]+:/.test(specifier)
      ? new URL(specifier, from).href
      : pathToFileURL(this.require(from).resolve(specifier)).href;
  }

  require(from: string): NodeJS.Require {
    return createRequire(from.startsWith("file:") ? from : this.#base);
  }

  /** Results may be instances of any class that a module exports. */
  #nameMembers([kind, form, specifier, from]: ImportNode, module: unknown): void {
    const names = typeof module === "object" && module !== null ? Object.keys(module) : [];
    for (const name of names) {
      const value = (module as Readonly<Record<string, unknown>>)[name];
      if (typeof value === "function" && !this.#names.has(value)) {
        this.#names.set(value, [kind, form, specifier, from, name]);
      }
    }
    if (typeof module === "function") {
      this.#names.set(module, [kind, form, specifier, from, undefined]);
    }
  }

  async #load(form: ImportForm, specifier: string, from: string): Promise<unknown> {
    if (form === "namespace") {
      return this.import(specifier, from);
    }
    const exported: unknown = this.#require(specifier, from);
    return form === "wrapper" ? wrapped(exported) : exported;
  }

  #require(specifier: string, from: string): unknown {
    const name = specifier.startsWith("file:") ? fileURLToPath(specifier) : specifier;
    try {
      return this.require(from)(name);
    } catch (error) {
      if ((error as { code?: unknown } | undefined)?.code !== "MODULE_NOT_FOUND") {
        throw error;
      }
      return this.require(this.#base)(name);
    }
  }
}

function keyOf(form: ImportForm, specifier: string, from: string): string {
  return isBuiltin(specifier) || specifier.startsWith("file:")
    ? `${form} ${specifier}`
    : `${form} ${specifier} ${from}`;
}

/** Imports as code in `file` would: Node resolves a script's dynamic imports from the script's own name. */
function importAsIn(file: string, specifier: string): Promise<unknown> {
  const filename = file.startsWith("file:") ? fileURLToPath(file) : file;
  const importModuleDynamically = constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
  return quietly(() => {
    const script = new Script("(specifier) => import(specifier)", { filename, importModuleDynamically });
    return (script.runInThisContext() as (specifier: string) => Promise<unknown>)(specifier);
  });
}

/** Without the warning that the loader's constant is experimental: it is all that there is, and users cannot avoid it. */
function quietly<T>(make: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => undefined;
  try {
    return make();
  } finally {
    process.emitWarning = emitWarning;
  }
}

/** What compilers make of a CommonJS module that is imported: its members, and itself as `default`. */
function wrapped(exported: unknown): unknown {
  if ((typeof exported !== "object" && typeof exported !== "function") || exported === null) {
    return { default: exported };
  }
  const wrapper = Object.defineProperties({}, Object.getOwnPropertyDescriptors(exported));
  return Object.defineProperty(wrapper, "default", { value: exported, enumerable: true, configurable: true });
}
