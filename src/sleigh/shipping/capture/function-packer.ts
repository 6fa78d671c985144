import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import type { Hash } from "../pack/graph.ts";
import { type Draft, type DraftSlot, type Origins, type Place, type Ref } from "../pack/packing.ts";
import { allSpecial } from "../pack/properties.ts";
import { isConstant } from "../parse/scope.ts";
import type { FreeName } from "../parse/script.ts";
import { isClass as isClassNode, staticKey, type ClassNode } from "../parse/syntax.ts";
import type { Builtins } from "./builtins.ts";
import { nameOf, type DefinedPart, type Definitions } from "./definitions.ts";
import type { ImportedObjects } from "./imported-objects.ts";
import type { Inspector } from "../inspector.ts";
import { FileVariables } from "./file-variables.ts";
import { marked } from "../marked.ts";
import { packMarked } from "./pack-marked.ts";
import { ScopeInstances, type ScopeInstance } from "./scope-instances.ts";
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

/** The node of a scope while variables are added. */
interface ScopeNode {
  readonly ref: Ref;
  readonly names: string[];
  readonly values: DraftSlot[];
  readonly constants: string[];
}

const functionKeys = new Set<string | symbol>(["length", "name", "prototype", "arguments", "caller"]);

/** Packs functions and classes for one shipment. All calls are within one `Inspector.look`. */
export class FunctionPacker implements Origins {
  /** The sources of all functions of the shipment. */
  readonly codes = new Map<Hash, Uint8Array>();
  readonly files: FileVariables;
  readonly #state: CaptureState;
  readonly #instances = new ScopeInstances();
  readonly #scopes = new Map<ScopeInstance, ScopeNode>();
  /** Classes that were met, by where they stand, so that methods find theirs. */
  readonly #classes = new Map<ClassNode, Set<object>>();

  constructor(state: CaptureState) {
    this.#state = state;
    this.files = new FileVariables(state);
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
    this.#meet(constructor);
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
    return this.#member(fn, defined, here) ?? this.#define(fn, defined, here);
  }

  #define(fn: object, defined: DefinedPart, at: Place): Draft {
    const { part, node, script, unreachable } = defined;
    if (unreachable !== undefined) {
      at.refuse(whyUnreachable(unreachable));
    }
    this.codes.set(part.hash, part.bytes);
    this.files.require(script, defined.moduleNames, fn, at);
    const scope = this.#scope(fn, defined, at);
    if (!isClassNode(node)) {
      const prototype: unknown = Object.getOwnPropertyDescriptor(fn, "prototype")?.value;
      return [
        "function",
        part.hash,
        scope,
        this.#special(fn, at, functionKeys),
        this.#prototype(prototype, new Set(["constructor"]), at),
      ];
    }
    this.#meet(fn);
    const parent: unknown = node.superClass ? parentOf(fn) : undefined;
    const parentSlot = parent === undefined ? undefined : at.part("its superclass", parent);
    const statics = new Set([...functionKeys, ...declaredKeys(node, true)]);
    const own = new Set(["constructor", ...declaredKeys(node, false)]);
    const prototype = (fn as { prototype: unknown }).prototype;
    return ["class", part.hash, scope, parentSlot, this.#special(fn, at, statics), this.#prototype(prototype, own, at)];
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

  /** The node of a method or accessor by way of its class, if the class can be found. */
  #member(fn: object, { node, script }: DefinedPart, at: Place): Draft | undefined {
    const holder = script.parsed.holderOf(node);
    if (holder?.container.kind !== "class" || holder.property.type !== "MethodDefinition") {
      return undefined;
    }
    const classNode = holder.container.node as ClassNode;
    const { static: isStatic } = holder.property;
    for (const each of this.#candidates(classNode, script, fn)) {
      const target = isStatic ? each : (each as { prototype: object }).prototype;
      for (const key of Reflect.ownKeys(target)) {
        const descriptor = Object.getOwnPropertyDescriptor(target, key)!;
        for (const which of ["value", "get", "set"] as const) {
          if (descriptor[which] === fn) {
            return ["member", at.part("its class", each), isStatic, at.part("its key", key), which];
          }
        }
      }
    }
    return undefined;
  }

  #candidates(node: ClassNode, script: Script, fn: object): object[] {
    const found = [...(this.#classes.get(node) ?? [])];
    const name = (node as { id?: { name: string } | null }).id?.name;
    const value = name === undefined ? undefined : this.files.valueOf(script, name, fn);
    return typeof value === "function" ? [...found, value] : found;
  }

  #meet(constructor: object): void {
    const node = this.#state.definitions.nodeOf(constructor);
    if (node !== undefined && isClassNode(node)) {
      const met = this.#classes.get(node) ?? new Set();
      this.#classes.set(node, met.add(constructor));
    }
  }

  /** The node of the variables around a function; undefined if it uses none but its file's. */
  #scope(fn: object, { node, script, scopeNames }: DefinedPart, at: Place): DraftSlot {
    if (scopeNames.length === 0) {
      return undefined;
    }
    const scopes = this.#state.inspector.scopes(fn);
    const instance = this.#instances.chain(node, script.parsed.scopeAround(node), scopes);
    if (instance === undefined) {
      return undefined;
    }
    for (const free of scopeNames) {
      this.#captureInto(instance, free, at);
    }
    return this.#scopeNode(instance, at).ref;
  }

  #captureInto(innermost: ScopeInstance, { name, declaration }: FreeName, at: Place): void {
    for (let instance: ScopeInstance | undefined = innermost; instance !== undefined; instance = instance.parent) {
      if (instance.scope === declaration!.scope) {
        const { names, values, constants } = this.#scopeNode(instance, at);
        if (!names.includes(name)) {
          names.push(name);
          values.push(at.captured(name, instance.values.get(name)));
          if (isConstant(declaration!)) {
            constants.push(name);
          }
        }
        return;
      }
    }
  }

  #scopeNode(instance: ScopeInstance, at: Place): ScopeNode {
    let node = this.#scopes.get(instance);
    if (node === undefined) {
      const parent = instance.parent && this.#scopeNode(instance.parent, at).ref;
      const [names, values, constants]: [string[], DraftSlot[], string[]] = [[], [], []];
      const ref = at.packing.add(["scope", parent, names, values, constants], at.trail, at.owner);
      node = { ref, names, values, constants };
      this.#scopes.set(instance, node);
    }
    return node;
  }

  #special(object: object, at: Place, without: ReadonlySet<string | symbol>): ReturnType<typeof allSpecial> {
    return allSpecial(object, at, (key) => without.has(key));
  }

  #prototype(prototype: unknown, without: ReadonlySet<string | symbol>, at: Place): ReturnType<typeof allSpecial> {
    return typeof prototype === "object" && prototype !== null ? this.#special(prototype, at, without) : [];
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

function isWellKnown(symbol: symbol): boolean {
  return Object.values(Object.getOwnPropertyDescriptors(Symbol)).some(({ value }) => value === symbol);
}

function parentOf(constructor: object): unknown {
  const parent = Object.getPrototypeOf(constructor) as unknown;
  return parent === Function.prototype ? null : parent;
}

/** The keys that evaluating the class defines. */
function declaredKeys(node: ClassNode, isStatic: boolean): (string | symbol)[] {
  return node.body.body.flatMap((member): readonly (string | symbol)[] => {
    if (member.type === "StaticBlock" || member.static !== isStatic) {
      return [];
    }
    const key = staticKey(member.key, member.computed);
    return key === undefined ? likelyComputedKeys : [key];
  });
}

/** What computed keys of classes usually are; a member under any other travels by itself as well. */
const likelyComputedKeys: readonly symbol[] = [
  Symbol.iterator,
  Symbol.asyncIterator,
  Symbol.toStringTag,
  Symbol.toPrimitive,
  Symbol.species,
  Symbol.hasInstance,
];

function whyUnreachable(name: string): string {
  if (name === "super" || name.startsWith("#")) {
    return `a method that uses ${name} cannot be sent without its class; send an instance, or a function that calls it`;
  }
  const what = name === "new.target" || name === "arguments" ? name : '"this"';
  return `an arrow function cannot take along ${what} of the function around it; put what it needs into a variable`;
}
