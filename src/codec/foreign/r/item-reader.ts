import { readText } from "../../text.ts";
import type { Budget } from "../budget.ts";
import type { ForeignField, ForeignOpaque, ForeignValue } from "../foreign-value.ts";
import { latin1Text } from "../latin1.ts";
import { compactObject } from "./altrep.ts";
import { skipBytecode } from "./bytecode.ts";
import { type Flags, flagsOf, ItemType } from "./item-types.ts";
import { NA_INTEGER, type RInput } from "./r-input.ts";
import { type Attributes, type Bare, show } from "./show.ts";

const LATIN1 = 1 << 2;
const BYTES = 1 << 1;
const NA_LENGTH = -1;

const named: Partial<Record<number, ForeignOpaque>> = {
  [ItemType.baseEnvironment]: opaque("environment", "base"),
  [ItemType.emptyEnvironment]: opaque("environment", "empty"),
  [ItemType.baseNamespace]: opaque("environment", "namespace:base"),
  [ItemType.globalEnvironment]: opaque("environment", "R_GlobalEnv"),
  [ItemType.missingArgument]: opaque("missing argument", ""),
  [ItemType.unbound]: opaque("unbound", ""),
};

/** A list of pairs: its values, their tags, and what it ends with where that is not NULL. */
interface Pairs {
  readonly values: ForeignValue[];
  readonly tags: string[];
  readonly attributes: Attributes | undefined;
  readonly end: ForeignValue;
}

/** Reads items, one inside the other. Nothing is evaluated: functions and environments are read over. */
export class ItemReader {
  readonly input: RInput;
  readonly #budget: Budget;
  /** What later items may refer to: symbols, environments and what is like them. */
  readonly #known: ForeignValue[] = [];

  constructor(input: RInput, budget: Budget) {
    this.input = input;
    this.#budget = budget;
  }

  item(): ForeignValue {
    return this.inside(() => this.#item(flagsOf(this.input.integer())));
  }

  inside<T>(read: () => T): T {
    return this.#budget.inside(read);
  }

  #item(flags: Flags): ForeignValue {
    this.#budget.nodes(1);
    const { type } = flags;
    const constant = named[type];
    if (constant !== undefined) {
      return constant;
    }
    switch (type) {
      case ItemType.null:
      case ItemType.nothing:
        return null;
      case ItemType.reference:
        return this.#again(flags);
      case ItemType.symbol:
        return this.#remember({ kind: "name", type: "symbol", name: this.#symbol() });
      case ItemType.package:
      case ItemType.namespace:
      case ItemType.persistent:
        return this.#remember(opaque("environment", this.#texts().join(" ")));
      case ItemType.environment:
        return this.#environment();
      case ItemType.pairlist:
      case ItemType.pairlistWithAttributes:
      case ItemType.dots:
        return this.#pairlist(flags);
      case ItemType.language:
      case ItemType.languageWithAttributes:
        return this.#language(flags);
      case ItemType.closure:
        return this.#closure(flags);
      case ItemType.promise:
        this.#parts(flags);
        return opaque("promise", "");
      case ItemType.altrep:
        return this.#altrep();
      default:
        return this.#object(flags);
    }
  }

  /** Those whose attributes come last. */
  #object(flags: Flags): ForeignValue {
    const bare = this.#bare(flags);
    const attributes = flags.hasAttributes ? this.#attributes() : undefined;
    return show(bare, attributes, this.#budget);
  }

  #bare({ type, levels }: Flags): Bare {
    const { input } = this;
    switch (type) {
      case ItemType.characters:
        return this.#characters(levels) ?? { kind: "opaque", type: "character", text: "NA" };
      case ItemType.logical: {
        const data = this.#integers();
        return { of: "logical", data: Uint8Array.from(data, (each) => (each === 0 ? 0 : 1)), missing: missingOf(data) };
      }
      case ItemType.integer: {
        const data = this.#integers();
        return { of: "integer", data, missing: missingOf(data) };
      }
      case ItemType.double:
        return { of: "double", ...input.reals(this.#length("reals", 8)) };
      case ItemType.complex:
        return this.#complex();
      case ItemType.character:
        return { of: "character", ...this.#strings() };
      case ItemType.raw:
        return { of: "raw", data: input.raw(this.#length("bytes", 1)), missing: new Uint32Array() };
      case ItemType.list:
        return { of: "list", items: this.#items() };
      case ItemType.expression:
        return { of: "expression", items: this.#items() };
      case ItemType.s4:
        return { of: "S4" };
      case ItemType.special:
      case ItemType.builtin:
        return opaque("builtin", latin1Text(input.characters(input.integer())));
      case ItemType.bytecode:
        skipBytecode(this);
        return opaque("bytecode", "");
      case ItemType.externalPointer: {
        const pointer = opaque("externalptr", "");
        this.#known.push(pointer);
        this.item();
        this.item();
        return pointer;
      }
      case ItemType.weakReference: {
        const reference = opaque("weakref", "");
        this.#known.push(reference);
        return reference;
      }
      default:
        return input.bytes.damaged(`there is no type ${type}`);
    }
  }

  /** As `ItemReader` reads lists of pairs: in a loop, because they are long. */
  #pairs(flags: Flags): Pairs {
    const values: ForeignValue[] = [];
    const tags: string[] = [];
    let attributes: Attributes | undefined;
    let next = flags;
    for (;;) {
      const own = hasAttributes(next) ? this.#attributes() : undefined;
      attributes ??= own;
      const tag = next.hasTag ? this.item() : null;
      tags.push(typeof tag === "object" && tag?.kind === "name" ? tag.name : "");
      values.push(this.item());
      next = flagsOf(this.input.integer());
      if (next.type !== ItemType.pairlist && next.type !== ItemType.pairlistWithAttributes) {
        const end = this.inside(() => this.#item(next));
        return { values, tags, attributes, end };
      }
      this.#budget.nodes(1);
    }
  }

  #pairlist(flags: Flags): ForeignValue {
    const { values, tags, attributes, end } = this.#pairs(flags);
    const items = end === null ? values : [...values, end];
    const names = tags.some((tag) => tag !== "") ? tags : undefined;
    return show({ of: "pairlist", items, ...(names !== undefined && { names }) }, attributes, this.#budget);
  }

  #language(flags: Flags): ForeignOpaque {
    const [called] = this.#pairs(flags).values;
    const name = typeof called === "object" && called?.kind === "name" ? called.name : "";
    return opaque("language", name === "" ? "" : `a call of ${name}`);
  }

  #closure(flags: Flags): ForeignOpaque {
    const { car } = this.#parts(flags);
    const names = typeof car === "object" && car?.kind === "list" ? (car.names ?? []) : [];
    return opaque("closure", `function(${names.join(", ")})`);
  }

  /** Attributes, tag, and two more. */
  #parts(flags: Flags): { readonly car: ForeignValue } {
    if (hasAttributes(flags)) {
      this.item();
    }
    if (flags.hasTag) {
      this.item();
    }
    const car = this.item();
    this.item();
    return { car };
  }

  #environment(): ForeignValue {
    const environment = this.#remember(opaque("environment", ""));
    this.input.integer(); // whether it is locked
    for (let part = 0; part < 4; part++) {
      this.item(); // what encloses it, its variables (two ways), its attributes
    }
    return environment;
  }

  #altrep(): ForeignValue {
    const about = this.item();
    const state = this.item();
    const attributes = this.item();
    const bare = compactObject(about, state, this.#budget);
    return show(bare, attributes === null ? undefined : attributesOf(attributes), this.#budget);
  }

  #attributes(): Attributes | undefined {
    return attributesOf(this.item());
  }

  #again({ packed }: Flags): ForeignValue {
    const index = packed === 0 ? this.input.integer() : packed;
    return this.#known[index - 1] ?? this.input.bytes.damaged(`it refers to object ${index}, which has not been there`);
  }

  #remember<V extends ForeignValue>(value: V): V {
    this.#known.push(value);
    return value;
  }

  #symbol(): string {
    return this.#string() ?? "NA";
  }

  /** Characters with their flags; undefined for NA. */
  #string(): string | undefined {
    const flags = flagsOf(this.input.integer());
    if (flags.type !== ItemType.characters) {
      this.input.bytes.damaged("a text is something else");
    }
    const text = this.#characters(flags.levels);
    if (flags.hasAttributes) {
      this.item();
    }
    return text;
  }

  #characters(levels: number): string | undefined {
    const length = this.input.integer();
    if (length === NA_LENGTH) {
      return undefined;
    }
    const bytes = this.input.characters(length);
    return (levels & (LATIN1 | BYTES)) === 0 ? readText(bytes, 0, bytes.length) : latin1Text(bytes);
  }

  /** Names of packages and the like. */
  #texts(): string[] {
    const { input } = this;
    if (input.integer() !== 0) {
      input.bytes.notSupported("a persistent object has named parts");
    }
    const count = input.integer();
    input.mustHave("integers", count);
    this.#budget.nodes(count);
    return Array.from({ length: count }, () => this.#string() ?? "NA");
  }

  #strings(): { readonly data: (string | null)[]; readonly missing: Uint32Array } {
    const count = this.#length("integers", 0);
    this.#budget.nodes(count);
    const missing: number[] = [];
    const data: (string | null)[] = [];
    for (let at = 0; at < count; at++) {
      const text = this.#string();
      data.push(text ?? null);
      if (text === undefined) {
        missing.push(at);
      }
    }
    return { data, missing: Uint32Array.from(missing) };
  }

  #items(): ForeignValue[] {
    const count = this.#length("integers", 0);
    const items: ForeignValue[] = [];
    for (let at = 0; at < count; at++) {
      items.push(this.item());
    }
    return items;
  }

  #integers(): Int32Array {
    return this.input.integers(this.#length("integers", 4));
  }

  #complex(): Bare {
    const count = this.#length("reals", 16);
    const { data: parts, missing: missingParts } = this.input.reals(2 * count);
    const data = Float64Array.from({ length: count }, (_, at) => parts[2 * at]!);
    const imaginary = Float64Array.from({ length: count }, (_, at) => parts[2 * at + 1]!);
    const missing = new Set(Array.from(missingParts, (at) => Math.floor(at / 2)));
    return { of: "complex", data, imaginary, missing: Uint32Array.from(missing) };
  }

  /** A number of elements, for which there are enough bytes; `size` bytes are taken for each. */
  #length(kind: "integers" | "reals" | "bytes", size: number): number {
    const { input } = this;
    const short = input.integer();
    const length = short === NA_LENGTH ? (input.integer() >>> 0) * 2 ** 32 + (input.integer() >>> 0) : short;
    input.mustHave(kind, length);
    this.#budget.bytes(length * size);
    return length;
  }
}

function hasAttributes({ type, hasAttributes: has }: Flags): boolean {
  return has || type === ItemType.pairlistWithAttributes || type === ItemType.languageWithAttributes;
}

function attributesOf(list: ForeignValue): Attributes | undefined {
  return typeof list === "object" && list?.kind === "list" && list.names !== undefined
    ? new Map(list.names.map((name, at): ForeignField => [name, list.items[at]!]))
    : undefined;
}

function missingOf(data: Int32Array): Uint32Array {
  const places: number[] = [];
  for (let at = 0; at < data.length; at++) {
    if (data[at] === NA_INTEGER) {
      places.push(at);
    }
  }
  return Uint32Array.from(places);
}

function opaque(type: string, text: string): ForeignOpaque {
  return { kind: "opaque", type, text };
}
