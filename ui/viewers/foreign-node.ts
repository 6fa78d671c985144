import type { ForeignArray, ForeignField, ForeignNode, ForeignValue } from "../../src/codec/foreign/index.ts";
import { bytes, count } from "../format/numbers.ts";
import { hexLine } from "./hex.ts";
import { type NumberSeries, seriesOf } from "./number-series.ts";
import { type Children, container, leaf, oneLine, textNode, type TreeNode, treeNode } from "./tree-node.ts";

/** A child before it is asked for. */
type Child = readonly [key: string, value: ForeignValue];

/** A value of another language as a line of the tree, in that language's own words. */
export function foreignNode(value: ForeignValue): TreeNode {
  if (value === null || typeof value === "boolean") {
    return leaf("word", value === null ? "none" : String(value));
  }
  if (typeof value === "string") {
    return textNode(value);
  }
  return typeof value === "object" ? withAttributes(value, nodeOf(value)) : leaf("number", String(value));
}

/** The numbers of an array that are all there and all real, for the plot. */
export function foreignSeries(value: ForeignValue): NumberSeries | undefined {
  if (
    typeof value !== "object" ||
    value?.kind !== "array" ||
    value.imaginary !== undefined ||
    value.missing !== undefined
  ) {
    return undefined;
  }
  const numbers = ArrayBuffer.isView(value.data) ? seriesOf(value.data) : undefined;
  return numbers === undefined || numbers.length < 2 ? undefined : { ...numbers, kind: arrayKind(value) };
}

/** An element of an array, as text. */
export function arrayElement({ data, imaginary, missing }: ForeignArray, index: number): string {
  if (missing?.includes(index) === true) {
    return "NA";
  }
  const element = data[index];
  const summary = element === undefined ? "" : foreignNode(element).summary;
  return imaginary === undefined ? summary : complexText(summary, Number(imaginary[index]));
}

function nodeOf(value: ForeignNode): TreeNode {
  switch (value.kind) {
    case "float":
      return leaf("number", floatText(value.value));
    case "complex":
      return leaf("number", complexText(floatText(value.re), value.im));
    case "scalar":
      return leaf("special", `${value.type} ${oneLine(value.text)}`);
    case "name":
      return leaf("special", oneLine(`${value.type} ${value.name}`));
    case "opaque":
      return leaf("special", oneLine(value.text === "" ? value.type : `${value.type} ${value.text}`));
    case "reference":
      return leaf("special", `the same as #${value.id}`);
    case "bytes":
      return leaf("special", oneLine(`${value.type} (${bytes(value.bytes.length)}) ${hexLine(value.bytes, 0).hex}`));
    case "array":
      return arrayNode(value);
    default:
      return containerNode(value);
  }
}

function containerNode(value: Extract<ForeignNode, { kind: "list" | "map" | "table" | "object" }>): TreeNode {
  switch (value.kind) {
    case "list": {
      const { items, names } = value;
      const children = (): Children =>
        childList(items.length, names === undefined, (i) => [nameAt(names, i), items[i]!]);
      return container(oneLine(`${value.type} (${count(items.length)})`), items.length, children);
    }
    case "map":
      return branch(`${value.type} (${count(value.entries.length)})`, value.entries.map(entryChild));
    case "table":
      return branch(`${value.type} (${count(value.rowCount)} × ${count(value.columns.length)})`, value.columns);
    case "object": {
      const { args, fields, items = [], entries = [] } = value;
      return branch(value.type, [
        ...args.map((arg, i): Child => [`argument ${i}`, arg]),
        ...fields,
        ...items.map((item, i): Child => [String(i), item]),
        ...entries.map(entryChild),
      ]);
    }
  }
}

function arrayNode(array: ForeignArray): TreeNode {
  const { data, names } = array;
  return container(oneLine(`${arrayKind(array)} (${shapeText(array)})`), data.length, () => ({
    count: data.length,
    isList: names === undefined,
    at: (index) => ({ key: nameAt(names, index), node: elementNode(array, index) }),
  }));
}

function elementNode(array: ForeignArray, index: number): TreeNode {
  const isPlain =
    ArrayBuffer.isView(array.data) || array.imaginary !== undefined || array.missing?.includes(index) === true;
  return isPlain ? leaf("number", arrayElement(array, index)) : foreignNode(array.data[index] as ForeignValue);
}

function arrayKind({ type, elements }: ForeignArray): string {
  return type === elements ? type : `${type} of ${elements}`;
}

function shapeText({ shape, order }: ForeignArray): string {
  const text = shape.map(count).join(" × ");
  return shape.length > 1 && order === "column" ? `${text}, column by column` : text;
}

/** What something has beside its elements, and the number that references name it by. */
function withAttributes(value: ForeignNode, node: TreeNode): TreeNode {
  const attributes: readonly ForeignField[] = ("attributes" in value ? value.attributes : undefined) ?? [];
  const id = "id" in value && value.kind !== "reference" ? value.id : undefined;
  const summary = id === undefined ? node.summary : `#${id} ${node.summary}`;
  if (attributes.length === 0) {
    return { ...node, summary };
  }
  return {
    ...node,
    summary,
    children: () => {
      const inner = node.children?.();
      const innerCount = inner?.count ?? 0;
      const more = childList(attributes.length, false, (i) => attributes[i]!);
      return {
        count: innerCount + more.count,
        isList: inner?.isList ?? false,
        at: (index) => (inner !== undefined && index < innerCount ? inner.at(index) : more.at(index - innerCount)),
      };
    },
  };
}

function branch(summary: string, children: readonly Child[]): TreeNode {
  return container(oneLine(summary), children.length, () => childList(children.length, false, (i) => children[i]!));
}

function childList(size: number, isList: boolean, childAt: (index: number) => Child): Children {
  return {
    count: size,
    isList,
    at: (index) => {
      const [key, value] = childAt(index);
      return { key: oneLine(key), node: foreignNode(value) };
    },
  };
}

function entryChild([key, value]: readonly [key: ForeignValue, value: ForeignValue]): Child {
  return [foreignNode(key).summary, value];
}

function nameAt(names: readonly string[] | undefined, index: number): string {
  const name = names?.[index] ?? "";
  return name === "" ? String(index) : oneLine(name);
}

/** 1.0 is another thing than 1 there. */
function floatText(value: number): string {
  const { summary } = treeNode(value);
  return Number.isInteger(value) && !summary.includes("e") ? `${summary}.0` : summary;
}

function complexText(re: string, im: number): string {
  return `${re}${im < 0 || Object.is(im, -0) ? "-" : "+"}${Math.abs(im)}i`;
}
