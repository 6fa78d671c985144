import { Given } from "../pack/graph.ts";

/** Compiles source text where it sees the variables of one scope. */
export type Evaluate = (source: string) => unknown;

/** Names that shipped code is unlikely to use: it can see them. */
const SOURCE = "nws$source";
const VALUE = "nws$value";

const none: ReadonlyMap<string, unknown> = new Map();

/** Names that only sloppy code can have, and so only by way of accessors. */
const strictlyReserved = new Set(
  "arguments eval implements interface let package private protected public static yield await".split(" "),
);

/** What `$` gets for a variable: functions, because V8 makes them as fast as the variable itself. */
export interface Accessor {
  get(this: void): unknown;
  set(this: void, value: unknown): void;
}

/** A place for shipped code outside of all files: strict, with nothing in scope but what the two arguments give. */
export function fileEvaluate(importFrom: (specifier: unknown) => Promise<unknown>, meta: object): Evaluate {
  const source = `"use strict"; ((${Given.import}, ${Given.meta}) => (${SOURCE}) => eval(${SOURCE}))`;
  // Indirect, so that it is global code.
  const make = (0, eval)(source) as (importFrom: unknown, meta: object) => Evaluate;
  return make(importFrom, meta);
}

/**
 * Variables that functions of one scope share: a strict function that has them as its own and compiles source text by
 * direct `eval`. That is as fast as a module's variables; a `with` block or sloppy `eval` would be 4 to 100 times slower.
 */
export class VariableScope {
  readonly #accessors = new Map<string, Accessor>();
  readonly #listeners = new Map<string, Set<WeakRef<Listener>>>();
  #evaluate: Evaluate;

  constructor(around: Evaluate) {
    this.#evaluate = around;
  }

  get evaluate(): Evaluate {
    return this.#evaluate;
  }

  has(name: string): boolean {
    return this.#accessors.has(name);
  }

  /**
   * Adds variables. Those that are new are in a scope inside the old ones, so code that is there sees what it saw.
   * `constants` have their value for ever, which V8 then builds into code.
   */
  declare(names: readonly string[], constants: ReadonlyMap<string, unknown> = none): void {
    const added = names.filter((name) => !this.#accessors.has(name));
    if (added.length === 0) {
      return;
    }
    const variables = added.map((name) => (strictlyReserved.has(name) ? `nws$${name}` : name));
    const declarations = variables.map((variable, index) =>
      constants.has(added[index]!) ? `const ${variable} = ${VALUE}[${index}];` : `let ${variable};`,
    );
    const accessors = variables.map((variable, index) => {
      const set = constants.has(added[index]!) ? "" : `${variable} = ${VALUE};`;
      return `{ get: () => ${variable}, set: (${VALUE}) => { ${set} } }`;
    });
    const results = [`(${SOURCE}) => eval(${SOURCE})`, ...accessors].join(", ");
    const make = this.#evaluate(`((${VALUE}) => { ${declarations.join(" ")} return [${results}]; })`) as (
      values: readonly unknown[],
    ) => [Evaluate, ...Accessor[]];
    const [evaluate, ...made] = make(added.map((name) => constants.get(name)));
    this.#evaluate = evaluate;
    for (const [index, name] of added.entries()) {
      this.#accessors.set(name, made[index]!);
    }
  }

  accessor(name: string): Accessor | undefined {
    return this.#accessors.get(name);
  }

  set(name: string, value: unknown): void {
    this.#accessors.get(name)!.set(value);
    const listeners = this.#listeners.get(name) ?? new Set();
    for (const each of listeners) {
      const listener = each.deref();
      if (listener === undefined) {
        listeners.delete(each);
      } else {
        listener.assign(value);
      }
    }
  }

  /** Tells `listener` the variable's value now and whenever `set` gives it another, for as long as somebody keeps it. */
  follow(name: string, listener: Listener): void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(new WeakRef(listener)));
    listener.assign(this.#accessors.get(name)!.get());
  }
}

/** Keeps a copy of a variable where code cannot see the variable itself. */
export interface Listener {
  assign(value: unknown): void;
}
