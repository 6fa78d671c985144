import type { GraphNode } from "../pack/graph.ts";
import type { Draft } from "../pack/packing.ts";

/** Objects that packages and built-in modules gave to the user's files, and how a worker gets them. */
export class ImportedObjects {
  readonly #nodes = new Map<object, Draft>();
  readonly #objects = new Map<string, object>();

  /** The first way in which an object was imported is the one that is sent. */
  add(object: object, node: Draft): void {
    if (!this.#nodes.has(object)) {
      this.#nodes.set(object, node);
      this.#objects.set(JSON.stringify(node), object);
    }
  }

  nodeOf(object: object): Draft | undefined {
    return this.#nodes.get(object);
  }

  /** The object behind a node that was sent, or a member of such an object. */
  find(node: GraphNode): object | undefined {
    const known = this.#objects.get(JSON.stringify(node));
    if (known !== undefined || node[0] !== "import" || node[4] === undefined) {
      return known;
    }
    const [kind, form, specifier, from, name] = node;
    const module = this.#objects.get(JSON.stringify([kind, form, specifier, from, undefined]));
    const member = (module as Readonly<Record<string, unknown>> | undefined)?.[name];
    return typeof member === "function" ? member : undefined;
  }
}
