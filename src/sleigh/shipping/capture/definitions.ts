import { isBuiltin } from "node:module";
import { partOf, type Part } from "../pack/hash.ts";
import type { ClassNode, FunctionNode } from "../parse/syntax.ts";
import { define, type Definition } from "./code.ts";
import type { Inside, Inspector } from "../inspector.ts";
import type { Script, Scripts } from "./scripts.ts";

/** A function's definition and the part that it is sent as. */
export interface DefinedPart extends Definition {
  readonly part: Part;
}

/** What was found out about functions: where a function stands never changes. */
export class Definitions {
  readonly #inspector: Inspector;
  readonly #scripts: Scripts;
  readonly #inside = new WeakMap<object, Inside>();
  readonly #nodes = new Map<string, FunctionNode | ClassNode | undefined>();
  readonly #defined = new Map<FunctionNode | ClassNode, Map<string, DefinedPart>>();

  constructor(inspector: Inspector, scripts: Scripts) {
    this.#inspector = inspector;
    this.#scripts = scripts;
  }

  /** What V8 knows about a function. Within `Inspector.look`. */
  inside(fn: object): Inside {
    let inside = this.#inside.get(fn);
    if (inside === undefined) {
      inside = this.#inspector.inside(fn);
      this.#inside.set(fn, inside);
    }
    return inside;
  }

  /** The script that a function's source is in; undefined for native and bound functions. */
  scriptOf(fn: object): Script | undefined {
    const inside = this.inside(fn);
    return inside.kind === "source" ? this.#scripts.get(inside.location.scriptId) : undefined;
  }

  /** Where a function or class stands in its script. */
  nodeOf(fn: object): FunctionNode | ClassNode | undefined {
    const inside = this.inside(fn);
    if (inside.kind !== "source") {
      return undefined;
    }
    const { scriptId, line, column } = inside.location;
    const key = `${scriptId} ${line} ${column} ${isClass(fn)}`;
    if (!this.#nodes.has(key)) {
      const script = this.#scripts.get(scriptId);
      this.#nodes.set(key, script.parsed.nodeAt(script.inText(inside.location), isClass(fn)));
    }
    return this.#nodes.get(key);
  }

  /** The definition of a function or class that has a source; undefined if the source does not show it. */
  of(fn: object): DefinedPart | undefined {
    const script = this.scriptOf(fn);
    const node = this.nodeOf(fn);
    if (script === undefined || node === undefined) {
      return undefined;
    }
    if (script.isLine) {
      // What other lines declare may be there by now.
      const lexical = this.#inspector.scopes(fn).filter(({ description }) => description === "Script");
      script.parsed.declareOthers((name) => lexical.some(({ names }) => names.includes(name)) || isOfLines(name));
      this.#defined.delete(node);
    }
    let byName = this.#defined.get(node);
    if (byName === undefined) {
      byName = new Map();
      this.#defined.set(node, byName);
    }
    const name = nameOf(fn);
    let defined = byName.get(name);
    if (defined === undefined) {
      const definition = define(script, node, name, this.#scripts);
      defined = { ...definition, part: partOf(definition.code) };
      byName.set(name, defined);
    }
    return defined;
  }
}

/** Whether a function is a class: only classes (and JavaScript's own) have a `prototype` that cannot be replaced. */
export function isClass(fn: object): boolean {
  return (
    Object.getOwnPropertyDescriptor(fn, "prototype")?.writable === false &&
    /^class\b/.test(Function.prototype.toString.call(fn))
  );
}

export function nameOf(fn: object): string {
  const name: unknown = Object.getOwnPropertyDescriptor(fn, "name")?.value;
  return typeof name === "string" ? name : "";
}

/** Whether a global is a function or `var` of a line of the REPL, or one of the modules that the REPL has as globals. */
function isOfLines(name: string): boolean {
  const descriptor = Object.getOwnPropertyDescriptor(globalThis, name);
  const isDeclared = descriptor?.configurable === false && descriptor.enumerable === true;
  return isDeclared || (descriptor?.get !== undefined && isBuiltin(name));
}
