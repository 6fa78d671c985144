import type { Hash, Slot } from "../pack/graph.ts";
import { fileEvaluate, VariableScope } from "./scope.ts";

/** The variables of one of the master's files on this worker, which all functions of the file share. */
export class FileVariables extends VariableScope {
  readonly importFrom: (specifier: string) => Promise<unknown>;
  readonly meta: object;
  /** What each variable was last set to by the master, in words that can be compared. */
  readonly versions = new Map<string, string>();

  constructor(importFrom: (specifier: string) => Promise<unknown>, meta: object) {
    super(fileEvaluate(importFrom, meta));
    this.importFrom = importFrom;
    this.meta = meta;
  }
}

/** An object that grows by members: the exports of one of the master's files. */
export interface OpenObject {
  readonly object: object;
  readonly versions: Map<string, string>;
}

interface SharedObject {
  readonly object: WeakRef<object>;
  /** The part that it was made from. */
  readonly part: Hash;
  readonly isClass: boolean;
}

/** What stays on a worker from shipment to shipment: files' variables, what they hold, and classes. */
export class Realm {
  readonly files = new Map<string, FileVariables>();
  readonly open = new Map<string, OpenObject>();
  readonly #shared = new Map<string, SharedObject>();
  readonly #ids = new WeakMap<object, string>();
  readonly #privateFields = new WeakMap<object, readonly string[]>();
  // What nobody holds any more is made again when a shipment refers to it.
  readonly #gone = new FinalizationRegistry<string>((id) => {
    if (this.#shared.get(id)?.object.deref() === undefined) {
      this.#shared.delete(id);
    }
  });

  /** The object of a name, if it was made from `part` or is a class, which stays the same as long as anybody has it. */
  current(id: string, part: Hash): object | undefined {
    const shared = this.#shared.get(id);
    return shared?.part === part || shared?.isClass === true ? shared.object.deref() : undefined;
  }

  find(id: string): object | undefined {
    return this.#shared.get(id)?.object.deref();
  }

  findClass(id: string): object | undefined {
    const shared = this.#shared.get(id);
    return shared?.isClass === true ? shared.object.deref() : undefined;
  }

  keep(id: string, object: object, part: Hash, isClass: boolean): void {
    this.#shared.set(id, { object: new WeakRef(object), part, isClass });
    this.#gone.register(object, id);
    this.#ids.set(object, id);
  }

  /** Remembers what the source of a class says. */
  describeClass(Class: object, privateFields: readonly string[]): void {
    this.#privateFields.set(Class, privateFields);
  }

  /** The private fields that a class (not its superclasses) declares. */
  privateFields(Class: object): readonly string[] {
    return this.#privateFields.get(Class) ?? [];
  }

  /** The master's name for a function or class of its own; undefined for everything else. */
  idOf(object: object): string | undefined {
    return typeof object === "function" ? this.#ids.get(object) : undefined;
  }
}

/** Words for a slot's value that change when the master gives the variable something else. */
export function versionOf(slot: Slot, nodes: readonly (readonly unknown[])[]): string {
  if (typeof slot !== "object" || slot === null) {
    return `${typeof slot} ${Object.is(slot, -0) ? "-0" : String(slot)}`;
  }
  const node = nodes[slot[0]]!;
  // An open object is the same one whatever its members are.
  return node[0] === "open" ? `open ${String(node[1])}` : JSON.stringify(node);
}
