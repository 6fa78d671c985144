import { BigIntCrowd } from "./bigint-crowd.ts";
import { CborInput, INDEFINITE } from "./cbor-input.ts";
import { Major, MAX_READ_DEPTH, Tag } from "./cbor-format.ts";
import { readTagged } from "./read-tagged.ts";
import { Simple } from "./tagged.ts";

/** The slot of a value that nobody refers to. */
export const UNSHARED = -1;

const INDEFINITE_TEXT = 0x7f;

/** In a slot of the shared values: the value is announced and not begun yet. */
const notYet = Symbol("not yet");

/**
 * Reads CBOR as JavaScript values. Hostile bytes cost no more than time and memory in proportion to their length: counts
 * are compared with the bytes that follow, depth is limited, repeated values are references and never copies, and no received
 * name reaches a prototype. Throws `MalformedCbor` (or, where the engine gives up on something absurd, a RangeError).
 */
export class ValueReader {
  readonly input: CborInput;
  readonly #shared: unknown[] = [];
  #crowd: BigIntCrowd | undefined;
  /** The slots that a reference has used. */
  readonly #referred = new Set<number>();

  constructor(bytes: Uint8Array) {
    this.input = new CborInput(bytes);
  }

  /** The one value that the bytes hold. */
  decode(): unknown {
    const value = this.item(0, UNSHARED);
    if (!this.input.isAtEnd) {
      this.input.fail("bytes follow after the value");
    }
    return value;
  }

  /**
   * The next item, inside `depth` containers. One that contains others must `share` itself with its `slot` before it
   * reads them, since they may refer to it.
   */
  item(depth: number, slot: number): unknown {
    return this.#item(this.input.byte(), depth, slot);
  }

  /** Says that `value` is what references to `slot` mean. */
  share(slot: number, value: unknown): void {
    if (slot !== UNSHARED) {
      this.#shared[slot] = value;
    }
  }

  /** The depth inside a container that is itself at `depth`. */
  deeper(depth: number): number {
    if (depth >= MAX_READ_DEPTH) {
      this.input.fail(`more than ${MAX_READ_DEPTH} containers inside each other`);
    }
    return depth + 1;
  }

  /** To be called with every key of a Map and member of a Set before it is put there. */
  mustHash(key: unknown): void {
    if (typeof key === "bigint") {
      this.#crowd ??= new BigIntCrowd();
      if (!this.#crowd.admits(key)) {
        this.input.fail("too many bigints with the same lowest 64 bits as keys or in a set");
      }
    }
  }

  /** Reads the items of an array whose head begins with `initial`, and gives each to `take`. */
  eachItem(initial: number, depth: number, take: (item: unknown) => void): void {
    const count = this.input.count(initial, 1);
    const inside = this.deeper(depth);
    for (let done = 0; this.#isMore(count, done); done++) {
      take(this.item(inside, UNSHARED));
    }
  }

  /** The pairs of a map whose head begins with `initial`, as a Map whatever the keys are. */
  map(initial: number, depth: number, slot: number): Map<unknown, unknown> {
    const map = new Map<unknown, unknown>();
    this.share(slot, map);
    this.#pairs(map, this.input.count(initial, 2), this.deeper(depth));
    return map;
  }

  #item(initial: number, depth: number, slot: number): unknown {
    const { input } = this;
    switch (initial >> 5) {
      case Major.unsigned: {
        const value = input.argument(initial);
        return value <= Number.MAX_SAFE_INTEGER ? value : input.lastArgument64();
      }
      case Major.negative: {
        const value = input.argument(initial);
        return value < Number.MAX_SAFE_INTEGER ? -1 - value : -1n - input.lastArgument64();
      }
      case Major.bytes:
        return input.byteString(initial);
      case Major.text:
        return input.text(initial);
      case Major.array:
        return this.#array(initial, depth, slot);
      case Major.map:
        return this.#object(initial, depth, slot);
      case Major.tag:
        return this.#tag(initial, depth, slot);
      default:
        return this.#simple(initial);
    }
  }

  #array(initial: number, depth: number, slot: number): unknown[] {
    const count = this.input.count(initial, 1);
    const inside = this.deeper(depth);
    const list = count === INDEFINITE ? [] : this.input.unsignedList(count);
    this.share(slot, list);
    for (let done = list.length; this.#isMore(count, done); done++) {
      list.push(this.item(inside, UNSHARED));
    }
    return list;
  }

  /** An untagged map: an object if all its keys are text (or there are none), else a Map. */
  #object(initial: number, depth: number, slot: number): unknown {
    const { input } = this;
    const object: Record<string, unknown> = {};
    this.share(slot, object);
    const count = input.count(initial, 2);
    const inside = this.deeper(depth);
    let done = 0;
    for (; this.#isMore(count, done); done++) {
      const head = input.byte();
      const key =
        head >> 5 === Major.text && head !== INDEFINITE_TEXT ? input.key(head) : this.#item(head, inside, UNSHARED);
      if (typeof key !== "string") {
        const map = this.#mapInstead(object, done, slot);
        this.mustHash(key);
        map.set(key, this.item(inside, UNSHARED));
        this.#pairs(map, count === INDEFINITE ? count : count - done - 1, inside);
        return map;
      }
      setProperty(object, key, this.item(inside, UNSHARED));
    }
    this.#mustBeDistinct(Object.keys(object).length, done);
    return object;
  }

  /** A Map for what was taken for an object until a key came that is not text, after `count` pairs. */
  #mapInstead(object: object, count: number, slot: number): Map<unknown, unknown> {
    const map = new Map<unknown, unknown>(Object.entries(object));
    this.#mustBeDistinct(map.size, count);
    if (this.#referred.has(slot)) {
      this.input.fail("a map with text and other keys refers to itself");
    }
    this.share(slot, map);
    return map;
  }

  #pairs(map: Map<unknown, unknown>, count: number, inside: number): void {
    const before = map.size;
    let done = 0;
    for (; this.#isMore(count, done); done++) {
      const key = this.item(inside, UNSHARED);
      this.mustHash(key);
      map.set(key, this.item(inside, UNSHARED));
    }
    this.#mustBeDistinct(map.size, before + done);
  }

  #isMore(count: number, done: number): boolean {
    return count === INDEFINITE ? !this.input.takeBreak() : done < count;
  }

  #mustBeDistinct(distinct: number, count: number): void {
    if (distinct !== count) {
      this.input.fail("a map has the same key twice");
    }
  }

  #tag(initial: number, depth: number, slot: number): unknown {
    const tag = this.input.argument(initial);
    switch (tag) {
      case Tag.shareable:
        return this.#shareable(depth, slot);
      case Tag.reference:
        return this.#reference(depth);
      default:
        return readTagged(this, tag <= Number.MAX_SAFE_INTEGER ? tag : this.input.lastArgument64(), depth, slot);
    }
  }

  #shareable(depth: number, outer: number): unknown {
    if (outer !== UNSHARED) {
      this.input.fail("a value is marked as shared twice");
    }
    const slot = this.#shared.length;
    this.#shared.push(notYet);
    const value = this.item(depth, slot);
    this.#shared[slot] = value;
    return value;
  }

  #reference(depth: number): unknown {
    const slot = this.item(this.deeper(depth), UNSHARED);
    const value = typeof slot === "number" && slot in this.#shared ? this.#shared[slot] : notYet;
    if (value === notYet) {
      this.input.fail("a reference points to no value");
    }
    this.#referred.add(slot as number);
    return value;
  }

  #simple(initial: number): unknown {
    switch (initial) {
      case 0xf4:
        return false;
      case 0xf5:
        return true;
      case 0xf6:
        return null;
      case 0xf7:
        return undefined;
      case 0xf8: {
        const value = this.input.byte();
        return value < 32 ? this.input.fail("a simple value in a wrong form") : new Simple(value);
      }
      case 0xf9:
      case 0xfa:
      case 0xfb:
        return this.input.float(initial);
      default:
        return initial < 0xf4 ? new Simple(initial & 0x1f) : this.input.fail("a reserved or misplaced initial byte");
    }
  }
}

/** An assignment to `__proto__` would change the prototype, and to other inherited names it can fail. */
function setProperty(object: Record<string, unknown>, key: string, value: unknown): void {
  if (key in Object.prototype) {
    Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    object[key] = value;
  }
}
