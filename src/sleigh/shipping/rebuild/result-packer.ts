import type { Properties } from "../pack/graph.ts";
import type { Draft, DraftSlot, Origins, Place } from "../pack/packing.ts";
import type { Inspector } from "../inspector.ts";
import type { Importer } from "./importer.ts";
import type { Realm } from "./realm.ts";

/** Packs what goes back to the master: data, and instances of classes that came from there or from packages. */
export class ResultPacker implements Origins {
  readonly #realm: Realm;
  readonly #importer: Importer;
  readonly #inspector: () => Inspector | undefined;
  readonly #privateFields: (Class: object) => readonly string[];

  /** `privateFields` tells the names of the private fields that a class itself (not its superclasses) declares. */
  constructor(
    realm: Realm,
    importer: Importer,
    inspector: () => Inspector | undefined,
    privateFields: (Class: object) => readonly string[],
  ) {
    this.#realm = realm;
    this.#importer = importer;
    this.#inspector = inspector;
    this.#privateFields = privateFields;
  }

  known(object: object): Draft | undefined {
    if (typeof object !== "function") {
      return undefined;
    }
    const id = this.#realm.idOf(object);
    return id === undefined ? (this.#importer.nameOf(object) ?? nativeClass(object)) : ["shared", id];
  }

  sharedId(): undefined {
    return undefined;
  }

  packFunction(fn: object, at: Place): Draft {
    const { name } = fn as { name: unknown };
    const what = typeof name === "string" && name !== "" ? `the function ${name}` : "a function";
    return at.refuse(`${what} cannot be returned to the master, which does not have it; return data`);
  }

  /** Other instances go back as their fields, as they would be kept in a workspace. */
  hasClass(constructor: object): boolean {
    return this.#realm.idOf(constructor) !== undefined || this.#importer.nameOf(constructor) !== undefined;
  }

  privateFields(instance: object, constructor: object, at: Place): Properties | readonly (string | DraftSlot)[] {
    const declared = new Set<string>();
    for (let at: unknown = constructor; typeof at === "function"; at = Object.getPrototypeOf(at)) {
      this.#privateFields(at).forEach((name) => declared.add(name));
    }
    if (declared.size === 0) {
      return [];
    }
    const inspector = this.#inspector();
    if (inspector === undefined) {
      return at.refuse(
        `an instance of ${String((constructor as { name?: unknown }).name)} has private fields, and there is no inspector to read them`,
      );
    }
    return inspector
      .look(() => inspector.privateFields(instance))
      .filter(({ name }) => declared.has(name))
      .flatMap(({ name, value }) => [name, at.property(name, value)]);
  }
}

/** Errors' classes and their like, which the other side has under the same name. */
function nativeClass(Class: object): Draft | undefined {
  const { name } = Class as { name: unknown };
  return typeof name === "string" && (globalThis as Readonly<Record<string, unknown>>)[name] === Class
    ? ["global", name]
    : undefined;
}
