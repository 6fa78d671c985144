import { Given, type Code, type Hash } from "../pack/graph.ts";
import { partOf } from "../pack/hash.ts";
import type { Draft, DraftSlot, Place } from "../pack/packing.ts";
import { ParsedScript, type FreeName } from "../parse/script.ts";
import { childrenOf, isClass, isFunction, type ClassNode, type FunctionNode } from "../parse/syntax.ts";
import type { AnyNode } from "acorn";
import type { Mark } from "../marked.ts";
import { nameOf } from "./definitions.ts";

const contextual = /^(this|super|new\.target|#.*)$/;

/** The node of a function that is named, or whose source travels with what it says that it uses. */
export function packMarked(fn: object, mark: Mark, codes: Map<Hash, Uint8Array>, at: Place): Draft {
  return mark.kind === "named" ? ["import", "namespace", mark.url, "", mark.name] : packExplicit(fn, mark, codes, at);
}

/** Also for functions that say nothing, where there is no inspector: they must use nothing then. */
export function packExplicit(
  fn: object,
  { captures, imports }: Pick<Mark & { kind: "explicit" }, "captures" | "imports">,
  codes: Map<Hash, Uint8Array>,
  at: Place,
): Draft {
  const { text, before, pick, node, script } = read(fn, at);
  const free = script.freeNames(node);
  const names = free.map(({ name }) => name).filter((name) => name in captures || name in imports);
  const missing = free.find((each) => !names.includes(each.name) && !isGlobal(each));
  if (missing !== undefined) {
    at.refuse(whyMissing(missing.name));
  }
  if (script.importsIn(node).some(({ isMeta }) => isMeta)) {
    at.refuse("import.meta has no meaning without the function's file; capture import.meta.url in a variable");
  }
  const code: Code = {
    kind: isClass(node) ? "class" : "function",
    text,
    before,
    after: pick === undefined ? ")" : "})",
    pick,
    name: nameOf(fn),
    file: "",
    line: 0,
    column: 0,
    // Sloppy functions are the only ones with this property of their own.
    isStrict: !Object.hasOwn(fn, "caller"),
    module: "",
    moduleNames: [],
    scopeNames: names,
    lives: [],
    holder: "$",
    eagerNames: isClass(node) ? names : [],
    privateFields: [],
  };
  const part = partOf(code);
  codes.set(part.hash, part.bytes);
  const values = names.map((name): DraftSlot => {
    const specifier = imports[name];
    return specifier === undefined
      ? at.captured(name, captures[name])
      : at.packing.add(importOf(specifier), at.trail, at.owner);
  });
  const scope = at.packing.add(["scope", undefined, names, values, []], at.trail, at.owner);
  const parent = isClass(node) && node.superClass ? at.part("its superclass", Object.getPrototypeOf(fn)) : undefined;
  return isClass(node)
    ? ["class", part.hash, scope, parent, [], []]
    : ["function", part.hash, scope, [], [], undefined];
}

interface Read {
  readonly text: string;
  readonly before: string;
  readonly pick: Code["pick"];
  readonly node: FunctionNode | ClassNode;
  readonly script: ParsedScript;
}

/** What `toString` shows of a function, as an expression or as a method. */
function read(fn: object, at: Place): Read {
  const text = Function.prototype.toString.call(fn);
  if (text.endsWith("{ [native code] }")) {
    at.refuse(`${nameOf(fn)} is native or bound and cannot be sent: it has no source`);
  }
  for (const [before, after] of [
    ["(", ")"],
    ["({", "})"],
  ] as const) {
    try {
      const script = new ParsedScript(before + text + after, false);
      const node = firstFunction(script.program);
      if (node !== undefined) {
        const name = nameOf(fn);
        const which = /^[gs]et /.test(name) ? (name.slice(0, 3) as "get" | "set") : "value";
        const pick = before === "(" ? undefined : ([name.replace(/^[gs]et /, ""), which] as const);
        return { text: withImports(script, node, text, before.length), before, pick, node, script };
      }
    } catch {
      // Not in this form.
    }
  }
  return at.refuse(`the source of ${nameOf(fn)} cannot be read`);
}

function withImports(script: ParsedScript, node: AnyNode, text: string, offset: number): string {
  let result = text;
  for (const { start, isMeta } of script.importsIn(node)) {
    if (!isMeta) {
      const from = start - offset;
      result = result.slice(0, from) + Given.import + result.slice(from + Given.import.length);
    }
  }
  return result;
}

function firstFunction(node: AnyNode): FunctionNode | ClassNode | undefined {
  if (isFunction(node) || isClass(node)) {
    return node;
  }
  for (const child of childrenOf(node)) {
    const found = firstFunction(child);
    if (found !== undefined) {
      return found;
    }
  }
  return undefined;
}

function isGlobal({ name, declaration }: FreeName): boolean {
  if (contextual.test(name)) {
    return false;
  }
  return declaration === undefined && name in globalThis;
}

function whyMissing(name: string): string {
  return contextual.test(name)
    ? `it uses ${name} of what is around it, which cannot be sent; put what it needs into a variable`
    : `it uses "${name}", which is neither in captures nor in imports: explicit(fn, { captures: { ${name} } })`;
}

function importOf(specifier: string): Draft {
  const at = specifier.indexOf("#", 1);
  return at < 0
    ? ["import", "namespace", specifier, "", undefined]
    : ["import", "namespace", specifier.slice(0, at), "", specifier.slice(at + 1)];
}
