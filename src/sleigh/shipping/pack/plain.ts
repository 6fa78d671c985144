import { types } from "node:util";

/** So many objects are looked at before those that were seen are remembered: most values have fewer. */
const FEW = 100;
const MAX_DEPTH = 100;

const leafPrototypes = new Set<unknown>(
  [
    ArrayBuffer,
    BigInt,
    BigInt64Array,
    BigUint64Array,
    Boolean,
    Buffer,
    DataView,
    Date,
    Float32Array,
    Float64Array,
    Int16Array,
    Int32Array,
    Int8Array,
    Number,
    RegExp,
    String,
    URL,
    Uint16Array,
    Uint32Array,
    Uint8Array,
    Uint8ClampedArray,
  ].map((each) => each.prototype as unknown),
);

/**
 * Whether the codec alone can carry `value` so that it comes back as it was: data without functions, symbols and
 * instances of classes. Very deep values are not counted as plain.
 */
export function isPlain(value: unknown): boolean {
  return isPlainPrimitive(value) ?? new PlainCheck(false).isPlain(value as object, 0);
}

/**
 * Whether the codec can carry `value` as a whole, and the objects in it that were looked at to find out: all, if it can.
 * Unlike `isPlain`, does not take the value of a getter for the getter.
 */
export function lookIfPlain(value: object): { readonly isPlain: boolean; readonly members: ReadonlySet<object> } {
  const check = new PlainCheck(true);
  return { isPlain: check.isPlain(value, 0), members: check.seen };
}

/** Whether `value` is an object without parts, which the codec writes as a whole. */
export function isLeaf(value: object): boolean {
  return leafPrototypes.has(Object.getPrototypeOf(value));
}

/** Undefined for an object. */
function isPlainPrimitive(value: unknown): boolean | undefined {
  if (typeof value === "object" && value !== null) {
    return undefined;
  }
  return typeof value !== "function" && typeof value !== "symbol";
}

class PlainCheck {
  readonly seen = new Set<object>();
  readonly #isStrict: boolean;
  #count: number;

  constructor(isStrict: boolean) {
    this.#isStrict = isStrict;
    this.#count = isStrict ? FEW : 0;
  }

  isPlain(object: object, depth: number): boolean {
    if (++this.#count > FEW) {
      if (this.seen.has(object)) {
        return true;
      }
      this.seen.add(object);
    }
    if (depth > MAX_DEPTH || types.isProxy(object) || (this.#isStrict && !Object.isExtensible(object))) {
      return false;
    }
    switch (Object.getPrototypeOf(object) as unknown) {
      case Object.prototype:
      case null:
        return this.#isPlainObject(object as Readonly<Record<string, unknown>>, depth + 1);
      case Array.prototype:
        return this.#isPlainList(object as readonly unknown[], depth + 1);
      case Set.prototype:
        return this.#areAllPlain(object as ReadonlySet<unknown>, depth + 1);
      case Map.prototype: {
        const map = object as ReadonlyMap<unknown, unknown>;
        return this.#areAllPlain(map.keys(), depth + 1) && this.#areAllPlain(map.values(), depth + 1);
      }
      default:
        return isLeaf(object);
    }
  }

  /** Apart from other collections, because lists of numbers can be long: this loop is compiled for lists. */
  #isPlainList(list: readonly unknown[], depth: number): boolean {
    for (const item of list) {
      if (typeof item !== "number" && !(isPlainPrimitive(item) ?? this.isPlain(item as object, depth))) {
        return false;
      }
    }
    return true;
  }

  #areAllPlain(items: Iterable<unknown>, depth: number): boolean {
    for (const item of items) {
      if (!(isPlainPrimitive(item) ?? this.isPlain(item as object, depth))) {
        return false;
      }
    }
    return true;
  }

  #isPlainObject(object: Readonly<Record<string, unknown>>, depth: number): boolean {
    for (const key of Object.keys(object)) {
      if (this.#isStrict && Object.getOwnPropertyDescriptor(object, key)?.get !== undefined) {
        return false;
      }
      const value = object[key];
      if (!(isPlainPrimitive(value) ?? this.isPlain(value as object, depth))) {
        return false;
      }
    }
    return Object.getOwnPropertySymbols(object).length === 0;
  }
}
