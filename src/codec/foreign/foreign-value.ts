import type { NumericArray } from "../numeric-arrays.ts";

/*
 * What another language's value looks like: plain data for display. Nothing in it is alive: a class is a name, an instance its parts.
 *
 * A whole number is a `number`, or a `bigint` beyond 2^53 - 1; other numbers are tagged, so that 1 and 1.0 differ. `null` is None, NULL
 * or nil. It is a tree: what stands in several places, or inside itself, stands in the first and has an `id`; the
 * others are references to it. (Leaves without an `id` may be the same object in several places.)
 */
export type ForeignValue = null | boolean | number | bigint | string | ForeignNode;

export type ForeignNode =
  | ForeignFloat
  | ForeignComplex
  | ForeignScalar
  | ForeignName
  | ForeignBytes
  | ForeignList
  | ForeignMap
  | ForeignArray
  | ForeignTable
  | ForeignObject
  | ForeignOpaque
  | ForeignReference;

export interface ForeignFloat {
  readonly kind: "float";
  readonly value: number;
}

export interface ForeignComplex {
  readonly kind: "complex";
  readonly re: number;
  readonly im: number;
}

/** A single thing with a written form of its own: a date, a decimal number, a whole number too long for a `bigint` to be sensible. */
export interface ForeignScalar {
  readonly kind: "scalar";
  readonly type: string;
  readonly text: string;
}

/** Something that is only named: a class, a function, a symbol, a constant of an enumeration. */
export interface ForeignName {
  readonly kind: "name";
  readonly type: string;
  readonly name: string;
}

/** What may stand in several places. */
interface Shareable {
  /** Set when there are references to it. */
  readonly id?: number;
  /** What it has beside its elements: R's attributes, the state of a subclass. */
  readonly attributes?: readonly ForeignField[];
}

export interface ForeignBytes extends Shareable {
  readonly kind: "bytes";
  readonly type: string;
  readonly bytes: Uint8Array;
}

export interface ForeignList extends Shareable {
  readonly kind: "list";
  /** As `list`, `tuple`, `set`, `collections.deque`. */
  readonly type: string;
  readonly items: readonly ForeignValue[];
  /** Of R: one for each item, empty where there is none. */
  readonly names?: readonly string[];
}

export interface ForeignMap extends Shareable {
  readonly kind: "map";
  readonly type: string;
  readonly entries: readonly (readonly [key: ForeignValue, value: ForeignValue])[];
}

/** Elements of one kind, in any number of dimensions. */
export interface ForeignArray extends Shareable {
  readonly kind: "array";
  /** As `numpy.ndarray`, `integer`, `factor`. */
  readonly type: string;
  /** What the elements are, in the language's own words, as `float64`, `logical`. */
  readonly elements: string;
  /** Their product is the number of elements. */
  readonly shape: readonly number[];
  /** Which index changes slowest in `data`: the first (`row`) or the last (`column`). */
  readonly order: "row" | "column";
  readonly data: NumericArray | readonly ForeignValue[];
  /** Imaginary parts, where `data` are the real ones. */
  readonly imaginary?: NumericArray;
  /** Places in `data` that hold no value (R's NA), going up. What `data` has there means nothing. */
  readonly missing?: Uint32Array;
  /** Of R: one for each element. */
  readonly names?: readonly string[];
}

/** Columns of equal length. */
export interface ForeignTable extends Shareable {
  readonly kind: "table";
  readonly type: string;
  readonly rowCount: number;
  /** Undefined where rows are only numbered. */
  readonly rowNames: readonly string[] | undefined;
  readonly columns: readonly ForeignField[];
}

/** An instance of a class, or anything that a function of that language would have made: what it would be made of. */
export interface ForeignObject extends Shareable {
  readonly kind: "object";
  readonly type: string;
  /** What its maker would be called with. */
  readonly args: readonly ForeignValue[];
  readonly fields: readonly ForeignField[];
  /** Of one that is a list, or a map, as well. */
  readonly items?: readonly ForeignValue[];
  readonly entries?: readonly (readonly [key: ForeignValue, value: ForeignValue])[];
}

export type ForeignField = readonly [name: string, value: ForeignValue];

/** Something whose inside is not shown: a closure, an environment. */
export interface ForeignOpaque {
  readonly kind: "opaque";
  readonly type: string;
  /** What can be said of it; maybe nothing. */
  readonly text: string;
}

export interface ForeignReference {
  readonly kind: "reference";
  readonly id: number;
}
