import type { GraphNode, Slot } from "../pack/graph.ts";
import { isReference } from "./builder.ts";
import type { NodeOf } from "./data-maker.ts";
import type { GraphBuild } from "./graph-build.ts";
import type { FileVariables } from "./realm.ts";
import { VariableScope } from "./scope.ts";

/** A variable of a scope's node, by its place there. */
export interface ScopeVariable {
  readonly node: NodeOf<"scope">;
  readonly index: number;
}

/** Variables of one run of a function, and the scopes around them. */
export class ClosureScope extends VariableScope {
  readonly parent: ClosureScope | undefined;

  constructor(parent: ClosureScope | undefined, file: FileVariables) {
    super((parent ?? file).evaluate);
    this.parent = parent;
  }

  /** The innermost scope that has the variable. */
  owner(name: string): VariableScope | undefined {
    return this.has(name) ? this : this.parent?.owner(name);
  }
}

/** The closures' scopes of one shipment: each is made once, for all functions in it. */
export class ClosureScopes {
  readonly #scopes = new Map<GraphNode, ClosureScope>();

  /** Undefined for a function that has no variables around it but its file's. */
  scopeOf(slot: Slot, build: GraphBuild, file: FileVariables): ClosureScope | undefined {
    if (!isReference(slot)) {
      return undefined;
    }
    const node = build.nodes[slot[0]] as NodeOf<"scope">;
    let scope = this.#scopes.get(node);
    if (scope === undefined) {
      scope = new ClosureScope(this.scopeOf(node[1], build, file), file);
      scope.declare(node[2], constantsOf(node[2], node[3], node[4]));
      this.#scopes.set(node, scope);
    }
    return scope;
  }

  set({ node, index }: ScopeVariable, value: unknown): void {
    this.#scopes.get(node)?.set(node[2][index]!, value);
  }
}

/** Where the variables of these names are, from the scope at `slot` outwards. */
export function* findVariables(names: readonly string[], slot: Slot, build: GraphBuild): Generator<ScopeVariable> {
  for (const name of names) {
    let at = slot;
    while (isReference(at)) {
      const node = build.nodes[at[0]] as NodeOf<"scope">;
      const index = node[2].indexOf(name);
      if (index >= 0) {
        yield { node, index };
        break;
      }
      at = node[1];
    }
  }
}

/** Variables whose value is known from the start: primitives that are never assigned again. */
export function constantsOf(
  names: readonly string[],
  values: readonly Slot[],
  constants: readonly string[],
): ReadonlyMap<string, unknown> {
  return new Map(
    constants.flatMap((name): [string, unknown][] => {
      const slot = values[names.indexOf(name)];
      // A variable without a value may be one whose declaration has not run yet.
      return isReference(slot) || slot === undefined ? [] : [[name, slot]];
    }),
  );
}
