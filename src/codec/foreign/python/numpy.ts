import { numericArray, type ElementKind, type NumericArray } from "../../numeric-arrays.ts";
import { readText } from "../../text.ts";
import type { ForeignArray, ForeignValue } from "../foreign-value.ts";
import type { Known } from "./known-instances.ts";
import { isSequence, itemsOf, kindOf, type PyInstance, type PyValue } from "./pickle-graph.ts";
import type { PickleView } from "./pickle-view.ts";
import { bytesOf } from "./plain-parts.ts";

/*
 * Arrays and scalars of numpy: bytes, and a dtype that says what they are. Those of structures, and of sizes that JavaScript
 * has not, are shown as the instances they are.
 */

interface Dtype {
  /** As numpy calls it: `float64`. */
  readonly name: string;
  readonly code: string;
  readonly itemBytes: number;
  readonly isLittleEndian: boolean;
}

/** Numpy's own limit. */
const MOST_DIMENSIONS = 64;

type Elements = Pick<ForeignArray, "data" | "imaginary">;

const numbersByCode: Record<string, ElementKind["numbers"]> = {
  b: "unsigned",
  u: "unsigned",
  i: "signed",
  f: "float",
  M: "signed",
  m: "signed",
};

const namesByCode: Record<string, string> = {
  u: "uint",
  i: "int",
  f: "float",
  c: "complex",
};

/** `_reconstruct(ndarray, (0,), b"b")`, whose state has all that matters. */
export function numpyArray(value: PyInstance, view: PickleView): Known | undefined {
  const state = itemsOf(value.state);
  const [version, shape, type, isFortran, content] = state.length === 4 ? [1, ...state] : state;
  const dtype = version === 1 ? dtypeOf(type, view) : undefined;
  if (dtype === undefined || content === undefined) {
    return undefined;
  }
  return array(dtype, shape!, isFortran === true || isFortran === 1 ? "column" : "row", content, view);
}

/** `_frombuffer(buffer, dtype, shape, order)`: protocol 5. */
export function numpyBuffer(value: PyInstance, view: PickleView): Known | undefined {
  const [content, type, shape, order] = itemsOf(value.args);
  const dtype = dtypeOf(type, view);
  return dtype === undefined || shape === undefined
    ? undefined
    : array(dtype, shape, order === "F" ? "column" : "row", content!, view);
}

export function numpyScalar(value: PyInstance, view: PickleView): Known | undefined {
  const [type, content] = itemsOf(value.args);
  const dtype = dtypeOf(type, view);
  const bytes = dtype === undefined ? undefined : bytesOf(content, view.budget);
  if (dtype === undefined || bytes?.length !== dtype.itemBytes) {
    return undefined;
  }
  const elements = elementsOf(dtype, bytes, view);
  if (elements === undefined) {
    return undefined;
  }
  const first = elements.data[0] as number | bigint | string | undefined;
  if (first === undefined) {
    return undefined; // a text of no bytes
  }
  const text = elements.imaginary === undefined ? written(first, dtype) : `(${first}, ${elements.imaginary[0]})`;
  return { node: { kind: "scalar", type: `numpy.${dtype.name}`, text }, isLeaf: true };
}

function array(
  dtype: Dtype,
  shapeOf: PyValue,
  order: ForeignArray["order"],
  content: PyValue,
  view: PickleView,
): Known | undefined {
  const shape = itemsOf(shapeOf);
  if (
    !isSequence(shapeOf) ||
    shape.length > MOST_DIMENSIONS ||
    !shape.every((side) => Number.isSafeInteger(side) && (side as number) >= 0)
  ) {
    return undefined;
  }
  const count = (shape as number[]).reduce((product, side) => product * side, 1);
  const about = { type: "numpy.ndarray", elements: dtype.name, shape: shape as number[], order };
  if (dtype.code === "O") {
    if (!isSequence(content) || content.items.length !== count) {
      return undefined;
    }
    const data: ForeignValue[] = [];
    return {
      node: { kind: "array", ...about, data },
      fill: () => {
        for (const item of content.items) {
          data.push(view.show(item));
        }
      },
    };
  }
  const bytes = bytesOf(content, view.budget);
  const isWhole = bytes?.length === count * dtype.itemBytes && (dtype.itemBytes > 0 || count === 0);
  const elements = isWhole ? elementsOf(dtype, bytes, view) : undefined;
  return elements === undefined ? undefined : { node: { kind: "array", ...about, ...elements } };
}

function elementsOf(dtype: Dtype, bytes: Uint8Array<ArrayBuffer>, view: PickleView): Elements | undefined {
  const { code, itemBytes, isLittleEndian } = dtype;
  if (code === "S" || code === "U") {
    const count = itemBytes === 0 ? 0 : bytes.length / itemBytes;
    view.budget.nodes(count);
    const read = code === "S" ? textOfBytes : textOfPoints;
    return {
      data: Array.from({ length: count }, (_, at) =>
        read(bytes.subarray(at * itemBytes, (at + 1) * itemBytes), isLittleEndian),
      ),
    };
  }
  if (code === "c") {
    const parts = numbers("float", itemBytes / 2, isLittleEndian, bytes);
    return parts === undefined ? undefined : { data: everySecond(parts, 0), imaginary: everySecond(parts, 1) };
  }
  const data = numbers(numbersByCode[code], itemBytes, isLittleEndian, bytes);
  return data === undefined ? undefined : { data };
}

function numbers(
  kind: ElementKind["numbers"] | undefined,
  size: number,
  isLittleEndian: boolean,
  bytes: Uint8Array<ArrayBuffer>,
): NumericArray | undefined {
  return kind === undefined || ![1, 2, 4, 8].includes(size)
    ? undefined
    : numericArray({ numbers: kind, bytes: size as ElementKind["bytes"], isLittleEndian }, bytes);
}

function everySecond(parts: NumericArray, from: 0 | 1): NumericArray {
  const half = parts instanceof Float64Array ? new Float64Array(parts.length / 2) : new Float32Array(parts.length / 2);
  for (let at = 0; at < half.length; at++) {
    half[at] = Number(parts[2 * at + from]);
  }
  return half;
}

/** `dtype("f8", False, True)`, with a state of version, byte order, substructure, field names, fields, size, ... */
function dtypeOf(value: PyValue | undefined, view: PickleView): Dtype | undefined {
  if (kindOf(value) !== "instance") {
    return undefined;
  }
  const { callee, args, state } = value as PyInstance;
  const [spec] = itemsOf(args);
  const isDtype = kindOf(callee) === "global" && (callee as { name: string }).name === "numpy.dtype";
  const match = typeof spec === "string" ? /^([buifcSUOMm])(\d*)$/.exec(spec) : null;
  if (!isDtype || match === null) {
    return undefined;
  }
  const [, byteOrder, sub = null, names = null, , size, , , metadata] = itemsOf(state);
  if (sub !== null || names !== null) {
    return undefined;
  }
  const code = match[1]!;
  const isSized = typeof size === "number" && size >= 0;
  const itemBytes = code === "U" || code === "S" ? (isSized ? size : -1) : Number(match[2]);
  return itemBytes < 0
    ? undefined
    : { name: dtypeName(code, itemBytes, metadata, view), code, itemBytes, isLittleEndian: byteOrder !== ">" };
}

function dtypeName(code: string, itemBytes: number, metadata: PyValue | undefined, view: PickleView): string {
  switch (code) {
    case "b":
      return "bool";
    case "O":
      return "object";
    case "S":
      return `S${itemBytes}`;
    case "U":
      return `U${itemBytes / 4}`;
    case "M":
    case "m": {
      const [unit, step] = itemsOf(itemsOf(metadata)[1]);
      const bytes = bytesOf(unit, view.budget);
      const text = bytes === undefined ? undefined : readText(bytes, 0, bytes.length);
      const known = text === undefined ? "" : `[${step === 1 || typeof step !== "number" ? "" : step}${text}]`;
      return `${code === "M" ? "datetime64" : "timedelta64"}${known}`;
    }
    default:
      return `${namesByCode[code]}${itemBytes * 8}`;
  }
}

/** A text in a fixed number of bytes, zeros behind it. */
function textOfBytes(bytes: Uint8Array): string {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) {
    end -= 1;
  }
  return readText(bytes, 0, end);
}

/** The same in four bytes for each character. */
function textOfPoints(bytes: Uint8Array, isLittleEndian: boolean): string {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let text = "";
  for (let at = 0; at + 4 <= bytes.length; at += 4) {
    const point = view.getUint32(at, isLittleEndian);
    text += String.fromCodePoint(point <= 0x10ffff ? point : 0xfffd);
  }
  return text.replace(/\0+$/, "");
}

function written(value: number | bigint | string, { code }: Dtype): string {
  return code === "b" ? (value === 0 ? "False" : "True") : String(value);
}
