import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Hash } from "../pack/graph.ts";
import { type Draft, type DraftSlot, type Origins, type Place } from "../pack/packing.ts";
import { allSpecial } from "../pack/properties.ts";
import { isClass as isClassNode, type ClassNode, type FunctionNode } from "../parse/syntax.ts";
import type { Builtins } from "./builtins.ts";
import { ClassMembers, declaredKeys, replacedKeys } from "./class-members.ts";
import { nameOf, type DefinedPart, type Definitions } from "./definitions.ts";
import type { ImportedObjects } from "./imported-objects.ts";
import type { Inspector, Variables } from "../inspector.ts";
import { FileVariables } from "./file-variables.ts";
import { marked } from "../marked.ts";
import { packMarked } from "./pack-marked.ts";
import { ScopeNodes } from "./scope-nodes.ts";
import type { Script, Scripts } from "./scripts.ts";
import type { SharedIds } from "./shared-ids.ts";

/** What lasts from capture to capture. */
export interface CaptureState {
  readonly inspector: Inspector;
  readonly scripts: Scripts;
  readonly definitions: Definitions;
  readonly builtins: Builtins;
  readonly ids: SharedIds;
  readonly imported: ImportedObjects;
}

const functionKeys = new Set<string | symbol>(["length", "name", "prototype", "arguments", "caller"]);

/** Packs functions and classes for one shipment. All calls are within one `Inspector.look`. */
export class FunctionPacker implements Origins {
  /** The sources of all functions of the shipment. */
  readonly codes = new Map<Hash, Uint8Array>();
  readonly files: FileVariables;
  readonly #state: CaptureState;
  readonly #scopes: ScopeNodes;
  readonly #classes: ClassMembers;

  constructor(state: CaptureState) {
    this.#state = state;
    this.files = new FileVariables(state);
    this.#scopes = new ScopeNodes(state.inspector);
    this.#classes = new ClassMembers(state.definitions);
  }

  known(object: object): Draft | undefined {
    return this.#state.imported.nodeOf(object) ?? this.#state.builtins.find(object);
  }

  sharedId(object: object | symbol): string | undefined {
    if (typeof object === "symbol") {
      return Symbol.keyFor(object) === undefined && !isWellKnown(object) ? this.#state.ids.assign(object) : undefined;
    }
    if (this.#isOwnClass(object)) {
      return this.#state.ids.assign(object);
    }
    if (typeof object === "function") {
      this.#identifyFileOf(object);
    }
    const id = this.#state.ids.idOf(object);
    return id !== undefined && this.known(object) === undefined ? id : undefined;
  }

  hasClass(constructor: object): boolean {
    const { definitions, ids } = this.#state;
    if (this.#state.imported.nodeOf(constructor) !== undefined) {
      return true;
    }
    const script = definitions.scriptOf(constructor);
    if (script === undefined || script.author === "node") {
      return false;
    }
    ids.assign(constructor);
    this.#classes.meet(constructor);
    return true;
  }

  privateFields(instance: object, constructor: object, at: Place): readonly (string | DraftSlot)[] {
    const declared = new Set<string>();
    for (
      let at: unknown = constructor;
      typeof at === "function" && at !== Function.prototype;
      at = Object.getPrototypeOf(at)
    ) {
      for (const name of this.#state.definitions.of(at)?.code.privateFields ?? []) {
        declared.add(name);
      }
    }
    if (declared.size === 0) {
      return [];
    }
    const fields = this.#state.inspector.privateFields(instance).filter(({ name }) => declared.has(name));
    const twice = fields.find(({ name }, index) => fields.findIndex((each) => each.name === name) !== index);
    if (twice !== undefined) {
      at.refuse(`an instance of ${nameOf(constructor)} cannot be sent: two classes of it have a field ${twice.name}`);
    }
    return fields.flatMap(({ name, value }) => [name, at.property(name, value)]);
  }

  packFunction(fn: object, at: Place): Draft {
    const mark = marked.get(fn);
    if (mark !== undefined) {
      return packMarked(fn, mark, this.codes, at);
    }
    const inside = this.#state.definitions.inside(fn);
    if (inside.kind === "bound") {
      const { target, self, args } = inside;
      const values = args.map((arg, index) => at.part(`bound argument ${index + 1}`, arg));
      return ["bound", at.part("bound function", target), at.part('bound "this"', self), values, nameOf(fn)];
    }
    if (inside.kind === "native") {
      const name = nameOf(fn) === "" ? "a native function" : `the native function ${nameOf(fn)}`;
      return at.refuse(`${name} cannot be sent: it has no source; call it by its global name inside a function`);
    }
    const script = this.#scriptOf(fn, at);
    if (script.author === "node") {
      return at.refuse(`${nameOf(fn)} cannot be sent: it is a function inside Node; import it from its module instead`);
    }
    const exported = script.author === "package" ? this.#packageExport(fn, script) : undefined;
    if (exported !== undefined) {
      this.#state.imported.add(fn, exported);
      return exported;
    }
    const defined = this.#state.definitions.of(fn);
    if (defined === undefined) {
      return at.refuse(`the source of ${nameOf(fn)} was not found in ${script.url}`);
    }
    const here = isRoot(at) ? at : at.named(script.placeOf(defined.node.start));
    const named = (name: string): unknown => this.files.valueOf(script, name, fn);
    return this.#classes.memberNode(fn, defined, named, here) ?? this.#define(fn, defined, here);
  }

  #define(fn: object, defined: DefinedPart, at: Place): Draft {
    const { part, node, script, unreachable } = defined;
    if (unreachable !== undefined) {
      at.refuse(whyUnreachable(unreachable));
    }
    this.#checkEvaluated(fn, script, node, at);
    this.codes.set(part.hash, part.bytes);
    this.files.require(script, defined.moduleNames, fn, at);
    const scope = this.#scopes.around(fn, defined, at);
    if (!isClassNode(node)) {
      const prototype: unknown = Object.getOwnPropertyDescriptor(fn, "prototype")?.value;
      const members = this.#prototype(prototype, new Set(["constructor"]), at);
      const inherited =
        isObject(prototype) && !node.generator ? (Object.getPrototypeOf(prototype) as unknown) : undefined;
      const parent =
        inherited === Object.prototype ? undefined : at.part("what its prototype inherits from", inherited);
      return ["function", part.hash, scope, this.#special(fn, at, functionKeys), members, parent];
    }
    this.#classes.meet(fn);
    const parent: unknown = node.superClass ? parentOf(fn) : undefined;
    const parentSlot = parent === undefined ? undefined : at.part("its superclass", parent);
    const { prototype } = fn as { prototype: object };
    const statics = new Set([...functionKeys, ...this.#declaredKeys(node, fn, true)]);
    const own = new Set(["constructor", ...this.#declaredKeys(node, prototype, false)]);
    return ["class", part.hash, scope, parentSlot, this.#special(fn, at, statics), this.#prototype(prototype, own, at)];
  }

  /** Direct `eval` gives code variables that its own text does not declare. */
  #checkEvaluated(fn: object, script: Script, node: FunctionNode | ClassNode, at: Place): void {
    if (!script.isEvaluated) {
      return;
    }
    const undeclared = script.parsed.freeNames(node).filter(({ declaration }) => declaration === undefined);
    const scopes = undeclared.length === 0 ? [] : this.#state.inspector.scopes(fn).filter(isOfFunction);
    const seen = undeclared.find(({ name }) => scopes.some(({ names }) => names.includes(name)));
    if (seen !== undefined) {
      at.refuse(
        `it was made by eval and uses "${seen.name}" of the code around that, which its text does not show; pass it as an argument`,
      );
    }
  }

  /** The keys of a class, or of its prototype, that evaluating its text gives what they have. */
  #declaredKeys(node: ClassNode, holder: object, isStatic: boolean): (string | symbol)[] {
    const replaced = replacedKeys(node, holder, isStatic, this.#state.definitions);
    return declaredKeys(node, isStatic).filter((key) => !replaced.has(key));
  }

  /** The node of a function or class that a package exports from the file in which it stands. */
  #packageExport(fn: object, script: Script): Draft | undefined {
    if (!script.parsed.isModule) {
      const exported: unknown = createRequire(script.url).cache[fileURLToPath(script.url)]?.exports;
      if (exported === fn) {
        return ["import", "require", script.url, "", undefined];
      }
      const name = nameOf(fn);
      const member = (exported as Readonly<Record<string, unknown>> | undefined)?.[name];
      return member === fn ? ["import", "require", script.url, "", name] : undefined;
    }
    for (const [exported, source] of script.parsed.exports.names) {
      if ("local" in source && this.files.valueOf(script, source.local, fn) === fn) {
        return ["import", "namespace", script.url, "", exported];
      }
    }
    return undefined;
  }

  #special(object: object, at: Place, without: ReadonlySet<string | symbol>): ReturnType<typeof allSpecial> {
    return allSpecial(object, at, (key) => without.has(key));
  }

  #prototype(prototype: unknown, without: ReadonlySet<string | symbol>, at: Place): ReturnType<typeof allSpecial> {
    return isObject(prototype) ? this.#special(prototype, at, without) : [];
  }

  #scriptOf(fn: object, at: Place): Script {
    try {
      return this.#state.definitions.scriptOf(fn)!;
    } catch (error) {
      return at.refuse(`the source around ${nameOf(fn)} cannot be read: ${String(error)}`);
    }
  }

  /** What the variables of a function's file hold must have its name before it is packed. */
  #identifyFileOf(fn: object): void {
    let script: Script | undefined;
    try {
      script = this.#state.definitions.scriptOf(fn);
    } catch {
      // Reported when the function is packed.
    }
    if (script !== undefined && script.author !== "node") {
      this.files.identify(script, fn);
    }
  }

  #isOwnClass(object: object): boolean {
    return (
      typeof object === "function" &&
      Object.getOwnPropertyDescriptor(object, "prototype")?.writable === false &&
      this.known(object) === undefined
    );
  }
}

/** The packing of one shipment begins with a function at the root: its place is the first step already. */
function isRoot(at: Place): boolean {
  return at.trail?.from === undefined;
}

function isOfFunction({ description }: Variables): boolean {
  return description !== "Script";
}

function isWellKnown(symbol: symbol): boolean {
  return Object.values(Object.getOwnPropertyDescriptors(Symbol)).some(({ value }) => value === symbol);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function parentOf(constructor: object): unknown {
  const parent = Object.getPrototypeOf(constructor) as unknown;
  return parent === Function.prototype ? null : parent;
}

function whyUnreachable(name: string): string {
  if (name === "super" || name.startsWith("#")) {
    return `a method that uses ${name} cannot be sent without its class; send an instance, or a function that calls it`;
  }
  const what = name === "new.target" || name === "arguments" ? name : '"this"';
  return `an arrow function cannot take along ${what} of the function around it; put what it needs into a variable`;
}
