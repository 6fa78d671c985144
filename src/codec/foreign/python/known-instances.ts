import type { ForeignField, ForeignNode, ForeignValue } from "../foreign-value.ts";
import { knownTime } from "./known-times.ts";
import { numpyArray, numpyBuffer, numpyScalar } from "./numpy.ts";
import { isSequence, itemsOf, kindOf, type PyDict, type PyInstance, type PyValue } from "./pickle-graph.ts";
import type { PickleView } from "./pickle-view.ts";
import { bytesOf } from "./plain-parts.ts";

/** How an instance of a well-known class is shown. */
export interface Known {
  readonly node: ForeignNode;
  /** It has no parts that may refer to it. */
  readonly isLeaf?: boolean;
  /** Reads its parts into `node`. */
  readonly fill?: () => void;
}

/** Undefined where the instance is not what one of the class would be. */
type Knower = (value: PyInstance, view: PickleView, name: string) => Known | undefined;

const numpy: Record<string, Knower> = Object.fromEntries(
  ["numpy.core", "numpy._core"].flatMap((core) => [
    [`${core}.multiarray._reconstruct`, numpyArray],
    [`${core}.multiarray.scalar`, numpyScalar],
    [`${core}.numeric._frombuffer`, numpyBuffer],
  ]),
);

const times: Record<string, Knower> = Object.fromEntries(
  ["date", "time", "datetime", "timedelta", "timezone"].map((name) => [`datetime.${name}`, knownTime]),
);

const knowers = new Map<string, Knower>(
  Object.entries({
    set: listOfOne,
    frozenset: listOfOne,
    bytes: plainBytes,
    bytearray: plainBytes,
    "_codecs.encode": encodedBytes,
    complex: complexNumber,
    "decimal.Decimal": numberAsText,
    "fractions.Fraction": numberAsText,
    "uuid.UUID": uuid,
    "collections.OrderedDict": mapOfOne,
    "collections.Counter": mapOfOne,
    "collections.defaultdict": defaultDict,
    "collections.deque": deque,
    ...times,
    ...numpy,
  }),
);

/** The instance of a well-known class that calling `name` would make; undefined for all others. */
export function knownInstance(name: string, value: PyInstance, view: PickleView): Known | undefined {
  const know = value.kwargs === undefined ? knowers.get(name) : undefined;
  if (know === undefined) {
    return undefined;
  }
  // They look at all arguments, which may be those of many instances.
  view.budget.nodes(itemsOf(value.args).length);
  return know(value, view, name);
}

function listOfOne(value: PyInstance, view: PickleView, type: string): Known | undefined {
  const [source, ...more] = itemsOf(value.args);
  if ((source !== undefined && !isSequence(source)) || more.length > 0 || isTouched(value)) {
    return undefined;
  }
  const items: ForeignValue[] = [];
  return { node: { kind: "list", type, items }, fill: () => fill(items, itemsOf(source), view) };
}

function plainBytes(value: PyInstance, view: PickleView, type: string): Known | undefined {
  const [source] = itemsOf(value.args);
  const bytes = source === undefined ? new Uint8Array() : bytesOf(source, view.budget);
  return bytes === undefined || isTouched(value) ? undefined : { node: { kind: "bytes", type, bytes } };
}

/** Bytes in protocols 0 to 2: a text in Latin-1. */
function encodedBytes(value: PyInstance, view: PickleView): Known | undefined {
  const bytes = bytesOf(value, view.budget);
  return bytes === undefined ? undefined : { node: { kind: "bytes", type: "bytes", bytes } };
}

function complexNumber(value: PyInstance): Known | undefined {
  const [re, im, ...more] = itemsOf(value.args).map(numberOf);
  return re === undefined || im === undefined || more.length > 0
    ? undefined
    : { node: { kind: "complex", re, im }, isLeaf: true };
}

function numberAsText(value: PyInstance, _view: PickleView, type: string): Known | undefined {
  const [first, second, ...more] = itemsOf(value.args);
  const isPair = isWhole(first) && isWhole(second);
  const text = isPair ? `${first}/${second}` : second === undefined ? first : undefined;
  return typeof text !== "string" || more.length > 0 || isTouched(value)
    ? undefined
    : { node: { kind: "scalar", type, text }, isLeaf: true };
}

function uuid(value: PyInstance, _view: PickleView, type: string): Known | undefined {
  const { state } = value;
  const [key, number] = kindOf(state) === "dict" ? (state as PyDict).pairs : [];
  if (key !== "int" || (typeof number !== "bigint" && typeof number !== "number") || number < 0) {
    return undefined;
  }
  const digits = number.toString(16).padStart(32, "0");
  const text = digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  return { node: { kind: "scalar", type, text }, isLeaf: true };
}

/** Made empty and filled, of a dict, or (Python 2) of a list of pairs. */
function mapOfOne(value: PyInstance, view: PickleView, type: string): Known | undefined {
  const [source, ...more] = itemsOf(value.args);
  const pairs = source === undefined ? [] : pairsOf(source, view);
  return pairs === undefined || more.length > 0 || value.items.length > 0
    ? undefined
    : map(value, view, type, pairs, []);
}

function defaultDict(value: PyInstance, view: PickleView, type: string): Known | undefined {
  const [factory = null, source, ...more] = itemsOf(value.args);
  const pairs = source === undefined ? [] : pairsOf(source, view);
  return pairs === undefined || more.length > 0 || value.items.length > 0
    ? undefined
    : map(value, view, type, pairs, [["default_factory", factory]]);
}

function deque(value: PyInstance, view: PickleView, type: string): Known | undefined {
  const [source, maxlen = null, ...more] = itemsOf(value.args);
  if ((source !== undefined && !isSequence(source)) || more.length > 0 || value.pairs.length > 0) {
    return undefined;
  }
  const items: ForeignValue[] = [];
  const attributes: ForeignField[] = [];
  return {
    node: { kind: "list", type, items, ...(maxlen !== null && { attributes }) },
    fill: () => {
      if (maxlen !== null) {
        attributes.push(["maxlen", view.show(maxlen)]);
      }
      fill(items, itemsOf(source), view);
      fill(items, value.items, view);
    },
  };
}

function map(
  value: PyInstance,
  view: PickleView,
  type: string,
  pairs: readonly PyValue[],
  extras: [string, PyValue][],
): Known {
  const entries: [ForeignValue, ForeignValue][] = [];
  const attributes: ForeignField[] = [];
  const fromState = value.state === undefined || value.state === null ? [] : [["__dict__", value.state] as const];
  const all = [...extras, ...fromState];
  return {
    node: { kind: "map", type, entries, ...(all.length > 0 && { attributes }) },
    fill: () => {
      attributes.push(...all.map(([name, each]): ForeignField => [name, view.show(each)]));
      for (const list of [pairs, value.pairs]) {
        for (let at = 0; at < list.length; at += 2) {
          entries.push([view.show(list[at]!), view.show(list[at + 1]!)]);
        }
      }
    },
  };
}

function fill(items: ForeignValue[], values: readonly PyValue[], view: PickleView): void {
  for (const value of values) {
    items.push(view.show(value));
  }
}

function pairsOf(source: PyValue, view: PickleView): readonly PyValue[] | undefined {
  if (kindOf(source) === "dict") {
    return (source as PyDict).pairs;
  }
  view.budget.nodes(itemsOf(source).length);
  const pairs = isSequence(source) ? source.items.map(itemsOf) : undefined;
  return pairs?.every(({ length }) => length === 2) === true ? pairs.flat() : undefined;
}

function isWhole(value: PyValue | undefined): value is number | bigint {
  return typeof value === "bigint" || Number.isSafeInteger(value);
}

function numberOf(value: PyValue): number | undefined {
  return typeof value === "number" ? value : kindOf(value) === "float" ? (value as { value: number }).value : undefined;
}

/** Something was done to it after it was made, which this class does not have done. */
function isTouched({ items, pairs, state }: PyInstance): boolean {
  return items.length > 0 || pairs.length > 0 || (state !== undefined && state !== null);
}
