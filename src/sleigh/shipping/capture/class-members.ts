import type { Draft, Place } from "../pack/packing.ts";
import { decoratesItself } from "../parse/decorators.ts";
import { isClass, staticKey, type ClassNode } from "../parse/syntax.ts";
import type { DefinedPart, Definitions } from "./definitions.ts";

/** What computed keys of classes usually are; a member under any other travels by itself as well. */
const likelyComputedKeys: readonly symbol[] = [
  Symbol.iterator,
  Symbol.asyncIterator,
  Symbol.toStringTag,
  Symbol.toPrimitive,
  Symbol.species,
  Symbol.hasInstance,
];

/** The keys that evaluating the class defines, on itself or on its prototype. */
export function declaredKeys(node: ClassNode, isStatic: boolean): (string | symbol)[] {
  return node.body.body.flatMap((member): readonly (string | symbol)[] => {
    if (member.type === "StaticBlock" || member.static !== isStatic) {
      return [];
    }
    const key = staticKey(member.key, member.computed);
    return key === undefined ? likelyComputedKeys : [key];
  });
}

/**
 * The keys of methods and accessors that are not those of the class's text any more: somebody, a decorator perhaps, has put
 * others in their place. (A class that decorates itself does so again on the worker.)
 */
export function replacedKeys(
  node: ClassNode,
  holder: object,
  isStatic: boolean,
  definitions: Definitions,
): ReadonlySet<string | symbol> {
  const replaced = new Set<string | symbol>();
  if (decoratesItself(node)) {
    return replaced;
  }
  for (const member of node.body.body) {
    if (member.type !== "MethodDefinition" || member.static !== isStatic || member.kind === "constructor") {
      continue;
    }
    const key = staticKey(member.key, member.computed);
    const which = member.kind === "method" ? "value" : member.kind;
    const now: unknown = key === undefined ? undefined : Object.getOwnPropertyDescriptor(holder, key)?.[which];
    if (key !== undefined && (typeof now !== "function" || definitions.nodeOf(now) !== member.value)) {
      replaced.add(key);
    }
  }
  return replaced;
}

/** The classes that one shipment meets, so that methods that are captured by themselves find theirs. */
export class ClassMembers {
  readonly #definitions: Definitions;
  readonly #classes = new Map<ClassNode, Set<object>>();

  constructor(definitions: Definitions) {
    this.#definitions = definitions;
  }

  meet(constructor: object): void {
    const node = this.#definitions.nodeOf(constructor);
    if (node !== undefined && isClass(node)) {
      const met = this.#classes.get(node) ?? new Set();
      this.#classes.set(node, met.add(constructor));
    }
  }

  /**
   * The node of a method or accessor by way of its class; undefined if it is none, or its class is not found. `named`
   * tells the class that has the name of the method's class where the method is.
   */
  memberNode(
    fn: object,
    { node, script }: DefinedPart,
    named: (name: string) => unknown,
    at: Place,
  ): Draft | undefined {
    const holder = script.parsed.holderOf(node);
    if (holder?.container.kind !== "class" || holder.property.type !== "MethodDefinition") {
      return undefined;
    }
    const { static: isStatic, key, computed, kind } = holder.property;
    const classNode = holder.container.node as ClassNode;
    for (const each of this.#candidates(classNode, named)) {
      const found = find(fn, isStatic ? each : (each as { prototype: object }).prototype);
      if (found !== undefined) {
        return ["member", at.part("its class", each), isStatic, at.part("its key", found.key), found.which];
      }
    }
    // Somebody has put another in its place; workers know what the class had at first.
    const name = staticKey(key, computed);
    const [Class, another] = [...(this.#classes.get(classNode) ?? [])];
    return name === undefined || Class === undefined || another !== undefined
      ? undefined
      : ["member", at.part("its class", Class), isStatic, name, kind === "get" || kind === "set" ? kind : "value"];
  }

  #candidates(node: ClassNode, named: (name: string) => unknown): object[] {
    const found = [...(this.#classes.get(node) ?? [])];
    const name = (node as { id?: { name: string } | null }).id?.name;
    const value = name === undefined ? undefined : named(name);
    return typeof value === "function" ? [...found, value] : found;
  }
}

function find(
  fn: object,
  holder: object,
): { readonly key: string | symbol; readonly which: "value" | "get" | "set" } | undefined {
  for (const key of Reflect.ownKeys(holder)) {
    const descriptor = Object.getOwnPropertyDescriptor(holder, key)!;
    for (const which of ["value", "get", "set"] as const) {
      if (descriptor[which] === fn) {
        return { key, which };
      }
    }
  }
  return undefined;
}
