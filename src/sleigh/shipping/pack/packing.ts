import { ShippingError } from "../errors.ts";
import type { GraphNode, Properties, Slot } from "./graph.ts";
import { packObject } from "./pack-object.ts";
import { lookIfPlain } from "./plain.ts";
import { stepOn, textOf, type Trail } from "./trail.ts";

/** Longer texts become parts of their own, so that they are sent once. */
const LONG_TEXT = 1024;

const MAX_WASTE = 1000;
const WASTE_PER_NODE = 4;

/** A reference to a node while the list of nodes is still growing. */
export class Ref {
  readonly index: number;

  constructor(index: number) {
    this.index = index;
  }
}

/** A `Slot` whose reference is not numbered yet. */
export type DraftSlot = Exclude<Slot, readonly [number]> | Ref;

/** A `GraphNode` whose slots are `DraftSlot`s. */
export type Draft = readonly [GraphNode[0], ...unknown[]];

/**
 * What a node belongs to: the shipment itself, an object that is shared between shipments, or the value of one captured
 * variable. Each of the latter two becomes a part of its own if nothing else refers into it.
 */
export interface Owner {
  readonly kind: "root" | "shared" | "island";
  /** Of a shared object. */
  readonly id: string | undefined;
  /** What it is, for warnings about size. */
  readonly trail: Trail | undefined;
  /** The node that others may refer to; undefined for the root. */
  readonly entry: number | undefined;
}

export interface PackedNode {
  readonly owner: Owner;
  readonly trail: Trail | undefined;
  content: Draft;
}

/** What differs between master and worker: how functions, classes and objects known by name are treated. */
export interface Origins {
  /** A function or class. */
  packFunction(fn: object, at: Place): Draft;
  /** Something that the other side has anyway; undefined for everything else. */
  known(object: object): Draft | undefined;
  /** The name of an object that stays the same from shipment to shipment; undefined for everything else. */
  sharedId(object: object | symbol): string | undefined;
  /** Whether instances of the class travel as instances; their own properties travel as an object's otherwise. */
  hasClass(constructor: object, at: Place): boolean;
  /** The private fields of an instance of a class that `hasClass`. */
  privateFields(instance: object, constructor: object, at: Place): Properties | readonly (string | DraftSlot)[];
}

/** The node that is being filled, to add to the shipment what it refers to, or to say where something is wrong. */
export class Place {
  readonly packing: Packing;
  readonly owner: Owner;
  readonly trail: Trail | undefined;

  constructor(packing: Packing, owner: Owner, trail: Trail | undefined) {
    this.packing = packing;
    this.owner = owner;
    this.trail = trail;
  }

  captured(name: string, value: unknown): DraftSlot {
    return this.packing.capture(value, stepOn(this.trail, "captured", name), this.owner);
  }

  property(key: string | symbol, value: unknown): DraftSlot {
    return this.#slot(value, "property", key);
  }

  element(index: number, value: unknown): DraftSlot {
    return this.#slot(value, "element", index);
  }

  entry(key: unknown, value: unknown): DraftSlot {
    return this.#slot(value, "entry", key);
  }

  /** Something that is held in a way described by `text`. */
  part(text: string, value: unknown): DraftSlot {
    return this.#slot(value, "text", text);
  }

  /** The same place, further described. */
  named(text: string): Place {
    return new Place(this.packing, this.owner, stepOn(this.trail, "place", text));
  }

  refuse(reason: string): never {
    throw new ShippingError(textOf(this.trail), reason);
  }

  #slot(value: unknown, kind: "property" | "element" | "entry" | "text", key: unknown): DraftSlot {
    // A primitive needs no trail: most values of most objects are primitives.
    return isDirect(value) ? value : this.packing.slot(value, stepOn(this.trail, kind, key), this.owner);
  }
}

/** One shipment in the making: all that can be reached from its root becomes nodes. */
export class Packing {
  readonly nodes: PackedNode[] = [];
  readonly origins: Origins;
  readonly root: Owner;
  readonly #isWhole: boolean;
  readonly #indices = new Map<unknown, number>();
  /** Objects in the middle of data that is one node, and the number of that. */
  readonly #inside = new Map<object, number>();
  /** Objects that were looked at in vain: in a chain of many, each would be looked at again and again. */
  #wasted = 0;
  readonly #queue: { readonly value: object; readonly index: number }[] = [];

  /** `isWhole`: nothing is to become a part of its own. */
  constructor(origins: Origins, trail: Trail | undefined, isWhole = false) {
    this.origins = origins;
    this.#isWhole = isWhole;
    this.root = { kind: "root", id: undefined, trail, entry: undefined };
  }

  /** Where `value` can be found. What it refers to is looked at by `run`. */
  slot(value: unknown, trail: Trail | undefined, owner: Owner): DraftSlot {
    if (isDirect(value)) {
      return value;
    }
    this.#splitAround(value);
    const known = this.#indices.get(value);
    return known === undefined ? this.#add(value, trail, owner) : new Ref(known);
  }

  /** Like `slot`, for the value of a variable: a collection of data may become a part of its own. */
  capture(value: unknown, trail: Trail, owner: Owner): DraftSlot {
    const isNew = typeof value === "object" && value !== null && !this.#indices.has(value);
    return this.slot(value, trail, isNew ? { kind: "island", id: undefined, trail, entry: this.nodes.length } : owner);
  }

  /** A node that stands for no value of its own, or for `value` if it is given. */
  add(content: Draft, trail: Trail | undefined, owner: Owner, value?: object): Ref {
    const index = this.nodes.push({ owner, trail, content }) - 1;
    if (value !== undefined) {
      this.#indices.set(value, index);
    }
    return new Ref(index);
  }

  /** Looks at everything that was added, and at what that refers to. */
  run(): void {
    for (let next = this.#queue.pop(); next !== undefined; next = this.#queue.pop()) {
      const node = this.nodes[next.index]!;
      node.content = this.#contentOf(next.value, new Place(this, node.owner, node.trail));
    }
  }

  #add(value: object | symbol | string, trail: Trail | undefined, owner: Owner): Ref {
    const index = this.nodes.length;
    this.#indices.set(value, index);
    if (typeof value === "string") {
      const own: Owner = this.#isWhole ? owner : { kind: "island", id: undefined, trail, entry: index };
      this.nodes.push({ owner: own, trail, content: ["data", value] });
      return new Ref(index);
    }
    const id = this.origins.sharedId(value);
    const own: Owner = id === undefined ? owner : { kind: "shared", id, trail, entry: index };
    if (typeof value === "symbol") {
      this.nodes.push({ owner: own, trail, content: symbolNode(value) });
    } else {
      this.nodes.push({ owner: own, trail, content: ["data", undefined] });
      this.#queue.push({ value, index });
    }
    return new Ref(index);
  }

  #contentOf(value: object, at: Place): Draft {
    const known = this.origins.known(value);
    if (known !== undefined) {
      return known;
    }
    if (typeof value === "function") {
      return this.origins.packFunction(value, at);
    }
    return this.#whole(value) ?? packObject(value, at);
  }

  /** Plain data as one node, for the codec, which is many times faster: as long as nothing else refers into it. */
  #whole(value: object): Draft | undefined {
    if (this.#wasted > MAX_WASTE + WASTE_PER_NODE * this.nodes.length) {
      return undefined;
    }
    const { isPlain, members } = lookIfPlain(value);
    if (!isPlain) {
      this.#wasted += members.size;
      return undefined;
    }
    const index = this.#indices.get(value)!;
    for (const member of members) {
      if (member !== value && (this.#indices.has(member) || this.#inside.has(member) || this.#isNamed(member))) {
        return undefined;
      }
    }
    for (const member of members) {
      if (member !== value) {
        this.#inside.set(member, index);
      }
    }
    return ["data", value];
  }

  #isNamed(object: object): boolean {
    return this.origins.sharedId(object) !== undefined || this.origins.known(object) !== undefined;
  }

  /** Makes nodes of the data that `value` is in the middle of, if it is. */
  #splitAround(value: unknown): void {
    const index = this.#inside.get(value as object);
    if (index === undefined) {
      return;
    }
    for (const [member, at] of this.#inside) {
      if (at === index) {
        this.#inside.delete(member);
      }
    }
    const node = this.nodes[index]!;
    node.content = packObject(node.content[1] as object, new Place(this, node.owner, node.trail));
  }
}

/** Whether a value stands in a slot itself. */
function isDirect(value: unknown): value is Exclude<DraftSlot, Ref> {
  switch (typeof value) {
    case "object":
      return value === null;
    case "string":
      return value.length <= LONG_TEXT;
    case "function":
    case "symbol":
      return false;
    default:
      return true;
  }
}

/** Whether `symbol` is one of `Symbol.iterator` and its like. */
export function wellKnownName(symbol: symbol): string | undefined {
  const name = symbol.description?.replace(/^Symbol\./, "") ?? "";
  return (Symbol as unknown as Record<string, unknown>)[name] === symbol ? name : undefined;
}

function symbolNode(symbol: symbol): Draft {
  const registered = Symbol.keyFor(symbol);
  if (registered !== undefined) {
    return ["symbol", registered, "registered"];
  }
  const name = wellKnownName(symbol);
  return name === undefined ? ["symbol", symbol.description ?? "", "unique"] : ["symbol", name, "well-known"];
}
