import { readText, readUtf8 } from "../../text.ts";
import type { Budget } from "../budget.ts";
import type { ByteInput } from "../byte-input.ts";
import type {
  ForeignField,
  ForeignList,
  ForeignMap,
  ForeignNode,
  ForeignObject,
  ForeignValue,
} from "../foreign-value.ts";
import { latin1Text } from "../latin1.ts";
import { SharedNodes } from "../shared-nodes.ts";
import { wholeFromMagnitude } from "../whole-numbers.ts";

const MINUS = 0x2d;
/** The place of an object whose turn is not over yet. */
const PENDING = Symbol("pending");
const floats: Readonly<Record<string, number>> = { inf: Infinity, "-inf": -Infinity, nan: NaN };

/** The instance variables that follow a value, which it may take itself. */
interface Variables {
  areTaken: boolean;
}

type Read = (reader: MarshalReader, variables: Variables | undefined) => ForeignValue;

/** Values by the letter that they begin with. */
const kinds: Readonly<Record<string, Read>> = {
  "0": () => null,
  T: () => true,
  F: () => false,
  i: (r) => r.long(),
  l: (r) => r.bignum(),
  f: (r) => r.float(),
  '"': (r, variables) => r.string(variables),
  ":": (r, variables) => r.newSymbol(variables),
  ";": (r) => r.oldSymbol(),
  "/": (r, variables) => r.pattern(variables),
  "[": (r) => r.array(),
  "{": (r) => r.hash(false),
  "}": (r) => r.hash(true),
  "@": (r) => r.link(),
  I: (r) => r.withVariables(),
  o: (r) => r.object("plain"),
  S: (r) => r.object("struct"),
  U: (r) => r.object("dumped"),
  d: (r) => r.object("dumped"),
  u: (r, variables) => r.userBytes(variables),
  C: (r) => r.subclass(),
  e: (r) => r.extended(),
  c: (r) => r.named("class"),
  m: (r) => r.named("module"),
  M: (r) => r.named("class or module"),
};

/**
 * Reads values, one inside the other. Every object but symbols and small numbers has a number, by which later ones may refer to it: they are
 * counted in the order in which Ruby counts them.
 */
export class MarshalReader {
  readonly #input: ByteInput;
  readonly #budget: Budget;
  readonly #symbols: string[] = [];
  readonly #objects: (ForeignValue | typeof PENDING)[] = [];
  readonly #shared = new SharedNodes();

  constructor(input: ByteInput, budget: Budget) {
    this.#input = input;
    this.#budget = budget;
  }

  value(variables?: Variables): ForeignValue {
    this.#budget.nodes(1);
    const letter = String.fromCharCode(this.#input.u8());
    const read = Object.hasOwn(kinds, letter) ? kinds[letter]! : undefined;
    return read === undefined
      ? this.#input.damaged(`there is no kind '${letter}'`)
      : this.#budget.inside(() => read(this, variables));
  }

  /** A whole number of at most four bytes. */
  long(): number {
    const first = this.#input.i8();
    if (first > 4 || first < -4) {
      return first > 0 ? first - 5 : first + 5;
    }
    const count = Math.abs(first);
    let value = first < 0 ? -1 * 256 ** count : 0;
    for (let at = 0; at < count; at++) {
      value += this.#input.u8() * 256 ** at;
    }
    return value;
  }

  bignum(): ForeignValue {
    const isNegative = this.#input.u8() === MINUS;
    const bytes = this.#input.view(2 * this.long());
    return this.#entered(wholeFromMagnitude(bytes, isNegative));
  }

  float(): ForeignValue {
    // (What follows a NUL is a fraction in binary, of old versions.)
    const [text = ""] = latin1Text(this.#bytes()).split("\0");
    const value = floats[text] ?? (/^[+-]?\d+\.?\d*(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined);
    return this.#entered({ kind: "float", value: value ?? this.#input.damaged("a number is none") });
  }

  string(own: Variables | undefined): ForeignValue {
    const place = this.#reserve();
    const bytes = this.#bytes();
    const variables = this.#take(own);
    const text = this.#decoded(bytes, variables);
    const rest = variables.filter((field) => !isEncoding(field));
    const value: ForeignValue =
      rest.length === 0 ? text : { kind: "object", type: "String", args: [text], fields: rest };
    return this.#fill(place, value);
  }

  newSymbol(own: Variables | undefined): ForeignValue {
    const bytes = this.#bytes();
    const name = readText(bytes, 0, bytes.length);
    this.#symbols.push(name);
    this.#leaveOut(this.#take(own));
    return { kind: "name", type: "symbol", name };
  }

  oldSymbol(): ForeignValue {
    const index = this.long();
    const name = this.#symbols[index] ?? this.#input.damaged(`it refers to symbol ${index}, which has not been there`);
    return { kind: "name", type: "symbol", name };
  }

  pattern(own: Variables | undefined): ForeignValue {
    const place = this.#reserve();
    const bytes = this.#bytes();
    const options = this.#input.u8();
    const text = readText(bytes, 0, bytes.length);
    this.#leaveOut(this.#take(own));
    const flags = `${(options & 4) !== 0 ? "m" : ""}${(options & 1) !== 0 ? "i" : ""}${(options & 2) !== 0 ? "x" : ""}`;
    return this.#fill(place, { kind: "scalar", type: "Regexp", text: `/${text}/${flags}` });
  }

  array(): ForeignValue {
    const items: ForeignValue[] = [];
    const node = this.#entered({ kind: "list", type: "Array", items });
    const count = this.#count(1);
    for (let at = 0; at < count; at++) {
      items.push(this.value());
    }
    return node;
  }

  hash(hasDefault: boolean): ForeignValue {
    const entries: [ForeignValue, ForeignValue][] = [];
    const attributes: ForeignField[] = [];
    const node = this.#entered({ kind: "map", type: "Hash", entries, ...(hasDefault && { attributes }) });
    const count = this.#count(2);
    for (let at = 0; at < count; at++) {
      const key = this.value();
      entries.push([key, this.value()]);
    }
    if (hasDefault) {
      attributes.push(["default", this.value()]);
    }
    return node;
  }

  link(): ForeignValue {
    const index = this.long();
    const value = this.#objects[index];
    if (value === undefined || value === PENDING) {
      return this.#input.damaged(`it refers to object ${index}, which has not been there`);
    }
    return (typeof value === "object" ? this.#shared.again(value) : undefined) ?? value;
  }

  withVariables(): ForeignValue {
    const own: Variables = { areTaken: false };
    const value = this.value(own);
    if (own.areTaken) {
      return value;
    }
    // Of an array, a hash, an object: they are shown beside what it holds.
    const attributes = this.#variables();
    if (!isContainer(value)) {
      this.#leaveOut(attributes);
      return value;
    }
    const before = value.attributes ?? [];
    return attributes.length > 0 ? Object.assign(value, { attributes: [...before, ...attributes] }) : value;
  }

  /** `plain`: instance variables. `struct`: members. `dumped`: what its own method made of it. */
  object(how: "plain" | "struct" | "dumped"): ForeignValue {
    const type = this.#className();
    const args: ForeignValue[] = [];
    const fields: ForeignField[] = [];
    const node = this.#entered({ kind: "object", type, args, fields });
    if (how === "dumped") {
      args.push(this.value());
    } else {
      for (const field of this.#variables()) {
        fields.push(field);
      }
    }
    return node;
  }

  /** What its own method made into bytes. It gets its number last. */
  userBytes(own: Variables | undefined): ForeignValue {
    const type = this.#className();
    const bytes = this.#copied(this.#bytes());
    const fields = this.#take(own);
    return this.#entered({ kind: "object", type, args: [{ kind: "bytes", type: "String", bytes }], fields });
  }

  /** A subclass of Array, Hash, String or Regexp. */
  subclass(): ForeignValue {
    const type = this.#className();
    const value = this.value();
    return isContainer(value) ? Object.assign(value, { type }) : { kind: "object", type, args: [value], fields: [] };
  }

  extended(): ForeignValue {
    this.#className();
    return this.value();
  }

  named(type: string): ForeignValue {
    const bytes = this.#bytes();
    return this.#entered({ kind: "name", type, name: readText(bytes, 0, bytes.length) });
  }

  #take(own: Variables | undefined): ForeignField[] {
    if (own === undefined) {
      return [];
    }
    own.areTaken = true;
    return this.#variables();
  }

  #variables(): ForeignField[] {
    const fields: ForeignField[] = [];
    const count = this.#count(2);
    for (let at = 0; at < count; at++) {
      fields.push([this.#symbol(), this.value()]);
    }
    return fields;
  }

  /** Variables that are not shown (encodings, as a rule). Nothing may stand in them to which something else could refer. */
  #leaveOut(fields: readonly ForeignField[]): void {
    if (fields.some(([, value]) => typeof value === "object" && value !== null && !isLeaf(value))) {
      this.#input.damaged("instance variables of something that has none");
    }
  }

  #className(): string {
    return this.#symbol();
  }

  #symbol(): string {
    const value = this.value();
    return typeof value === "object" && value?.kind === "name" && value.type === "symbol"
      ? value.name
      : this.#input.damaged("a name is no symbol");
  }

  #decoded(bytes: Uint8Array, variables: readonly ForeignField[]): ForeignValue {
    const isText = variables.some(([name]) => name === "E");
    const encoding = variables.find(([name]) => name === "encoding")?.[1];
    if (isText) {
      return readText(bytes, 0, bytes.length);
    }
    const text =
      encoding === undefined
        ? readUtf8(bytes, 0, bytes.length)
        : encoding === "ISO-8859-1"
          ? latin1Text(bytes)
          : undefined;
    return text ?? { kind: "bytes", type: "String", bytes: this.#copied(bytes) };
  }

  #copied(bytes: Uint8Array): Uint8Array {
    this.#budget.bytes(bytes.length);
    return new Uint8Array(bytes);
  }

  /** A number of things, each of at least `least` bytes. */
  #count(least: number): number {
    const count = this.long();
    this.#input.mustHave(count * least);
    return count;
  }

  #bytes(): Uint8Array {
    return this.#input.view(this.long());
  }

  #reserve(): number {
    return this.#objects.push(PENDING) - 1;
  }

  #fill<V extends ForeignValue>(place: number, value: V): V {
    this.#objects[place] = value;
    if (typeof value === "object" && value !== null && !isLeaf(value)) {
      this.#shared.place(value, value);
    }
    return value;
  }

  #entered<V extends ForeignValue>(value: V): V {
    return this.#fill(this.#reserve(), value);
  }
}

/** How a string's encoding is said. */
function isEncoding([name, value]: ForeignField): boolean {
  return (name === "E" && typeof value === "boolean") || (name === "encoding" && typeof value === "string");
}

/** Which may be the same node in several places. */
function isLeaf({ kind }: ForeignNode): boolean {
  return kind === "float" || kind === "scalar" || kind === "name";
}

/** What was made for this very place, and may get more: a reference and what may be in several places is something else. */
function isContainer(value: ForeignValue): value is ForeignList | ForeignMap | ForeignObject {
  return (
    typeof value === "object" &&
    value !== null &&
    (value.kind === "list" || value.kind === "map" || value.kind === "object")
  );
}
