import { RebuildError } from "../errors.ts";
import {
  PropertyFlag,
  type GraphNode,
  type Integrity,
  type Properties,
  type Slot,
  type Special,
} from "../pack/graph.ts";
import { isTarget, type Builder, type Maker, type Need } from "./builder.ts";
import type { GraphBuild, Target } from "./graph-build.ts";

export type NodeOf<K extends GraphNode[0]> = Extract<GraphNode, readonly [K, ...unknown[]]>;

/** Writes and makes instances of classes with private fields. */
export interface PrivateFieldWriter {
  write(instance: object, fields: readonly (readonly [name: string, value: unknown])[]): void;
}

/** Makes data and instances of classes. Runs no code that arrived: nodes of functions are refused. */
export abstract class DataMaker implements Maker {
  abstract readonly builder: Builder;
  abstract readonly privates: PrivateFieldWriter;

  /** What is known by name on this side. */
  abstract follow(node: GraphNode, build: GraphBuild): Target | { readonly object: unknown } | undefined;

  needs(node: GraphNode, build: GraphBuild): readonly Need[] {
    return node[0] === "instance" || node[0] === "prototype" ? [{ slot: node[1], build, isComplete: true }] : [];
  }

  make(node: GraphNode, build: GraphBuild): unknown {
    switch (node[0]) {
      case "data":
        return node[1];
      case "array":
        return [];
      case "sparse": {
        const list: unknown[] = [];
        list.length = node[1];
        return list;
      }
      case "object":
        return node[1] === null ? Object.create(null) : {};
      case "map":
        return new Map();
      case "set":
        return new Set();
      case "instance":
        return this.#instance(node, build);
      case "prototype":
        return (this.builder.value(node[1], build) as { prototype: unknown }).prototype;
      case "symbol":
        return symbolOf(node);
      case "global":
        return globalOf(node[1]);
      default:
        throw new RebuildError(`a ${node[0]} is not expected here`);
    }
  }

  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- code needs it for the functions of its scopes, data do not
  *parts(node: GraphNode, _build: GraphBuild): Iterable<Slot | Target> {
    switch (node[0]) {
      case "array":
      case "map":
      case "set":
        yield* node[1];
        return;
      case "sparse":
        yield* node[2].filter((_, index) => index % 2 === 1);
        return;
      case "object":
        yield node[1];
        yield* propertyParts(node[2]);
        yield* specialParts(node[3]);
        return;
      case "instance":
        yield* node[3];
        yield* propertyParts(node[4]);
        yield* specialParts(node[5]);
        yield* propertyParts(node[6]);
        return;
      default:
    }
  }

  fill(node: GraphNode, object: unknown, build: GraphBuild): boolean {
    for (const part of this.parts(node, build)) {
      if (!this.isMade(part, build)) {
        return false;
      }
    }
    this.#fillData(node, object as object, build);
    return true;
  }

  /** Whether a part of a node of `build` is there. */
  isMade(part: Slot | Target, build: GraphBuild): boolean {
    return isTarget(part) ? this.builder.isMade([part.index], part.build) : this.builder.isMade(part, build);
  }

  #fillData(node: GraphNode, object: object, build: GraphBuild): void {
    const value = (slot: Slot): unknown => this.builder.value(slot, build);
    switch (node[0]) {
      case "array":
      case "map":
      case "set":
        fillItems(node[0], object, node[1].map(value));
        close(object, node[0] === "array" ? node[2] : undefined);
        return;
      case "sparse":
        for (let i = 0; i < node[2].length; i += 2) {
          (object as unknown[])[node[2][i] as number] = value(node[2][i + 1]);
        }
        return;
      case "object":
        if (typeof node[1] === "object" && node[1] !== null) {
          Object.setPrototypeOf(object, value(node[1]) as object);
        }
        this.defineProperties(object, node[2], build);
        this.defineSpecial(object, node[3], build);
        close(object, node[4]);
        return;
      case "instance":
        fillItems(node[2], object, node[3].map(value));
        this.defineProperties(object, node[4], build);
        this.defineSpecial(object, node[5], build);
        this.#writePrivates(object, node[6], build);
        close(object, node[7]);
        return;
      default:
    }
  }

  defineProperties(object: object, properties: Properties, build: GraphBuild): void {
    for (let i = 0; i < properties.length; i += 2) {
      const key = properties[i] as string;
      const value = this.builder.value(properties[i + 1], build);
      Object.defineProperty(object, key, { value, enumerable: true, writable: true, configurable: true });
    }
  }

  defineSpecial(object: object, special: readonly Special[], build: GraphBuild): void {
    for (const [keySlot, flags, first, setter] of special) {
      const value = this.builder.value(first, build);
      const enumerable = (flags & PropertyFlag.enumerable) !== 0;
      const configurable = (flags & PropertyFlag.configurable) !== 0;
      const descriptor =
        (flags & PropertyFlag.accessor) === 0
          ? { value, enumerable, configurable, writable: (flags & PropertyFlag.writable) !== 0 }
          : { get: value, set: this.builder.value(setter, build), enumerable, configurable };
      Object.defineProperty(
        object,
        this.builder.value(keySlot, build) as PropertyKey,
        descriptor as PropertyDescriptor,
      );
    }
  }

  #instance(node: NodeOf<"instance">, build: GraphBuild): object {
    const [, of, base, , , , privates] = node;
    const Class = this.builder.value(of, build) as (new () => object) | undefined;
    if (typeof Class !== "function") {
      throw new RebuildError("the class of an instance is not known here");
    }
    if (privates.length > 0) {
      // Only a class's own constructor can give an object the class's private fields.
      return construct(Class);
    }
    switch (base) {
      case "array":
        return Reflect.construct(Array, [], Class);
      case "map":
        return Reflect.construct(Map, [], Class);
      case "set":
        return Reflect.construct(Set, [], Class);
      case "error": {
        const error = Reflect.construct(Error, [], Class) as object;
        // Where it was made again is of no interest.
        Reflect.deleteProperty(error, "stack");
        return error;
      }
      case "object":
        return Object.create(Class.prototype as object) as object;
    }
  }

  #writePrivates(object: object, privates: Properties, build: GraphBuild): void {
    if (privates.length > 0) {
      const fields: (readonly [string, unknown])[] = [];
      for (let i = 0; i < privates.length; i += 2) {
        fields.push([privates[i] as string, this.builder.value(privates[i + 1], build)]);
      }
      this.privates.write(object, fields);
    }
  }
}

export function* propertyParts(properties: Properties): Generator<Slot> {
  for (let i = 1; i < properties.length; i += 2) {
    yield properties[i];
  }
}

export function* specialParts(special: readonly Special[]): Generator<Slot> {
  for (const [key, , first, second] of special) {
    yield key;
    yield first;
    yield second;
  }
}

function fillItems(base: NodeOf<"instance">[2], object: object, items: readonly unknown[]): void {
  switch (base) {
    case "array":
      for (const item of items) {
        (object as unknown[])[(object as unknown[]).length] = item;
      }
      return;
    case "map":
      for (let i = 0; i < items.length; i += 2) {
        Map.prototype.set.call(object, items[i], items[i + 1]);
      }
      return;
    case "set":
      for (const item of items) {
        Set.prototype.add.call(object, item);
      }
      return;
    default:
  }
}

function close(object: object, integrity: Integrity): void {
  switch (integrity) {
    case "frozen":
      Object.freeze(object);
      return;
    case "sealed":
      Object.seal(object);
      return;
    case "closed":
      Object.preventExtensions(object);
      return;
    case undefined:
  }
}

function construct(Class: new () => object): object {
  try {
    return new Class();
  } catch (error) {
    const what = `an instance of ${Class.name} cannot be made here: it has private fields, which only its constructor can`;
    throw new RebuildError(`${what} make, and that fails when it is called without arguments`, { cause: error });
  }
}

function symbolOf([, name, kind]: NodeOf<"symbol">): symbol {
  switch (kind) {
    case "registered":
      return Symbol.for(name);
    case "well-known":
      return (Symbol as unknown as Readonly<Record<string, symbol>>)[name]!;
    case "unique":
      return Symbol(name);
  }
}

function globalOf(path: string): unknown {
  let value: unknown = globalThis;
  for (const name of path.split(".")) {
    value = (value as Readonly<Record<string, unknown>> | undefined)?.[name];
  }
  if (value === undefined) {
    throw new RebuildError(`${path} is not defined here; is this another version of Node?`);
  }
  return value;
}
