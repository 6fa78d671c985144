import { errorClasses, Major, Tag } from "./cbor-format.ts";
import { INDEFINITE, type CborInput } from "./cbor-input.ts";
import { readError } from "./read-error.ts";
import { Tagged } from "./tagged.ts";
import type { ValueReader } from "./value-reader.ts";

const NOT_SHARED = -1;
const LONGEST_ARRAY = 2 ** 32 - 1;

/** Holes that an array may have for each element, and at all, before it is kept in the engine's sparse form. */
const DENSE_ENOUGH = 4;

type Build = (args: GenericArguments, slot: number) => unknown;

/** Builders by type name. A Map, not an object: a received name must not find `constructor`. */
const builders = new Map<unknown, Build>([
  ["RegExp", readRegExp],
  ["Array", readSparseArray],
  ["ArrayBuffer", (args) => bytesFrom(args).buffer],
  ["DataView", (args) => new DataView(bytesFrom(args).buffer)],
  ["Number", (args) => boxed(args, "number")],
  ["String", (args) => boxed(args, "string")],
  ["Boolean", (args) => boxed(args, "boolean")],
  ["BigInt", (args) => boxed(args, "bigint")],
  ...Object.entries(errorClasses).map(([name, Class]): [string, Build] => [
    name,
    (args, slot) => readError(Class, args, slot),
  ]),
]);

/** The items of 27([type, ...arguments]), read one by one, since later ones may refer to the object made from the earlier. */
export class GenericArguments {
  readonly reader: ValueReader;
  readonly #count: number;
  readonly #depth: number;
  #done = 0;
  #isAtEnd = false;

  constructor(reader: ValueReader, count: number, depth: number) {
    this.reader = reader;
    this.#count = count;
    this.#depth = depth;
  }

  /** Whether there is another one; if so, `next` must be called. */
  hasNext(): boolean {
    this.#isAtEnd ||= this.#count === INDEFINITE ? this.reader.input.takeBreak() : this.#done === this.#count;
    return !this.#isAtEnd;
  }

  /** The next one; undefined if there are no more. */
  next(): unknown {
    if (!this.hasNext()) {
      return undefined;
    }
    this.#done++;
    return this.reader.item(this.#depth, NOT_SHARED);
  }
}

/** What is under tag 27: an array of a type's name and the arguments to make one. A type not known here stays `Tagged`. */
export function readGenericObject(reader: ValueReader, depth: number, slot: number): unknown {
  const initial = reader.input.byte();
  if (initial >> 5 !== Major.array) {
    reader.input.fail("tag 27 is not on an array");
  }
  const args = new GenericArguments(reader, reader.input.count(initial, 1), reader.deeper(depth));
  const type = args.next();
  const build = builders.get(type);
  if (build === undefined) {
    const items = [type];
    const tagged = new Tagged(Tag.genericObject, items);
    reader.share(slot, tagged);
    while (args.hasNext()) {
      items.push(args.next());
    }
    return tagged;
  }
  const object = build(args, slot);
  while (args.hasNext()) {
    args.next();
  }
  return object;
}

function readRegExp(args: GenericArguments): RegExp {
  const source = args.next();
  const flags = args.next() ?? "";
  if (typeof source !== "string" || typeof flags !== "string") {
    args.reader.input.fail("a RegExp is not made of two texts");
  }
  return new RegExp(source, flags);
}

/** 27(["Array", length, {index: element}]): costs what its elements cost, whatever length it announces. */
function readSparseArray(args: GenericArguments, slot: number): unknown[] {
  const input: CborInput = args.reader.input;
  const list: unknown[] = [];
  args.reader.share(slot, list);
  const length = args.next();
  const elements = args.next();
  if (typeof length !== "number" || !Number.isInteger(length) || length < 0 || length > LONGEST_ARRAY) {
    input.fail("a sparse array has no length");
  }
  // A map without keys is read as an object.
  const entries = elements instanceof Map ? (elements as ReadonlyMap<unknown, unknown>) : new Map<unknown, unknown>();
  if (length > DENSE_ENOUGH * (entries.size + 1)) {
    // An element with attributes of its own makes the engine keep the array as a table, and it stays one.
    Object.defineProperty(list, 0, { value: undefined, writable: false, configurable: true });
    Reflect.deleteProperty(list, 0);
  }
  list.length = length;
  for (const [index, element] of entries) {
    if (typeof index !== "number" || !Number.isInteger(index) || index < 0 || index >= length) {
      input.fail("a sparse array has an element at no index");
    }
    list[index] = element;
  }
  return list;
}

function bytesFrom(args: GenericArguments): Uint8Array<ArrayBuffer> {
  const bytes = args.next();
  return bytes instanceof Uint8Array ? (bytes as Uint8Array<ArrayBuffer>) : args.reader.input.fail("bytes are missing");
}

function boxed(args: GenericArguments, type: string): object {
  const value = args.next();
  return typeof value === type ? (Object(value) as object) : args.reader.input.fail(`a ${type} is missing`);
}
