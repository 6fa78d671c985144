import { Simple, Tagged } from "../../src/codec/index.ts";
import { bytes, count } from "../format/numbers.ts";
import { shortened, visibleLine } from "../format/visible-text.ts";

/** How a value is coloured. */
export type Tint = "text" | "number" | "word" | "special" | "container";

/** A value as a line of the tree. Its children are made when they are asked for: a value may be deep, wide, or hold itself. */
export interface TreeNode {
  readonly tint: Tint;
  /** What stands in the line: `"abc"`, `12`, `Array (3)`. */
  readonly summary: string;
  /** A string that `summary` shows only a part of. */
  readonly longText: string | undefined;
  readonly children: (() => Children) | undefined;
}

export interface Children {
  readonly count: number;
  /** The keys are only the places in a list. */
  readonly isList: boolean;
  readonly at: (index: number) => { readonly key: string; readonly node: TreeNode };
}

const SUMMARY_LENGTH = 200;

export function treeNode(value: unknown): TreeNode {
  switch (typeof value) {
    case "string":
      return textNode(value);
    case "number":
      return leaf("number", Object.is(value, -0) ? "-0" : String(value));
    case "bigint":
      return leaf("number", `${value}n`);
    case "object":
      return value === null ? leaf("word", "null") : objectNode(value);
    default:
      return leaf("word", String(value));
  }
}

/** Fit for a line of the tree, whatever it is. */
export function oneLine(text: string): string {
  return visibleLine(shortened(text, SUMMARY_LENGTH));
}

export function textNode(value: string): TreeNode {
  const text = shortened(value, SUMMARY_LENGTH);
  return {
    tint: "text",
    summary: `"${visibleLine(text)}"`,
    longText: text === value ? undefined : value,
    children: undefined,
  };
}

function objectNode(value: object): TreeNode {
  if (Array.isArray(value)) {
    return listNode("Array", value as readonly unknown[]);
  }
  if (ArrayBuffer.isView(value)) {
    return value instanceof DataView
      ? leaf("special", `DataView (${bytes(value.byteLength)})`)
      : listNode(value.constructor.name, value as unknown as ArrayLike<unknown>);
  }
  if (value instanceof ArrayBuffer) {
    return leaf("special", `ArrayBuffer (${bytes(value.byteLength)})`);
  }
  if (value instanceof Map) {
    return mapNode(value);
  }
  if (value instanceof Set) {
    return container(`Set (${count(value.size)})`, value.size, () => list([...value]));
  }
  return otherNode(value);
}

function otherNode(value: object): TreeNode {
  if (value instanceof Date) {
    return leaf("special", Number.isNaN(value.getTime()) ? "Date (invalid)" : `Date ${value.toISOString()}`);
  }
  if (value instanceof RegExp || value instanceof URL) {
    return leaf("special", oneLine(String(value)));
  }
  if (value instanceof Error) {
    const fields = Object.getOwnPropertyNames(value);
    const summary = `${value.name}: ${value.message}`;
    return fieldsNode(oneLine(summary), value, fields, "special");
  }
  if (value instanceof Tagged) {
    return container(`tag ${value.tag}`, 1, () => list([value.value]));
  }
  if (value instanceof Simple) {
    return leaf("special", `simple value ${value.value}`);
  }
  if (value instanceof Number || value instanceof String || value instanceof Boolean || value instanceof BigInt) {
    return leaf("special", `Object(${treeNode(value.valueOf()).summary})`);
  }
  const fields = Object.keys(value);
  return fieldsNode(`Object (${count(fields.length)})`, value, fields, "container");
}

function listNode(name: string, items: ArrayLike<unknown>): TreeNode {
  return container(`${name} (${count(items.length)})`, items.length, () => list(items));
}

function mapNode(map: ReadonlyMap<unknown, unknown>): TreeNode {
  return container(`Map (${count(map.size)})`, map.size, () => {
    const entries = [...map];
    return {
      count: entries.length,
      isList: false,
      at: (index) => {
        const [key, value] = entries[index]!;
        return { key: treeNode(key).summary, node: treeNode(value) };
      },
    };
  });
}

function fieldsNode(summary: string, owner: object, fields: readonly string[], tint: Tint): TreeNode {
  const children = (): Children => ({
    count: fields.length,
    isList: false,
    at: (index) => {
      const key = fields[index]!;
      return { key: oneLine(key), node: treeNode(Reflect.get(owner, key)) };
    },
  });
  return { tint, summary, longText: undefined, children: fields.length === 0 ? undefined : children };
}

export function container(summary: string, size: number, children: () => Children): TreeNode {
  return { tint: "container", summary, longText: undefined, children: size === 0 ? undefined : children };
}

function list(items: ArrayLike<unknown>): Children {
  return { count: items.length, isList: true, at: (index) => ({ key: String(index), node: treeNode(items[index]) }) };
}

export function leaf(tint: Tint, summary: string): TreeNode {
  return { tint, summary, longText: undefined, children: undefined };
}
