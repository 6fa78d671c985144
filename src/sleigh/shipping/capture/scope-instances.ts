import type { AnyNode } from "acorn";
import type { Declaration, Scope } from "../parse/scope.ts";
import type { Variables } from "../inspector.ts";

/** The variables of one run of a function or block, as far as functions made in that run hold on to them. */
export interface ScopeInstance {
  readonly scope: Scope;
  readonly parent: ScopeInstance | undefined;
  readonly values: Map<string, unknown>;
  /** The functions, by where they stand in the source, that were found in it. */
  readonly functions: Set<AnyNode>;
}

/**
 * Tells which functions share the variables of one run. V8 shows copies of scopes, so this is concluded: two scopes of
 * the same place in the source, with the same values in all variables and the same scope around them, are one, unless
 * each holds a function of its own from the same place in the source (two calls of a factory with the same arguments).
 */
export class ScopeInstances {
  readonly #byScope = new Map<Scope, ScopeInstance[]>();

  /**
   * The instances around a function that stands at `node` in `around`, innermost first in `values`. Returns the
   * innermost; undefined if only the file's variables are around it.
   */
  chain(node: AnyNode, around: Scope, values: readonly Variables[]): ScopeInstance | undefined {
    const levels = levelsOf(around, values);
    let parent: ScopeInstance | undefined;
    for (let i = levels.length - 1; i >= 0; i--) {
      parent = this.#instance(levels[i]!, parent, i === 0 ? node : undefined);
    }
    return parent;
  }

  #instance(level: Level, parent: ScopeInstance | undefined, node: AnyNode | undefined): ScopeInstance {
    let known = this.#byScope.get(level.scope);
    if (known === undefined) {
      known = [];
      this.#byScope.set(level.scope, known);
    }
    let instance = known.find(
      (each) =>
        each.parent === parent && hasSameValues(each, level) && (node === undefined || !each.functions.has(node)),
    );
    if (instance === undefined) {
      instance = { scope: level.scope, parent, values: level.values, functions: new Set() };
      known.push(instance);
    }
    if (node !== undefined) {
      instance.functions.add(node);
    }
    return instance;
  }
}

interface Level {
  readonly scope: Scope;
  readonly values: Map<string, unknown>;
}

/** V8's scopes, innermost first, matched with those of the source; the file's own are left out. */
function levelsOf(around: Scope, values: readonly Variables[]): Level[] {
  const levels: Level[] = [];
  let from: Scope | undefined = around;
  for (const each of values) {
    const declaration = firstDeclaration(each.names, from);
    if (declaration === undefined || declaration.scope.kind === "top") {
      continue;
    }
    const { scope } = declaration;
    const last = levels.at(-1);
    const entries = each.names.flatMap((name): [string, unknown][] => {
      const read = scope.names.has(name) ? each.read(name) : undefined;
      return read === undefined ? [] : [[name, read[0]]];
    });
    if (last?.scope === scope) {
      // V8 keeps parameters and body apart when parameters have defaults.
      for (const [name, value] of entries) {
        if (!last.values.has(name)) {
          last.values.set(name, value);
        }
      }
    } else {
      levels.push({ scope, values: new Map(entries) });
    }
    from = scope;
  }
  return levels;
}

function firstDeclaration(names: readonly string[], from: Scope): Declaration | undefined {
  for (const name of names) {
    const declaration = from.resolve(name);
    if (declaration !== undefined) {
      return declaration;
    }
  }
  return undefined;
}

function hasSameValues({ values }: ScopeInstance, level: Level): boolean {
  return (
    values.size === level.values.size &&
    Array.from(level.values).every(([name, value]) => values.has(name) && Object.is(values.get(name), value))
  );
}
