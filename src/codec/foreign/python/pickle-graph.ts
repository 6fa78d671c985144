import type { ForeignFloat, ForeignOpaque, ForeignScalar } from "../foreign-value.ts";

/*
 * What the opcodes of a pickle make: a graph, in which objects may be in several places and inside themselves. No class is looked
 * up and no function called: what would be, is an instance that says how.
 */

export type PyValue = null | boolean | number | bigint | string | PyNode;

export type PyNode =
  PyBytes | PySequence | PyDict | PyGlobal | PyInstance | ForeignFloat | ForeignScalar | ForeignOpaque;

export interface PyBytes {
  readonly kind: "bytes";
  readonly type: "bytes" | "bytearray" | "str";
  /** A view of the pickle. */
  readonly bytes: Uint8Array;
}

export interface PySequence {
  readonly kind: "sequence";
  readonly type: "list" | "tuple" | "set" | "frozenset";
  readonly items: PyValue[];
}

export interface PyDict {
  readonly kind: "dict";
  /** Keys and values in turn. */
  readonly pairs: PyValue[];
}

export interface PyGlobal {
  readonly kind: "global";
  /** `module.name`, without `builtins`. */
  readonly name: string;
}

/** What calling `callee` would make, and what would then be done to it. */
export interface PyInstance {
  readonly kind: "instance";
  readonly callee: PyValue;
  /** A tuple. */
  readonly args: PyValue;
  readonly kwargs: PyValue | undefined;
  /** What `__setstate__` would get. */
  state: PyValue | undefined;
  /** What would be appended or added. */
  readonly items: PyValue[];
  /** What would be set, keys and values in turn. */
  readonly pairs: PyValue[];
}

export function globalNamed(module: string, name: string): PyGlobal {
  const isBuiltin = module === "builtins" || module === "__builtin__";
  return { kind: "global", name: isBuiltin ? name : `${module}.${name}` };
}

export function instanceOf(callee: PyValue, args: PyValue, kwargs?: PyValue): PyInstance {
  return { kind: "instance", callee, args, kwargs, state: undefined, items: [], pairs: [] };
}

export function sequence(type: PySequence["type"], items: PyValue[]): PySequence {
  return { kind: "sequence", type, items };
}

export function kindOf(value: PyValue | undefined): PyNode["kind"] | undefined {
  return typeof value === "object" && value !== null ? value.kind : undefined;
}

export function isSequence(value: PyValue | undefined): value is PySequence {
  return kindOf(value) === "sequence";
}

/** The items of a tuple or list; none of anything else. */
export function itemsOf(value: PyValue | undefined): readonly PyValue[] {
  return isSequence(value) ? value.items : [];
}
