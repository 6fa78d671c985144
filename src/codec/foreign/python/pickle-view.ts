import type { Budget } from "../budget.ts";
import type { ForeignField, ForeignNode, ForeignValue } from "../foreign-value.ts";
import { SharedNodes } from "../shared-nodes.ts";
import { knownInstance } from "./known-instances.ts";
import {
  isSequence,
  itemsOf,
  kindOf,
  type PyDict,
  type PyInstance,
  type PyNode,
  type PyValue,
  sequence,
} from "./pickle-graph.ts";

const MOST_NAME_STEPS = 8;

/**
 * Shows the graph of a pickle as a tree. Every value that is shown is paid for, so a pickle whose parts refer to each other
 * many times is no more than the limits allow.
 */
export class PickleView {
  readonly budget: Budget;
  readonly #shared = new SharedNodes();
  /** What instances without parts are shown as: made once, however often they are referred to. */
  readonly #leaves = new Map<PyInstance, ForeignNode>();

  constructor(budget: Budget) {
    this.budget = budget;
  }

  readonly show = (value: PyValue): ForeignValue => {
    this.budget.nodes(1);
    return typeof value === "object" && value !== null ? this.#node(value) : value;
  };

  /** What a class or function is called. */
  nameOf(callee: PyValue, steps = MOST_NAME_STEPS): string {
    if (typeof callee !== "object" || callee === null || steps === 0) {
      return "?";
    }
    if (callee.kind === "global") {
      return callee.name;
    }
    // A method of a class is pickled as a call of getattr.
    const [owner, name] = callee.kind === "instance" ? itemsOf(callee.args) : [];
    const isMethod = callee.kind === "instance" && this.nameOf(callee.callee, steps - 1) === "getattr";
    if (!isMethod || typeof name !== "string") {
      return "?";
    }
    const ownerName = this.nameOf(owner ?? null, steps - 1);
    this.budget.bytes(ownerName.length + name.length);
    return `${ownerName}.${name}`;
  }

  #node(value: PyNode): ForeignNode {
    switch (value.kind) {
      case "float":
      case "scalar":
      case "opaque":
        return value;
      case "global":
        return { kind: "name", type: "global", name: value.name };
      default:
        return this.#shared.again(value) ?? this.budget.inside(() => this.#whole(value));
    }
  }

  #whole(value: Exclude<PyNode, { readonly kind: "float" | "scalar" | "opaque" | "global" }>): ForeignNode {
    switch (value.kind) {
      case "bytes":
        this.budget.bytes(value.bytes.length);
        return this.#placed(value, { kind: "bytes", type: value.type, bytes: new Uint8Array(value.bytes) });
      case "sequence": {
        const items: ForeignValue[] = [];
        const node = this.#placed(value, { kind: "list", type: value.type, items });
        this.#fill(items, value.items);
        return node;
      }
      case "dict": {
        const entries: [ForeignValue, ForeignValue][] = [];
        const node = this.#placed(value, { kind: "map", type: "dict", entries });
        this.#fillEntries(entries, value.pairs);
        return node;
      }
      case "instance":
        return this.#leaves.get(value) ?? this.#instance(value);
    }
  }

  #instance(value: PyInstance): ForeignNode {
    const made = asMade(value, this);
    const name = this.nameOf(made.callee);
    const known = knownInstance(name, made, this);
    if (known === undefined) {
      return this.#object(name, value, made);
    }
    if (known.isLeaf) {
      this.#leaves.set(value, known.node);
      return known.node;
    }
    const node = this.#placed(value, known.node);
    known.fill?.();
    return node;
  }

  #object(type: string, source: PyInstance, value: PyInstance): ForeignNode {
    const args: ForeignValue[] = [];
    const fields: ForeignField[] = [];
    const items: ForeignValue[] = [];
    const entries: [ForeignValue, ForeignValue][] = [];
    const node = this.#placed(source, {
      kind: "object",
      type,
      args,
      fields,
      ...(value.items.length > 0 && { items }),
      ...(value.pairs.length > 0 && { entries }),
    });
    if (type === "?") {
      fields.push(["made by", this.show(value.callee)]);
    }
    if (isSequence(value.args)) {
      this.#fill(args, value.args.items);
    } else {
      args.push(this.show(value.args));
    }
    if (value.kwargs !== undefined) {
      this.#fields(fields, value.kwargs);
    }
    if (value.state !== undefined) {
      this.#fields(fields, value.state);
    }
    this.#fill(items, value.items);
    this.#fillEntries(entries, value.pairs);
    return node;
  }

  /** The state of an instance: a dict of its fields, a pair of that and one of its slots, or something of its own. */
  #fields(fields: ForeignField[], state: PyValue): void {
    const parts = isSequence(state) && state.type === "tuple" && state.items.length === 2 ? state.items : [state];
    if (state === null || !parts.every((part) => part === null || this.#isFields(part))) {
      fields.push(["__setstate__", this.show(state)]);
      return;
    }
    for (const part of parts as (PyDict | null)[]) {
      for (let at = 0; part !== null && at < part.pairs.length; at += 2) {
        fields.push([part.pairs[at] as string, this.show(part.pairs[at + 1]!)]);
      }
    }
  }

  #isFields(value: PyValue): boolean {
    if (kindOf(value) !== "dict") {
      return false;
    }
    const { pairs } = value as PyDict;
    // It may be the state of many.
    this.budget.nodes(pairs.length / 2);
    return pairs.every((each, at) => at % 2 === 1 || typeof each === "string");
  }

  #fill(into: ForeignValue[], values: readonly PyValue[]): void {
    for (const value of values) {
      into.push(this.show(value));
    }
  }

  #fillEntries(into: [ForeignValue, ForeignValue][], pairs: readonly PyValue[]): void {
    for (let at = 0; at < pairs.length; at += 2) {
      into.push([this.show(pairs[at]!), this.show(pairs[at + 1]!)]);
    }
  }

  #placed<N extends ForeignNode>(source: PyNode, node: N): N {
    this.#shared.place(source, node);
    return node;
  }
}

/** Python makes instances of protocols 0 and 1 with a function of its own, of class, base and what the base is made of: as the class makes them. */
function asMade(value: PyInstance, view: PickleView): PyInstance {
  const name = view.nameOf(value.callee);
  const [cls, base, content] = itemsOf(value.args);
  if ((name !== "copyreg._reconstructor" && name !== "copy_reg._reconstructor") || content === undefined) {
    return value;
  }
  const baseName = view.nameOf(base!);
  const isTuple = baseName === "tuple" && isSequence(content);
  const args = isTuple ? content : sequence("tuple", baseName === "object" ? [] : [content]);
  return { ...value, callee: cls!, args };
}
