import type { Hash } from "../pack/graph.ts";
import { fileEvaluate, VariableScope } from "./scope.ts";

/** The variables of one of the master's files on this worker, which all functions of the file share. */
export class FileVariables extends VariableScope {
  readonly importFrom: (specifier: unknown) => Promise<unknown>;
  readonly meta: object;
  /** What each variable was last set to by the master, in words that can be compared. */
  readonly versions = new Map<string, string>();

  constructor(importFrom: (specifier: unknown) => Promise<unknown>, meta: object) {
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

/** An object that stays. */
export interface SharedObject {
  readonly object: object;
  /** The part that it was made from. */
  readonly part: Hash;
  readonly isClass: boolean;
  /** The names of other shared objects that its part refers to. */
  readonly holds: readonly string[];
}

/** What stays on a worker from shipment to shipment: files' variables, what they hold, and classes. */
export class Realm {
  readonly files = new Map<string, FileVariables>();
  readonly #open = new Map<string, OpenObject>();
  readonly #shared = new Map<string, Omit<SharedObject, "object"> & { readonly object: WeakRef<object> }>();
  readonly #ids = new WeakMap<object, string>();
  readonly #privateFields = new WeakMap<object, readonly string[]>();
  readonly #members = new WeakMap<
    object,
    Readonly<Record<"own" | "prototype", Record<PropertyKey, PropertyDescriptor>>>
  >();
  // What nobody holds any more is made again when a shipment refers to it.
  readonly #gone = new FinalizationRegistry<string>((id) => {
    if (this.#shared.get(id)?.object.deref() === undefined) {
      this.#shared.delete(id);
    }
  });

  /** The exports of a file, as far as they came. */
  openObject(id: string): OpenObject {
    let known = this.#open.get(id);
    if (known === undefined) {
      known = { object: {}, versions: new Map() };
      this.#open.set(id, known);
    }
    return known;
  }

  /** How an object is, compared with the one in `part`. A class stays the same as long as anybody has it. */
  stateOf(id: string, part: Hash): "kept" | "gone" | "replaced" {
    const shared = this.#shared.get(id);
    if (shared?.object.deref() === undefined) {
      return "gone";
    }
    return shared.part === part || shared.isClass ? "kept" : "replaced";
  }

  /** The shared objects that an object's part refers to; undefined if the object is gone. */
  holdsOf(id: string): readonly string[] | undefined {
    return this.#shared.get(id)?.holds;
  }

  find(id: string): object | undefined {
    return this.#shared.get(id)?.object.deref();
  }

  findClass(id: string): object | undefined {
    const shared = this.#shared.get(id);
    return shared?.isClass === true ? shared.object.deref() : undefined;
  }

  keep(id: string, { object, ...rest }: SharedObject): void {
    this.#shared.set(id, { ...rest, object: new WeakRef(object) });
    this.#gone.register(object, id);
    this.#ids.set(object, id);
  }

  /** Remembers what the source of a class says, and what evaluating it gave, before anything takes the place of its members. */
  describeClass(Class: { readonly prototype: object }, privateFields: readonly string[]): void {
    this.#privateFields.set(Class, privateFields);
    this.#members.set(Class, {
      own: Object.getOwnPropertyDescriptors(Class),
      prototype: Object.getOwnPropertyDescriptors(Class.prototype),
    });
  }

  /** A member as the text of its class says. */
  member(Class: object, isStatic: boolean, key: PropertyKey): PropertyDescriptor | undefined {
    const members = this.#members.get(Class);
    return (isStatic ? members?.own : members?.prototype)?.[key];
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
