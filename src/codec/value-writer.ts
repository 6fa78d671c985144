import { Major, MAX_WRITE_DEPTH, Tag } from "./cbor-format.ts";
import { CborOutput } from "./cbor-output.ts";
import { SerializationFault } from "./faults.ts";
import { tagOfArray, typedArrayName } from "./numeric-arrays.ts";
import { refusalOf, refusalOfPrimitive } from "./refusals.ts";
import { Sharing } from "./sharing.ts";
import { Simple, Tagged } from "./tagged.ts";
import { Step, ValuePath } from "./value-path.ts";
import { writeBuiltIn } from "./write-built-in.ts";

const FALSE = 0xf4;
const TRUE = 0xf5;
const NULL = 0xf6;
const UNDEFINED = 0xf7;

/**
 * Writes JavaScript values as CBOR. One writer serves many values, one after the other; a getter that stores something
 * itself while its object is written needs another writer. After an exception a writer is of no use any more.
 */
export class ValueWriter {
  readonly output = new CborOutput();
  readonly path = new ValuePath();
  readonly #sharing = new Sharing();
  #depth = 0;

  /** The CBOR of `value`. Throws `SerializationFault`. */
  encode(value: unknown): Uint8Array {
    try {
      this.write(value);
    } catch (error) {
      if (error instanceof SerializationFault) {
        throw error;
      }
      // A getter or a proxy of the value threw, or the stack was nearly used up by the caller.
      const what = error instanceof Error ? error.message : "it threw something that is no error";
      throw new SerializationFault(this.path.toString(), `reading it failed: ${what}`, { cause: error });
    }
    const bytes = this.output.take();
    const result = this.#sharing.isNeeded ? this.#sharing.insertTags(bytes) : bytes;
    this.#sharing.clear();
    return result;
  }

  write(value: unknown): void {
    switch (typeof value) {
      case "string":
        this.output.text(value);
        return;
      case "number":
        this.output.number(value);
        return;
      case "boolean":
        this.output.byte(value ? TRUE : FALSE);
        return;
      case "undefined":
        this.output.byte(UNDEFINED);
        return;
      case "object":
        if (value === null) {
          this.output.byte(NULL);
        } else if (this.#sharing.isFirst(value, this.output.length)) {
          this.#object(value);
        }
        return;
      case "bigint":
        this.output.bigint(value);
        return;
      default:
        this.refuse(refusalOfPrimitive(value));
    }
  }

  /** Goes into a container that has `levels` containers of CBOR around each of its parts. */
  enter(step: Step, levels = 1): void {
    this.#depth += levels;
    if (this.#depth > MAX_WRITE_DEPTH) {
      this.refuse(`more than ${MAX_WRITE_DEPTH} containers inside each other cannot be stored; store a flat list`);
    }
    this.path.enter(step);
  }

  leave(levels = 1): void {
    this.#depth -= levels;
    this.path.leave();
  }

  refuse(reason: string): never {
    throw new SerializationFault(this.path.toString(), reason);
  }

  /** The own enumerable properties named in `names`, as a map. */
  properties(object: object, names: readonly string[], levels = 1): void {
    this.output.head(Major.map, names.length);
    this.enter(Step.property, levels);
    for (const name of names) {
      this.path.at(name);
      this.output.text(name);
      this.write((object as Readonly<Record<string, unknown>>)[name]);
    }
    this.leave(levels);
  }

  #object(value: object): void {
    const prototype = Object.getPrototypeOf(value) as unknown;
    if (prototype === Object.prototype || prototype === null) {
      this.properties(value, Object.keys(value));
    } else if (Array.isArray(value)) {
      this.#array(value);
    } else if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
      this.#view(value);
    } else if (value instanceof Tagged) {
      this.#tagged(value);
    } else if (value instanceof Simple) {
      this.#simple(value.value);
    } else if (!writeBuiltIn(this, value)) {
      const refusal = refusalOf(value);
      if (refusal !== undefined) {
        this.refuse(refusal);
      }
      this.properties(value, Object.keys(value));
    }
  }

  #array(list: readonly unknown[]): void {
    const { length } = list;
    for (let i = 0; i < length; i++) {
      if (list[i] === undefined && !(i in list)) {
        this.#sparseArray(list);
        return;
      }
    }
    this.output.head(Major.array, length);
    this.enter(Step.index);
    const { output } = this;
    for (let i = output.unsignedRun(list, 0, length); i < length; i = output.unsignedRun(list, i, length)) {
      this.path.at(i);
      this.write(list[i++]);
    }
    this.leave();
  }

  /** An array with holes: 27(["Array", length, {index: element}]), whose size is that of its elements. */
  #sparseArray(list: readonly unknown[]): void {
    const indices = Object.keys(list)
      .filter((key) => String(Number(key) >>> 0) === key && Number(key) < list.length)
      .map(Number);
    this.generic("Array", 3);
    this.output.number(list.length);
    this.output.head(Major.map, indices.length);
    this.enter(Step.index, 2);
    for (const index of indices) {
      this.path.at(index);
      this.output.number(index);
      this.write(list[index]);
    }
    this.leave(2);
  }

  /** The head of tag 27, whose array of `count` begins with a type's name. */
  generic(type: string, count: number): void {
    this.output.head(Major.tag, Tag.genericObject);
    this.output.head(Major.array, count);
    this.output.text(type);
  }

  #view(view: ArrayBufferView): void {
    const tag = tagOfArray(typedArrayName(view));
    if (tag !== undefined) {
      this.output.head(Major.tag, tag);
    }
    this.output.byteString(
      view instanceof Uint8Array ? view : new Uint8Array(view.buffer, view.byteOffset, view.byteLength),
    );
  }

  #tagged({ tag, value }: Tagged): void {
    const isTag = typeof tag === "bigint" ? tag >= 0n && tag < 1n << 64n : Number.isSafeInteger(tag) && tag >= 0;
    if (!isTag || tag === Tag.shareable || tag === Tag.reference) {
      this.refuse(`${tag} cannot be the tag of a Tagged value`);
    }
    this.output.tag(tag);
    this.enter(Step.property);
    this.path.at("value");
    this.write(value);
    this.leave();
  }

  #simple(value: number): void {
    if (!Number.isInteger(value) || value < 0 || value > 255 || (value >= 20 && value < 32)) {
      this.refuse(`${value} cannot be the number of a Simple value`);
    }
    this.output.head(Major.simple, value);
  }
}
