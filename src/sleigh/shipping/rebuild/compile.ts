import { Script } from "node:vm";
import { Given, type Code } from "../pack/graph.ts";
import type { Accessor, Evaluate, Listener } from "./scope.ts";

/** What a function's text refers to beside the variables in scope. */
export interface Surroundings {
  /** Compiles where the variables around the function are visible (for strict code). */
  readonly evaluate: Evaluate;
  /** Finds a variable around the function, and follows it. */
  follow(name: string, listener: Listener): void;
  /** A variable that the text reaches through the holder. */
  live(name: string, module: string | undefined): Accessor;
  readonly importFrom: (specifier: unknown) => Promise<unknown>;
  readonly meta: object;
  /** The superclass, if the text needs it. */
  readonly parent: unknown;
}

/** Sloppy functions' copies of variables live as long as the function. */
const kept = new WeakMap<object, readonly Listener[]>();

/** Compiles a function or class so that its stack traces name the original file, line and column. */
export function compile(code: Code, around: Surroundings): object {
  const made = code.isStrict ? compileStrict(code, around) : compileSloppy(code, around);
  const fn = pick(made, code);
  const own = Object.getOwnPropertyDescriptor(fn, "name");
  // A static member called `name` is another thing.
  if (own?.value !== code.name && own?.writable !== true && own?.get === undefined) {
    Object.defineProperty(fn, "name", { value: code.name, configurable: true });
  }
  return fn;
}

function compileStrict(code: Code, around: Surroundings): unknown {
  const parameters = `${code.holder}, ${Given.parent}`;
  const isBare = code.lives.length === 0 && !code.text.includes(Given.parent);
  const [before, after] = isBare ? [code.before, code.after] : [`((${parameters}) => ${code.before}`, `${code.after})`];
  const value = around.evaluate(placed(code, before, after));
  return isBare ? value : (value as (lives: object, parent: unknown) => unknown)(livesOf(code, around), around.parent);
}

/**
 * Sloppy code must be global code: it cannot stand inside strict code. It gets copies of the variables that never
 * change, and reaches the others through the holder.
 */
function compileSloppy(code: Code, around: Surroundings): unknown {
  const names = [...new Set([...code.moduleNames, ...code.scopeNames])];
  const variables = names.length === 0 ? "" : `var ${names.join(", ")};`;
  const setters = names.map((name) => `{ assign: (nws$value) => { ${name} = nws$value; } }`);
  const parameters = [code.holder, Given.parent, Given.import, Given.meta].join(", ");
  const before = `(function (${parameters}) { ${variables} return [[${setters.join(", ")}], ${code.before}`;
  const after = `${code.after}]; })`;
  const lineOffset = code.line - 1;
  const source = `${before}\n${" ".repeat(Math.max(0, code.column))}${code.text}${after}`;
  const factory = new Script(source, { filename: code.file, lineOffset }).runInThisContext() as (
    this: object,
    ...given: unknown[]
  ) => [Listener[], object];
  // A CommonJS module's own `this` is an object.
  const [listeners, value] = factory.call({}, livesOf(code, around), around.parent, around.importFrom, around.meta);
  for (const [index, listener] of listeners.entries()) {
    around.follow(names[index]!, listener);
  }
  kept.set(pick(value, code), listeners);
  return value;
}

function livesOf({ lives }: Code, around: Surroundings): object {
  const object = {};
  for (const { property, name, module } of lives) {
    Object.defineProperty(object, property, around.live(name, module));
  }
  return object;
}

/** The text where it stood in its file. */
function placed({ text, line, column, file }: Code, before: string, after: string): string {
  const indent = Math.max(0, column);
  const start =
    line > 0
      ? `${"\n".repeat(line - 1)}${before}\n${" ".repeat(indent)}`
      : `${" ".repeat(Math.max(0, indent - before.length))}${before}`;
  // V8 ignores names with spaces or quotes in them.
  const escaped = file.replace(/\s/g, encodeURIComponent).replaceAll("'", "%27").replaceAll('"', "%22");
  const name = file === "" ? "" : `\n//# sourceURL=${escaped}`;
  return `${start}${text}${after}${name}`;
}

function pick(made: unknown, { pick: wanted }: Code): object {
  if (wanted === undefined) {
    return made as object;
  }
  const [key, which] = wanted;
  return Object.getOwnPropertyDescriptor(made, key)![which] as object;
}
