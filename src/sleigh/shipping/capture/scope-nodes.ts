import type { DraftSlot, Place, Ref } from "../pack/packing.ts";
import { isConstant } from "../parse/scope.ts";
import type { FreeName } from "../parse/script.ts";
import type { DefinedPart } from "./definitions.ts";
import type { Inspector } from "../inspector.ts";
import { ScopeInstances, type ScopeInstance } from "./scope-instances.ts";

/** The node of a scope while variables are added. */
interface ScopeNode {
  readonly ref: Ref;
  readonly names: string[];
  readonly values: DraftSlot[];
  readonly constants: string[];
}

/** The nodes of the functions' and blocks' variables that one shipment needs. */
export class ScopeNodes {
  readonly #inspector: Inspector;
  readonly #instances = new ScopeInstances();
  readonly #nodes = new Map<ScopeInstance, ScopeNode>();

  constructor(inspector: Inspector) {
    this.#inspector = inspector;
  }

  /** The node of the variables around a function; undefined if it uses none but its file's. */
  around(fn: object, { node, script, scopeNames, refilled }: DefinedPart, at: Place): DraftSlot {
    if (scopeNames.length === 0) {
      return undefined;
    }
    const scopes = this.#inspector.scopes(fn);
    const instance = this.#instances.chain(node, script.parsed.scopeAround(node), scopes);
    if (instance === undefined) {
      return undefined;
    }
    for (const free of scopeNames) {
      this.#capture(free, instance, refilled.has(free.name), at);
    }
    return this.#nodeOf(instance, at).ref;
  }

  #capture({ name, declaration }: FreeName, innermost: ScopeInstance, isRefilled: boolean, at: Place): void {
    let instance: ScopeInstance | undefined = innermost;
    while (instance !== undefined && instance.scope !== declaration!.scope) {
      instance = instance.parent;
    }
    const node = instance && this.#nodeOf(instance, at);
    if (instance === undefined || node === undefined || node.names.includes(name)) {
      return;
    }
    node.names.push(name);
    node.values.push(at.captured(name, isRefilled ? [] : instance.values.get(name)));
    if (isConstant(declaration!)) {
      node.constants.push(name);
    }
  }

  #nodeOf(instance: ScopeInstance, at: Place): ScopeNode {
    let node = this.#nodes.get(instance);
    if (node === undefined) {
      const parent = instance.parent && this.#nodeOf(instance.parent, at).ref;
      const [names, values, constants]: [string[], DraftSlot[], string[]] = [[], [], []];
      const ref = at.packing.add(["scope", parent, names, values, constants], at.trail, at.owner);
      node = { ref, names, values, constants };
      this.#nodes.set(instance, node);
    }
    return node;
  }
}
