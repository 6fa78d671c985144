import { types } from "node:util";
import type { DraftFile } from "../pack/emit.ts";
import { Place, type DraftSlot } from "../pack/packing.ts";
import { stepOn } from "../pack/trail.ts";
import { isConstant } from "../parse/scope.ts";
import type { FreeName } from "../parse/script.ts";
import { liveVariable } from "./code.ts";
import type { CaptureState } from "./function-packer.ts";
import { importCallNode, importedNamespace, importNode, isInstalled } from "./imports.ts";
import { ModuleValues } from "./module-values.ts";
import { OpenObjects } from "./open-objects.ts";
import type { Script } from "./scripts.ts";

interface FileModule {
  readonly script: Script;
  readonly values: Map<string, DraftSlot>;
}

/** The variables of files that one shipment needs. Each is read once, all at the same moment. */
export class FileVariables {
  readonly #state: CaptureState;
  readonly #values: ModuleValues;
  readonly #modules = new Map<Script, FileModule>();
  #open: OpenObjects | undefined;

  constructor(state: CaptureState) {
    this.#state = state;
    this.#values = new ModuleValues(state.inspector);
  }

  get files(): DraftFile[] {
    return Array.from(this.#modules.values(), ({ script, values }) => ({
      part: script.part,
      values,
      constants: [...values.keys()].filter((name) => isConstant(script.parsed.topName(name)!)),
    }));
  }

  valueOf(script: Script, name: string, fn: object): unknown {
    return this.#values.read(script, name, fn)?.[0];
  }

  /** Adds the variables of `script` that `fn`, a function of that file, uses. */
  require(script: Script, names: readonly FreeName[], fn: object, at: Place): void {
    const { values } = this.#module(script, fn);
    for (const free of names) {
      const value = this.valueOf(script, free.name, fn);
      const live = liveVariable(free.declaration!, script, this.#state.scripts);
      if (live !== undefined) {
        this.#set(live.script, live.declaration.name, value, at);
      } else if (isObject(value) && this.#isOpen(value, free, script)) {
        values.set(free.name, this.#openObject(value, free, script, at));
      } else if (!values.has(free.name)) {
        this.#share(value);
        values.set(free.name, this.#slot(free, value, script, at));
      }
    }
  }

  #slot({ name, declaration }: FreeName, value: unknown, script: Script, at: Place): DraftSlot {
    const { packing } = at;
    const from = declaration!.importedFrom;
    const trail = stepOn(at.trail, "captured", name);
    if (from !== undefined && isInstalled(from.specifier, script.url)) {
      const node =
        from.form === "declaration" ? importNode(from, script.url) : importCallNode(from.specifier, script.url, value);
      if (isObject(value)) {
        this.#state.imported.add(value, node);
        return packing.slot(value, trail, packing.root);
      }
      return packing.add(node, trail, packing.root);
    }
    if (name === "require" && !script.parsed.isModule && declaration!.scope.names.has("__filename")) {
      return packing.add(["require", script.url], trail, packing.root);
    }
    return packing.slot(value, trail, packing.root);
  }

  /** Whether a variable holds all exports of one of the user's own files. */
  #isOpen(value: object, { name, declaration }: FreeName, script: Script): boolean {
    const from = declaration!.importedFrom;
    if (from !== undefined) {
      const isAll = from.imported === "*" || types.isModuleNamespaceObject(value);
      return isAll && !isInstalled(from.specifier, script.url);
    }
    return !script.parsed.isModule && (name === "exports" || name === "module");
  }

  #openObject(value: object, { name, declaration, references }: FreeName, script: Script, at: Place): DraftSlot {
    if (typeof value === "function") {
      return at.packing.slot(value, stepOn(at.trail, "captured", name), at.packing.root);
    }
    this.#open ??= new OpenObjects({
      ...this.#state,
      packing: at.packing,
      addVariable: (of, local, held, where) => this.#set(of, local, held, where),
    });
    const members = references.flatMap(({ member }) => member ?? []);
    const source = declaration!.importedFrom;
    const trail = stepOn(at.trail, "captured", name);
    return this.#open.add(
      value,
      members.length === references.length ? members : undefined,
      source?.imported === "*" ? { source, script } : source && importedNamespace(source, script, this.#state.scripts),
      new Place(at.packing, at.packing.root, trail),
    );
  }

  #set(script: Script, name: string, value: unknown, at: Place): void {
    const { values } = this.#module(script, undefined);
    if (!values.has(name)) {
      this.#share(value);
      values.set(name, at.packing.slot(value, stepOn(at.trail, "captured", name), at.packing.root));
    }
  }

  #module(script: Script, fn: object | undefined): FileModule {
    let module = this.#modules.get(script);
    if (module === undefined) {
      module = { script, values: new Map() };
      this.#modules.set(script, module);
    }
    if (fn !== undefined) {
      this.identify(script, fn);
    }
    return module;
  }

  /** Names what a file's variables hold: it stays the same on the worker, whichever shipment it comes with first. */
  identify(script: Script, fn: object): void {
    if (script.isIdentified) {
      return;
    }
    script.isIdentified = true;
    for (const [name, value] of this.#values.objects(script, fn)) {
      const from = script.parsed.topName(name)?.importedFrom;
      if (from === undefined || !isInstalled(from.specifier, script.url)) {
        this.#share(value);
      } else if (from.form === "declaration") {
        this.#state.imported.add(value, importNode(from, script.url));
      }
    }
  }

  #share(value: unknown): void {
    if (isObject(value)) {
      this.#state.ids.assign(value);
    }
  }
}

function isObject(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}
