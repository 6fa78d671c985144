import type { AnyNode, Program } from "acorn";
import { readExports, type Exports } from "./exports.ts";
import { wrapperOf } from "./import-call.ts";
import type { Declaration, Reference, Scope } from "./scope.ts";
import { ScopeReader, type Holder } from "./scope-reader.ts";
import { childrenOf, isClass, isFunction, parseScript, type ClassNode, type FunctionNode } from "./syntax.ts";

/** A name that a function uses and does not bind itself. */
export interface FreeName {
  readonly name: string;
  /** Undefined for a global. */
  readonly declaration: Declaration | undefined;
  readonly references: readonly Reference[];
}

/** Lines and columns count from 0. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A script's text and what its names mean. */
export class ParsedScript {
  readonly text: string;
  readonly isModule: boolean;
  readonly program: Program;
  readonly #reader: ScopeReader;
  readonly #lineStarts: readonly number[];
  readonly #free = new Map<AnyNode, readonly FreeName[]>();
  #exports: Exports | undefined;

  /** Throws acorn's SyntaxError for syntax that acorn does not know yet. */
  constructor(text: string, isModule: boolean) {
    this.text = text;
    this.isModule = isModule;
    this.program = parseScript(text, isModule);
    this.#reader = new ScopeReader(this.program, isModule ? undefined : wrapperOf(this.program));
    this.#lineStarts = [
      0,
      ...Array.from(text.matchAll(/\r\n|[\n\r\u2028\u2029]/g), (end) => end.index + end[0].length),
    ];
  }

  get exports(): Exports {
    this.#exports ??= readExports(this.program);
    return this.#exports;
  }

  /**
   * The function or class that V8 says is at `position`: at the parenthesis before its parameters, at the start of an
   * arrow function, and for a class at its constructor's parenthesis or, when it has none, at its start.
   */
  nodeAt(position: Position, wantsClass: boolean): FunctionNode | ClassNode | undefined {
    const at = (this.#lineStarts[position.line] ?? 0) + position.column;
    let node: AnyNode | undefined = this.program;
    let found: FunctionNode | ClassNode | undefined;
    while (node !== undefined) {
      if (wantsClass ? isClass(node) && startOfClass(node) === at : isFunction(node) && at < node.body.start) {
        found = node as FunctionNode | ClassNode;
      }
      node = childAt(node, at);
    }
    return found;
  }

  positionOf(offset: number): Position {
    let low = 0;
    let high = this.#lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#lineStarts[middle]! <= offset) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return { line: low, column: offset - this.#lineStarts[low]! };
  }

  scopeAround(node: FunctionNode | ClassNode): Scope {
    return this.#reader.around.get(node)!;
  }

  /** All variables of the file. */
  get variables(): Declaration[] {
    const { top } = this.#reader;
    const outer = top.parent?.functionScope.names ?? new Map<string, Declaration>();
    return [...new Map([...outer, ...top.names]).values()].filter(({ name }) => isVariable(name));
  }

  /** A variable of the file, by name. */
  topName(name: string): Declaration | undefined {
    return this.#reader.top.resolve(name);
  }

  /** Declares those of the names that the script uses and does not bind for which `isOurs` holds: other scripts do, and change them. */
  declareOthers(isOurs: (name: string) => boolean): void {
    const { references, top } = this.#reader;
    for (const reference of references) {
      if (reference.declaration === undefined && isOurs(reference.name)) {
        reference.declaration = top.declare(reference.name);
      }
    }
    for (const declaration of top.names.values()) {
      declaration.isReassigned = true;
    }
    this.#free.clear();
  }

  /** What the method or accessor `node` belongs to; undefined for other functions. */
  holderOf(node: AnyNode): Holder | undefined {
    return this.#reader.holders.get(node);
  }

  freeNames(node: FunctionNode | ClassNode): readonly FreeName[] {
    let free = this.#free.get(node);
    if (free === undefined) {
      free = this.#freeNamesIn(node);
      this.#free.set(node, free);
    }
    return free;
  }

  /** All uses of names in a node. */
  referencesIn({ start, end }: AnyNode): readonly Reference[] {
    const { references } = this.#reader;
    return references.slice(firstFrom(references, start), firstFrom(references, end));
  }

  /** Where `import(` and `import.meta` stand in a node. */
  importsIn(node: AnyNode): readonly { readonly start: number; readonly isMeta: boolean }[] {
    return this.#reader.imports.filter(({ start }) => start >= node.start && start < node.end);
  }

  /** Whether the code of `node` is strict for what stands around it (a class is so by itself). */
  isStrict(node: FunctionNode | ClassNode): boolean {
    for (let scope: Scope | undefined = this.scopeAround(node); scope !== undefined; scope = scope.parent) {
      if (isClass(scope.node) || hasStrictDirective(scope.node)) {
        return true;
      }
    }
    return this.isModule || isClass(node) || hasStrictDirective(node);
  }

  #freeNamesIn(node: FunctionNode | ClassNode): FreeName[] {
    const byName = new Map<string, FreeName & { references: Reference[] }>();
    for (const reference of this.referencesIn(node)) {
      const { declaration, name } = reference;
      if (declaration !== undefined && isWithin(declaration.scope.node, node)) {
        continue;
      }
      const known = byName.get(name);
      if (known === undefined) {
        byName.set(name, { name, declaration, references: [reference] });
      } else {
        known.references.push(reference);
      }
    }
    return [...byName.values()];
  }
}

/** What has a name of its own, unlike `this` and `new.target`. */
function isVariable(name: string): boolean {
  return !/^(this|arguments|new\.target)$/.test(name);
}

function isWithin(inner: AnyNode, outer: AnyNode): boolean {
  return inner.start >= outer.start && inner.end <= outer.end && inner.type !== "Program";
}

function childAt(node: AnyNode, at: number): AnyNode | undefined {
  for (const child of childrenOf(node)) {
    // The shorthand property's key and value are one; a method's value begins at its parenthesis.
    if (child.start <= at && at < child.end) {
      return child;
    }
  }
  return undefined;
}

function startOfClass(node: ClassNode): number {
  const own = node.body.body.find((member) => member.type === "MethodDefinition" && member.kind === "constructor");
  return own?.type === "MethodDefinition" ? own.value.start : node.start;
}

function hasStrictDirective(node: AnyNode): boolean {
  const body: unknown = isFunction(node) && node.body.type === "BlockStatement" ? node.body.body : node;
  const statements = Array.isArray(body) ? (body as AnyNode[]) : node.type === "Program" ? node.body : [];
  return statements.some((each) => each.type === "ExpressionStatement" && each.directive === "use strict");
}

/** The index of the first reference that starts at `offset` or later. */
function firstFrom(references: readonly Reference[], offset: number): number {
  let low = 0;
  let high = references.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (references[middle]!.start < offset) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}
