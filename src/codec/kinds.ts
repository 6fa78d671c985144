/*
 * What an object is, seen through subclasses, other realms (iframes, `node:vm`, test runners) and lying tags.
 */

/** The classes that travel as themselves; typed arrays are told apart by `typedArrayName`. */
export type Kind =
  | "ArrayBuffer"
  | "Boolean"
  | "BigInt"
  | "DataView"
  | "Date"
  | "Error"
  | "Map"
  | "Number"
  | "RegExp"
  | "Set"
  | "String"
  | "URL";

/** A getter or method that works on the real thing only, and throws on anything else. */
const probes: Record<Exclude<Kind, "Error">, (value: object) => unknown> = {
  ArrayBuffer: getterOf(ArrayBuffer.prototype, "byteLength"),
  BigInt: methodOf(BigInt.prototype, "valueOf"),
  Boolean: methodOf(Boolean.prototype, "valueOf"),
  DataView: getterOf(DataView.prototype, "buffer"),
  Date: methodOf(Date.prototype, "getTime"),
  Map: getterOf(Map.prototype, "size"),
  Number: methodOf(Number.prototype, "valueOf"),
  RegExp: getterOf(RegExp.prototype, "source"),
  Set: getterOf(Set.prototype, "size"),
  String: methodOf(String.prototype, "valueOf"),
  URL: getterOf(URL.prototype, "href"),
};

const kindNames = new Set<string>([...Object.keys(probes), "Error"]);

/** Subclasses may have a tag of their own; these are worth a look then. */
const subclassed: readonly (readonly [new (...args: never[]) => object, Kind])[] = [
  [Error, "Error"],
  [Map, "Map"],
  [Set, "Set"],
  [Date, "Date"],
  [RegExp, "RegExp"],
  [ArrayBuffer, "ArrayBuffer"],
];

/** Which of the built-in kinds `value` is; undefined for an instance of any other class. */
export function kindOf(value: object): Kind | undefined {
  const tag = classTag(value);
  const kind = kindNames.has(tag) ? (tag as Kind) : subclassed.find(([Class]) => value instanceof Class)?.[1];
  return kind !== undefined && isReally(kind, value) ? kind : undefined;
}

/** The `X` of `[object X]`: `Object` for most instances of classes, `Promise`, `Generator`, ... */
export function classTag(value: object): string {
  return Object.prototype.toString.call(value).slice("[object ".length, -1);
}

/** The name of the value's class, for messages. */
export function className(value: object): string {
  const { constructor } = value as { constructor?: unknown };
  const name = typeof constructor === "function" ? constructor.name : "";
  return name === "" ? classTag(value) : name;
}

function isReally(kind: Kind, value: object): boolean {
  if (kind === "Error") {
    return true;
  }
  try {
    probes[kind](value);
    return true;
  } catch {
    return false;
  }
}

function getterOf(prototype: object, name: string): (value: object) => unknown {
  const getter = Object.getOwnPropertyDescriptor(prototype, name) as { get: () => unknown };
  return (value) => Reflect.apply(getter.get, value, []);
}

function methodOf(prototype: object, name: string): (value: object) => unknown {
  const method = Reflect.get(prototype, name) as () => unknown;
  return (value) => Reflect.apply(method, value, []);
}
