import type { NumericArray } from "../../numeric-arrays.ts";
import type { Budget } from "../budget.ts";
import type {
  ForeignArray,
  ForeignField,
  ForeignList,
  ForeignNode,
  ForeignTable,
  ForeignValue,
} from "../foreign-value.ts";

export type Attributes = ReadonlyMap<string, ForeignValue>;

/** A vector, a list, or an object of attributes alone: what attributes say more about. Others are what they are. */
export type Bare =
  | {
      readonly of: "logical" | "integer" | "double" | "complex" | "character" | "raw";
      readonly data: NumericArray | readonly (string | null)[];
      readonly imaginary?: Float64Array;
      readonly missing: Uint32Array;
    }
  | {
      readonly of: "list" | "expression" | "pairlist";
      readonly items: readonly ForeignValue[];
      readonly names?: readonly string[];
    }
  | { readonly of: "S4" }
  | ForeignNode
  | string;

type Vector = Extract<Bare, { readonly missing: Uint32Array }> & { readonly of: string };
type List = Extract<Bare, { readonly of: "list" | "expression" | "pairlist" }>;

const DAY_MS = 86_400_000;
const none: Attributes = new Map();

/** What R's own printing would take it for, by its attributes. Those that are not used for that are kept. */
export function show(bare: Bare, given: Attributes | undefined, budget: Budget): ForeignValue {
  const attributes = given ?? none;
  if (typeof bare === "string" || !("of" in bare)) {
    return bare;
  }
  const classes = textsOf(attributes.get("class")) ?? [];
  switch (bare.of) {
    case "S4":
      return { kind: "object", type: classes[0] ?? "S4", args: [], fields: rest(attributes, ["class"]) };
    case "list":
    case "expression":
    case "pairlist":
      return (
        (classes.includes("data.frame") ? table(bare, attributes, classes) : undefined) ??
        list(bare, attributes, classes)
      );
    default:
      return vector(bare, attributes, classes, budget);
  }
}

/** The texts of a character vector; undefined for anything else. */
export function textsOf(value: ForeignValue | undefined): readonly string[] | undefined {
  return typeof value === "object" && value?.kind === "array" && value.elements === "character"
    ? (value.data as readonly (string | null)[]).map((text) => text ?? "NA")
    : undefined;
}

function list(bare: List, attributes: Attributes, classes: readonly string[]): ForeignList {
  const names = bare.names ?? namesOf(attributes, bare.items.length);
  return {
    kind: "list",
    type: classes[0] ?? bare.of,
    items: bare.items,
    ...(names !== undefined && { names }),
    ...extras(attributes, classes, ["names"]),
  };
}

/** A data frame: a list of columns, whose rows have names. */
function table({ items }: List, attributes: Attributes, classes: readonly string[]): ForeignTable | undefined {
  const names = namesOf(attributes, items.length);
  const rows = rowsOf(attributes.get("row.names"));
  if ((names === undefined && items.length > 0) || rows === undefined) {
    return undefined;
  }
  return {
    kind: "table",
    type: classes[0]!,
    ...rows,
    columns: items.map((column, at): ForeignField => [names![at]!, column]),
    ...extras(attributes, classes, ["names", "row.names"]),
  };
}

/** Texts, or numbers, or (NA, -n) for n rows that are only numbered. */
function rowsOf(value: ForeignValue | undefined): Pick<ForeignTable, "rowCount" | "rowNames"> | undefined {
  const texts = textsOf(value);
  if (texts !== undefined) {
    return { rowCount: texts.length, rowNames: texts };
  }
  if (typeof value !== "object" || value?.kind !== "array" || !(value.data instanceof Int32Array)) {
    return undefined;
  }
  const { data, missing } = value;
  return data.length === 2 && missing?.[0] === 0
    ? { rowCount: Math.abs(data[1]!), rowNames: undefined }
    : { rowCount: data.length, rowNames: Array.from(data, String) };
}

function vector(bare: Vector, attributes: Attributes, classes: readonly string[], budget: Budget): ForeignValue {
  const { length } = bare.data;
  if (bare.of === "raw" && attributes.size === 0) {
    return { kind: "bytes", type: "raw", bytes: bare.data as Uint8Array };
  }
  const shape = shapeOf(attributes.get("dim"), length);
  const names = namesOf(attributes, length);
  const { data, elements, used } = contents(bare, attributes, classes, budget);
  const isWritten = data !== bare.data;
  const usedHere = [...used, ...(shape === undefined ? [] : ["dim"]), ...(names === undefined ? [] : ["names"])];
  return {
    kind: "array",
    type: classes[0] ?? bare.of,
    elements,
    shape: shape ?? [length],
    order: "column",
    data,
    ...(bare.imaginary !== undefined && !isWritten && { imaginary: bare.imaginary }),
    ...(bare.missing.length > 0 && { missing: bare.missing }),
    ...(names !== undefined && { names }),
    ...extras(attributes, classes, usedHere),
  };
}

interface Contents extends Pick<ForeignArray, "data" | "elements"> {
  /** Attributes that are in `data` now. */
  readonly used: readonly string[];
}

/** The elements as R writes them: a factor's as its levels, times as times. */
function contents(bare: Vector, attributes: Attributes, classes: readonly string[], budget: Budget): Contents {
  const { data, of } = bare;
  const asIs = { data, elements: of, used: [] };
  const levels = classes.includes("factor") ? textsOf(attributes.get("levels")) : undefined;
  if (levels !== undefined && data instanceof Int32Array) {
    budget.nodes(data.length);
    return { data: Array.from(data, (code) => levels[code - 1] ?? null), elements: "character", used: [] };
  }
  const isDate = classes.includes("Date");
  if ((isDate || classes.includes("POSIXct")) && (data instanceof Float64Array || data instanceof Int32Array)) {
    budget.nodes(data.length);
    const write = isDate ? dateText : timeText;
    return {
      data: Array.from(data, (value) => (Number.isNaN(value) ? null : write(value))),
      elements: "time",
      used: [],
    };
  }
  return asIs;
}

function dateText(days: number): string {
  const date = new Date(Math.floor(days) * DAY_MS);
  return Number.isNaN(date.getTime()) ? String(days) : date.toISOString().replace(/T.*/, "");
}

function timeText(seconds: number): string {
  const date = new Date(Math.round(seconds * 1000));
  return Number.isNaN(date.getTime()) ? String(seconds) : date.toISOString().replace(/\.000Z$/, "Z");
}

function shapeOf(dim: ForeignValue | undefined, length: number): readonly number[] | undefined {
  if (typeof dim !== "object" || dim?.kind !== "array" || !(dim.data instanceof Int32Array)) {
    return undefined;
  }
  const shape = Array.from(dim.data);
  return shape.every((side) => side >= 0) && shape.reduce((product, side) => product * side, 1) === length
    ? shape
    : undefined;
}

function namesOf(attributes: Attributes, length: number): readonly string[] | undefined {
  const names = textsOf(attributes.get("names"));
  return names?.length === length ? names : undefined;
}

/** What is left of the attributes; the class only where the type does not say all of it. */
function extras(
  attributes: Attributes,
  classes: readonly string[],
  used: readonly string[],
): { readonly attributes?: readonly ForeignField[] } {
  const fields = rest(attributes, classes.length > 1 ? used : [...used, "class"]);
  return fields.length === 0 ? {} : { attributes: fields };
}

function rest(attributes: Attributes, used: readonly string[]): ForeignField[] {
  return [...attributes].filter(([name]) => !used.includes(name));
}
