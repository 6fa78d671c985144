import { types } from "node:util";
import type { Base } from "./graph.ts";
import type { Draft, DraftSlot, Place } from "./packing.ts";
import { isLeaf } from "./plain.ts";
import { integrityOf, ownProperties, specialProperty } from "./properties.ts";

/** The node of an object that is no function and not known by name. */
export function packObject(object: object, at: Place): Draft {
  if (types.isProxy(object)) {
    at.refuse("a Proxy cannot be sent; send what it stands for");
  }
  if (isLeaf(object)) {
    return ["data", object];
  }
  const owner = constructorOf(object);
  if (owner !== undefined) {
    return ["prototype", at.part("its constructor", owner)];
  }
  const prototype = Object.getPrototypeOf(object) as object | null;
  switch (prototype) {
    case Array.prototype:
      return packArray(object as readonly unknown[], at);
    case Map.prototype:
      return ["map", itemsOf(object, "map", at)];
    case Set.prototype:
      return ["set", itemsOf(object, "set", at)];
    case Object.prototype:
    case null:
      return packPlain(object, prototype === null ? null : true, at);
    default:
      return packOther(object, prototype, at);
  }
}

/** Properties of an array that are no elements are left behind, as they are when it is stored. */
function packArray(list: readonly unknown[], at: Place): Draft {
  for (let i = 0; i < list.length; i++) {
    if (!(i in list)) {
      return packSparse(list, at);
    }
  }
  return ["array", itemsOf(list, "array", at), integrityOf(list)];
}

function packSparse(list: readonly unknown[], at: Place): Draft {
  const items = Object.keys(list)
    .filter(isIndex)
    .flatMap((key) => [Number(key), at.element(Number(key), list[Number(key)])]);
  return ["sparse", list.length, items];
}

function packPlain(object: object, prototype: DraftSlot, at: Place): Draft {
  const integrity = integrityOf(object);
  const { properties, special } = ownProperties(object, at, integrity, () => false);
  return ["object", prototype, properties, special, integrity];
}

function packOther(object: object, prototype: object, at: Place): Draft {
  const constructor = constructorOf(prototype);
  refuseLive(object, constructor?.name ?? "", at);
  const base = baseOf(object);
  const isInstance = constructor !== undefined && at.packing.origins.hasClass(constructor, at);
  if (isInstance) {
    return packInstance(object, constructor, base, at);
  }
  if (base === "error") {
    return packInstance(object, nativeError(object), base, at);
  }
  if (base !== "object") {
    return [base, itemsOf(object, base, at), undefined];
  }
  if (constructor === undefined && typeof prototype === "object") {
    // Made by Object.create: the prototype travels as what it is, an object.
    return packPlain(object, at.part("prototype", prototype), at);
  }
  if (Object.keys(object).length === 0 && !isEmptyRecord(object)) {
    at.refuse(`${article(constructor?.name ?? "")} cannot be sent: it does not show what it holds; send its contents`);
  }
  // As a workspace would keep it: its fields without its class.
  return packPlain(Object.fromEntries(Object.entries(object)), true, at);
}

function packInstance(object: object, constructor: object, base: Base, at: Place): Draft {
  const { origins } = at.packing;
  const integrity = integrityOf(object);
  const isItem = base === "array" ? isIndex : () => false;
  const isSkipped = (key: string | symbol): boolean =>
    isItem(key) || (base === "array" && key === "length") || (base === "error" && key === "stack");
  const { properties, special } = ownProperties(object, at, integrity, isSkipped);
  const stack = base === "error" && Object.hasOwn(object, "stack") ? [stackOf(object as Error, at)] : [];
  const privates = origins.privateFields(object, constructor, at);
  const of = at.part("its class", constructor);
  const items = itemsOf(object, base, at);
  return ["instance", of, base, items, properties, [...special, ...stack], privates, integrity];
}

/** In some engines an accessor of the error itself. */
function stackOf(error: Error, at: Place): ReturnType<typeof specialProperty> {
  return specialProperty("stack", { value: error.stack, writable: true, configurable: true, enumerable: false }, at);
}

function itemsOf(object: object, base: Base, at: Place): DraftSlot[] {
  switch (base) {
    case "array":
      return Array.from(object as readonly unknown[], (item, index) => at.element(index, item));
    case "map":
      return [...(Map.prototype.entries.call(object) as MapIterator<[unknown, unknown]>)].flatMap(([key, item]) => [
        at.part("the key of an entry", key),
        at.entry(key, item),
      ]);
    case "set":
      return Array.from(Set.prototype.values.call(object) as SetIterator<unknown>, (item) => at.part("a member", item));
    default:
      return [];
  }
}

function baseOf(object: object): Base {
  if (Array.isArray(object)) {
    return "array";
  }
  if (types.isMap(object)) {
    return "map";
  }
  if (types.isSet(object)) {
    return "set";
  }
  return types.isNativeError(object) ? "error" : "object";
}

/** The class whose `prototype` this is. */
export function constructorOf(prototype: object): (new () => object) | undefined {
  const constructor: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
  return typeof constructor === "function" && constructor.prototype === prototype
    ? (constructor as new () => object)
    : undefined;
}

/** JavaScript's own class that an error of an unknown class is nearest to. */
function nativeError(error: object): object {
  for (const known of [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, AggregateError]) {
    if (error instanceof known) {
      return known;
    }
  }
  return Error;
}

/** Refuses what is alive: it is bound to this process. */
function refuseLive(object: object, name: string, at: Place): void {
  const { on, emit, addEventListener } = object as { on?: unknown; emit?: unknown; addEventListener?: unknown };
  if ((typeof on === "function" && typeof emit === "function") || typeof addEventListener === "function") {
    at.refuse(`${article(name)} cannot be sent; open it on the worker with eachWorker`);
  }
  if (types.isPromise(object)) {
    at.refuse("a Promise cannot be sent; await it first");
  }
  if (types.isWeakMap(object) || types.isWeakSet(object) || object instanceof WeakRef) {
    at.refuse(`${article(name)} cannot be sent: nothing can list what it holds; use a Map, a Set or the object itself`);
  }
  if (types.isGeneratorObject(object)) {
    at.refuse("a generator that runs cannot be sent; send the function that makes it, or a list of its values");
  }
  if (types.isSharedArrayBuffer(object)) {
    at.refuse("a SharedArrayBuffer cannot be sent: other processes cannot share it; send a copy");
  }
}

function isEmptyRecord(object: object): boolean {
  return Object.prototype.toString.call(object) === "[object Object]" && !types.isExternal(object);
}

function isIndex(key: string | symbol): boolean {
  return typeof key === "string" && String(Number(key) >>> 0) === key && key !== "4294967295";
}

function article(name: string): string {
  const shown = name === "" ? "object without a class" : name;
  return `${/^[aeiou]/i.test(shown) ? "an" : "a"} ${shown}`;
}
