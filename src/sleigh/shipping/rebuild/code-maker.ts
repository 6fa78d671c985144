import { RebuildError } from "../errors.ts";
import type { Code, GraphNode, Hash, Slot } from "../pack/graph.ts";
import { Builder, isReference, type Need } from "./builder.ts";
import { ClosureScopes, findVariables, type ScopeVariable } from "./closure-scopes.ts";
import { compile } from "./compile.ts";
import { DataMaker, propertyParts, specialParts, type NodeOf, type PrivateFieldWriter } from "./data-maker.ts";
import type { GraphBuild, Target } from "./graph-build.ts";
import type { Importer } from "./importer.ts";
import type { FileVariables, Realm } from "./realm.ts";
import type { Accessor, Listener, VariableScope } from "./scope.ts";

/** What one rebuilding works on. */
export interface Rebuilding {
  readonly realm: Realm;
  readonly importer: Importer;
  readonly privates: PrivateFieldWriter;
  code(hash: Hash): Code;
  /** The file with a key; it has no variables if the shipment names none. */
  file(key: string): FileVariables;
  /** The value that a file's variable gets; undefined if it keeps the one that it has. */
  pending(key: string, name: string): { readonly slot: Slot; readonly build: GraphBuild } | undefined;
  /** The variable has got it. */
  done(key: string, name: string): void;
  /** Where a shared object is made; undefined if it is there. */
  shared(id: string): Target | undefined;
  /** Words for a slot's value that change when the master gives it something else. */
  versionOf(slot: Slot, build: GraphBuild): string;
  /** Whether a slot is a shared object that takes the place of an older one. */
  isReplaced(slot: Slot, build: GraphBuild): boolean;
  /** The root of a part's graph. */
  part(hash: Hash, copy: number): Target;
}

/** Makes everything: also functions and classes, from source text. */
export class CodeMaker extends DataMaker {
  readonly builder: Builder = new Builder(this);
  readonly #rebuilding: Rebuilding;
  readonly #scopes = new ClosureScopes();

  constructor(rebuilding: Rebuilding) {
    super();
    this.#rebuilding = rebuilding;
  }

  get privates(): PrivateFieldWriter {
    return this.#rebuilding.privates;
  }

  follow(node: GraphNode): Target | { readonly object: unknown } | undefined {
    const { realm, importer } = this.#rebuilding;
    switch (node[0]) {
      case "shared":
        return this.#rebuilding.shared(node[1]) ?? { object: realm.find(node[1]) };
      case "part":
        return this.#rebuilding.part(node[1], node[2]);
      case "import":
        return { object: importer.get(node) };
      default:
        return undefined;
    }
  }

  override needs(node: GraphNode, build: GraphBuild): readonly Need[] {
    switch (node[0]) {
      case "class":
        return [{ slot: node[3], build, isComplete: true }, ...this.#eagerNeeds(node, build)];
      case "member":
        return [
          { slot: node[1], build, isComplete: false },
          { slot: node[3], build, isComplete: false },
        ];
      case "bound":
        return [node[1], node[2], ...node[3]].map((slot) => ({ slot, build, isComplete: false }));
      default:
        return super.needs(node, build);
    }
  }

  override make(node: GraphNode, build: GraphBuild): unknown {
    switch (node[0]) {
      case "function":
        return this.#compile(node[1], node[2], undefined, build);
      case "class":
        return this.#class(node, build);
      case "member":
        return this.#member(node, build);
      case "bound":
        return this.#bound(node, build);
      case "scope":
        // Made by the first function in it.
        return undefined;
      case "require":
        return this.#rebuilding.importer.require(node[1]);
      case "open":
        return this.#rebuilding.realm.openObject(node[1]).object;
      default:
        return super.make(node, build);
    }
  }

  override *parts(node: GraphNode, build: GraphBuild): Iterable<Slot | Target> {
    switch (node[0]) {
      case "function":
        yield node[2];
        yield* specialParts(node[3]);
        yield* specialParts(node[4]);
        yield node[5];
        yield* this.#moduleParts(node[1]);
        return;
      case "class":
        yield node[2];
        yield* specialParts(node[4]);
        yield* specialParts(node[5]);
        yield* this.#moduleParts(node[1]);
        return;
      case "bound":
        yield* [node[1], node[2], ...node[3]];
        return;
      case "scope":
        yield node[1];
        yield* node[3];
        return;
      case "open":
        yield* propertyParts(node[2]);
        yield* specialParts(node[3]);
        return;
      default:
        yield* super.parts(node, build);
    }
  }

  override fill(node: GraphNode, object: unknown, build: GraphBuild): boolean {
    switch (node[0]) {
      case "function":
      case "class":
        return this.#fillFunction(node, object as object, build);
      case "scope":
        // One by one: a function may be called, by a class's static field, before all of them are there.
        return node[2].map((_, index) => this.#setIfThere({ node, index }, build)).every(Boolean);
      case "open":
        if (![...this.parts(node, build)].every((part) => this.isMade(part, build))) {
          return false;
        }
        this.#addMembers(node, build);
        return true;
      default:
        return super.fill(node, object, build);
    }
  }

  #fillFunction(node: NodeOf<"function" | "class">, fn: object, build: GraphBuild): boolean {
    const [own, inherited] = node[0] === "class" ? [node[4], node[5]] : [node[3], node[4]];
    const parent = node[0] === "function" ? node[5] : undefined;
    const areNamesSet = this.#setModuleNames(this.#rebuilding.code(node[1]));
    const slots = [...specialParts(own), ...specialParts(inherited), parent];
    if (!slots.every((slot) => this.isMade(slot, build))) {
      return false;
    }
    this.defineSpecial(fn, own, build);
    const { prototype } = fn as { prototype: object };
    this.defineSpecial(prototype, inherited, build);
    if (parent !== undefined) {
      Object.setPrototypeOf(prototype, this.builder.value(parent, build) as object | null);
    }
    return areNamesSet;
  }

  /** Gives a file's variable the value that came for it; false if that is not made yet. */
  setModuleName(key: string, name: string): boolean {
    const pending = this.#rebuilding.pending(key, name);
    if (pending === undefined) {
      return true;
    }
    if (!this.isMade(pending.slot, pending.build)) {
      return false;
    }
    this.#rebuilding.file(key).set(name, this.builder.value(pending.slot, pending.build));
    this.#rebuilding.done(key, name);
    return true;
  }

  #compile(hash: Hash, scopeSlot: Slot, parent: unknown, build: GraphBuild): object {
    const code = this.#rebuilding.code(hash);
    const file = this.#rebuilding.file(code.module);
    const scope = this.#scopes.scopeOf(scopeSlot, build, file);
    const owner = (name: string): VariableScope => scope?.owner(name) ?? file;
    return compile(code, {
      evaluate: (scope ?? file).evaluate,
      follow: (name: string, listener: Listener) => {
        owner(name).follow(name, listener);
      },
      live: (name: string, module: string | undefined): Accessor => {
        const accessor = (module === undefined ? owner(name) : this.#rebuilding.file(module)).accessor(name);
        if (accessor === undefined) {
          throw new RebuildError(`variable ${name} did not come with the function ${code.name} that uses it`);
        }
        return accessor;
      },
      importFrom: file.importFrom,
      meta: file.meta,
      parent,
    });
  }

  #class(node: NodeOf<"class">, build: GraphBuild): object {
    const [, hash, scopeSlot, parentSlot] = node;
    const code = this.#rebuilding.code(hash);
    this.#scopes.scopeOf(scopeSlot, build, this.#rebuilding.file(code.module));
    for (const variable of findVariables(code.eagerNames, scopeSlot, build)) {
      this.#setIfThere(variable, build);
    }
    this.#setModuleNames(code);
    const Class = this.#compile(hash, scopeSlot, this.builder.value(parentSlot, build), build) as {
      readonly prototype: object;
    };
    this.#rebuilding.realm.describeClass(Class, code.privateFields);
    return Class;
  }

  #eagerNeeds([, hash, scopeSlot]: NodeOf<"class">, build: GraphBuild): Need[] {
    const code = this.#rebuilding.code(hash);
    const captured = Array.from(findVariables(code.eagerNames, scopeSlot, build), ({ node, index }) => node[3][index]);
    const ofFile = code.eagerNames.flatMap((name) => this.#rebuilding.pending(code.module, name) ?? []);
    return [...captured.map((slot) => ({ slot, build })), ...ofFile].map((each) => ({ ...each, isComplete: true }));
  }

  #setIfThere(variable: ScopeVariable, build: GraphBuild): boolean {
    const slot = variable.node[3][variable.index];
    if (!this.isMade(slot, build)) {
      return false;
    }
    this.#scopes.set(variable, this.builder.value(slot, build));
    return true;
  }

  *#moduleParts(hash: Hash): Generator<Target> {
    const code = this.#rebuilding.code(hash);
    for (const [key, name] of variablesOf(code)) {
      const pending = this.#rebuilding.pending(key, name);
      if (pending !== undefined && isReference(pending.slot)) {
        yield { build: pending.build, index: pending.slot[0] };
      }
    }
  }

  #setModuleNames(code: Code): boolean {
    return Array.from(variablesOf(code), ([key, name]) => this.setModuleName(key, name)).every(Boolean);
  }

  #member([, of, isStatic, keySlot, which]: NodeOf<"member">, build: GraphBuild): unknown {
    const Class = this.builder.value(of, build) as { prototype: object };
    const key = this.builder.value(keySlot, build) as PropertyKey;
    const first = this.#rebuilding.realm.member(Class, isStatic, key)?.[which] as unknown;
    return first ?? Object.getOwnPropertyDescriptor(isStatic ? Class : Class.prototype, key)?.[which];
  }

  #bound([, target, self, args, name]: NodeOf<"bound">, build: GraphBuild): unknown {
    const fn = this.builder.value(target, build) as (...args: unknown[]) => unknown;
    const values = args.map((arg) => this.builder.value(arg, build));
    const bound = Function.prototype.bind.call(fn, this.builder.value(self, build), ...values) as object;
    return Object.defineProperty(bound, "name", { value: name, configurable: true });
  }

  /** Members come one by one, and the worker's own changes stay until the master's value changes. */
  #addMembers([, id, properties, special, lives]: NodeOf<"open">, build: GraphBuild): void {
    const { object, versions } = this.#rebuilding.realm.openObject(id);
    for (let i = 0; i < properties.length; i += 2) {
      const [name, slot] = [properties[i] as string, properties[i + 1]];
      const version = this.#rebuilding.versionOf(slot, build);
      if (versions.get(name) !== version || this.#rebuilding.isReplaced(slot, build)) {
        versions.set(name, version);
        this.defineProperties(object, [name, slot], build);
      }
    }
    this.defineSpecial(object, special, build);
    for (const [name, module, local] of lives) {
      const accessor = this.#rebuilding.file(module).accessor(local)!;
      Object.defineProperty(object, name, { get: accessor.get, enumerable: true, configurable: true });
    }
  }
}

/** The variables of files that a function uses: file and name. */
function* variablesOf(code: Code): Generator<readonly [key: string, name: string]> {
  for (const name of code.moduleNames) {
    yield [code.module, name];
  }
  for (const { name, module } of code.lives) {
    if (module !== undefined) {
      yield [module, name];
    }
  }
}
