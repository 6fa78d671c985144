import type { AnyNode } from "acorn";
import { Given, type Code, type LiveName } from "../pack/graph.ts";
import type { Declaration, Reference } from "../parse/scope.ts";
import { decoratorLists } from "../parse/decorators.ts";
import type { FreeName } from "../parse/script.ts";
import { isSameWhenStrict } from "../parse/strictness.ts";
import { isClass, staticKey, type ClassNode, type FunctionNode } from "../parse/syntax.ts";
import { importedVariable, isInstalled, type Variable } from "./imports.ts";
import type { Script, Scripts } from "./scripts.ts";

/** A function's or class's source, and what its names mean where it was written. */
export interface Definition {
  readonly code: Code;
  readonly script: Script;
  readonly node: FunctionNode | ClassNode;
  /** Variables of its file. */
  readonly moduleNames: readonly FreeName[];
  /** Variables of functions and blocks around it. */
  readonly scopeNames: readonly FreeName[];
  /** Variables of lists that a class fills when it is evaluated, for its decorators: on a worker they begin empty. */
  readonly refilled: ReadonlySet<string>;
  /** A name that only has a meaning where the function stands: `this` of an arrow function, `super`, `#private`. */
  readonly unreachable: string | undefined;
}

/** Text that replaces a part of the source; positions are offsets in the script. */
interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Where the text to send begins in the script, and what makes an expression of it. */
type Shape = { readonly start: number } & Pick<Code, "before" | "after" | "pick">;

const contextual = /^(this|super|arguments|new\.target|#.*)$/;

/** Describes the function or class `node` of a script; `name` is the function's name as it is now. */
export function define(script: Script, node: FunctionNode | ClassNode, name: string, scripts: Scripts): Definition {
  const { parsed } = script;
  const free = parsed.freeNames(node).filter(({ declaration }) => declaration !== undefined);
  const named = free.filter((each) => !contextual.test(each.name));
  const moduleNames = named.filter(({ declaration }) => declaration!.scope.kind === "top");
  const scopeNames = named.filter(({ declaration }) => declaration!.scope.kind !== "top");
  const shape = shapeOf(script, node, name);
  const isStrict = parsed.isStrict(node) || isClass(node) || couldBeStrict(script, node, shape);
  const edits = importEdits(script, node);
  const lives = new Lives(holderIn(parsed.freeNames(node)));
  for (const each of named) {
    const variable = liveVariable(each.declaration!, script, scripts);
    if (variable !== undefined || (!isStrict && each.declaration!.isReassigned)) {
      const property = lives.add(each, variable, script);
      edits.push(...each.references.map((reference) => liveEdit(reference, lives.holder, property)));
    }
  }
  const heritage =
    isClass(node) && node.superClass && !isReadable(node.superClass, script, free) ? node.superClass : undefined;
  const inHeritage = ({ references }: FreeName): boolean =>
    heritage !== undefined && references.every(({ start, end }) => start >= heritage.start && end <= heritage.end);
  if (heritage !== undefined) {
    const isKept = ({ start, end }: Edit): boolean => end <= heritage.start || start >= heritage.end;
    edits.splice(0, edits.length, ...edits.filter(isKept));
    edits.push({ start: heritage.start, end: heritage.end, text: Given.parent.padEnd(heritage.end - heritage.start) });
  }
  const isNeeded = (each: FreeName): boolean => !inHeritage(each);
  const isCopied = ({ name: each }: FreeName): boolean => !lives.has(each);
  const code: Code = {
    kind: isClass(node) ? "class" : "function",
    text: edited(parsed.text, shape.start, node.end, edits),
    before: shape.before,
    after: shape.after,
    pick: shape.pick,
    name,
    file: script.shownAs,
    ...script.inFile(parsed.positionOf(shape.start)),
    isStrict,
    module: script.key,
    moduleNames: moduleNames
      .filter(isNeeded)
      .filter(isCopied)
      .map((each) => each.name),
    scopeNames: scopeNames
      .filter(isNeeded)
      .filter(isCopied)
      .map((each) => each.name),
    lives: lives.names,
    holder: lives.holder,
    eagerNames: isClass(node)
      ? named
          .filter(isNeeded)
          .filter(isCopied)
          .filter((each) => isEager(each, node))
          .map((each) => each.name)
      : [],
    privateFields: isClass(node) ? privateFields(node) : [],
  };
  const unreachable = free.find((each) => contextual.test(each.name))?.name;
  return {
    code,
    script,
    node,
    moduleNames: moduleNames.filter(isNeeded),
    scopeNames: scopeNames.filter(isNeeded),
    refilled: new Set(isClass(node) ? decoratorLists(node) : []),
    unreachable,
  };
}

function couldBeStrict({ parsed }: Script, node: FunctionNode, { start, before, after }: Shape): boolean {
  const text = before + parsed.text.slice(start, node.end) + after;
  return isSameWhenStrict(node, text, parsed.referencesIn(node));
}

/** Whether a superclass is a name that a function can read later: V8 forgets variables that no function uses. */
function isReadable(parent: AnyNode, script: Script, free: readonly FreeName[]): boolean {
  const declared =
    parent.type === "Identifier" ? free.find(({ name }) => name === parent.name)?.declaration : undefined;
  return (
    parent.type === "Identifier" &&
    (declared === undefined || (script.parsed.isModule && declared.scope.kind === "top"))
  );
}

/** The variable of another file that an imported name stands for, if it changes: a copy would not follow it. */
export function liveVariable(declaration: Declaration, script: Script, scripts: Scripts): Variable | undefined {
  const { importedFrom } = declaration;
  if (importedFrom === undefined || isInstalled(importedFrom.specifier, script.url)) {
    return undefined;
  }
  const variable = importedVariable(importedFrom, script, scripts);
  return variable?.declaration.isReassigned === true ? variable : undefined;
}

/** Names that become properties of `$`: of the same length where that is possible, so that columns stay. */
class Lives {
  readonly holder: string;
  readonly names: LiveName[] = [];

  readonly #taken = new Set<string>();

  constructor(holder: string) {
    this.holder = holder;
  }

  /** Whether a name of the function's is among them (it may have another in the file that it is from). */
  has(name: string): boolean {
    return this.#taken.has(name);
  }

  add({ name, declaration }: FreeName, variable: Variable | undefined, script: Script): string {
    const length = Math.max(1, name.length - `${this.holder}.`.length);
    this.#taken.add(name);
    let property = name.slice(-length);
    for (let i = 0; this.names.some((each) => each.property === property); i++) {
      property = `${i}`.padStart(length, "_");
      property = /^\d/.test(property) ? `_${property}` : property;
    }
    const own = declaration?.scope.kind === "top" ? script.key : undefined;
    this.names.push({ property, name: variable?.declaration.name ?? name, module: variable?.script.key ?? own });
    return property;
  }
}

function liveEdit({ start, end, name, isShorthand, isCalled }: Reference, holder: string, property: string): Edit {
  const member = `${holder}.${property}`;
  // A call of a member would pass the object as `this`.
  const text = isShorthand ? `${name}:${member}` : isCalled ? `(0,${member})` : member;
  return { start, end, text };
}

/** A short name that the function does not use. */
function holderIn(free: readonly FreeName[]): string {
  return ["$", "_", "ƒ", "λ"].find((each) => !free.some(({ name }) => name === each)) ?? "ʘ";
}

function importEdits(script: Script, node: AnyNode): Edit[] {
  return script.parsed.importsIn(node).map(({ start, isMeta }) => {
    const text = isMeta ? Given.meta : Given.import;
    return { start, end: start + text.length, text };
  });
}

function edited(source: string, start: number, end: number, edits: readonly Edit[]): string {
  let text = "";
  let at = start;
  for (const edit of [...edits]
    .filter((each) => each.start >= start && each.end <= end)
    .sort((a, b) => a.start - b.start)) {
    text += source.slice(at, edit.start) + edit.text;
    at = edit.end;
  }
  return text + source.slice(at, end);
}

function shapeOf(script: Script, node: FunctionNode | ClassNode, name: string): Shape {
  const holder = script.parsed.holderOf(node);
  if (holder === undefined) {
    return { start: node.start, before: "(", after: ")", pick: undefined };
  }
  const { property } = holder;
  const { kind } = property;
  const which = kind === "get" || kind === "set" ? kind : "value";
  const key = staticKey(property.key, property.computed);
  if (key !== undefined && !property.computed) {
    const isStatic = "static" in property && property.static;
    const start = isStatic ? afterStatic(script.parsed.text, property.start) : property.start;
    return { start, before: "({", after: "})", pick: [key, which] };
  }
  // A computed key is known by now: it is the name.
  const { async, generator } = node as FunctionNode;
  const modifiers = `${which === "value" ? "" : `${which} `}${async ? "async " : ""}${generator ? "*" : ""}`;
  const plain = name.replace(/^[gs]et /, "");
  return { start: node.start, before: `({${modifiers}${JSON.stringify(plain)}`, after: "})", pick: [plain, which] };
}

function afterStatic(text: string, start: number): number {
  return start + /^static(?:\s|\/\*[^]*?\*\/|\/\/.*\n)*/.exec(text.slice(start))![0].length;
}

/** Whether a name is used when a class is evaluated, and not only when its methods run. */
function isEager({ references }: FreeName, node: ClassNode): boolean {
  return references.some(({ start }) => {
    for (const member of node.body.body) {
      if (start >= member.start && start < member.end) {
        const isStatic = member.type === "StaticBlock" || member.static;
        const isBody = member.type === "MethodDefinition" && start >= member.value.start;
        const isField = member.type === "PropertyDefinition" && !isStatic && start >= member.key.end;
        return !isBody && !isField;
      }
    }
    return true;
  });
}

function privateFields(node: ClassNode): string[] {
  return node.body.body.flatMap((member) =>
    member.type === "PropertyDefinition" && !member.static && member.key.type === "PrivateIdentifier"
      ? [`#${member.key.name}`]
      : [],
  );
}
