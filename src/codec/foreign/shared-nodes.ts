import type { ForeignNode, ForeignReference } from "./foreign-value.ts";

/** Numbers what stands in several places, so that what is shown is a tree. */
export class SharedNodes {
  readonly #placed = new Map<unknown, ForeignNode>();
  #lastId = 0;

  /** A reference to what `source` is shown as, if it has been placed. */
  again(source: unknown): ForeignReference | undefined {
    const node = this.#placed.get(source) as { id?: number } | undefined;
    if (node === undefined) {
      return undefined;
    }
    node.id ??= this.#lastId += 1;
    return { kind: "reference", id: node.id };
  }

  /** `node` is what `source` is shown as. To be called before its parts are read, which may refer to it. */
  place(source: unknown, node: ForeignNode): void {
    this.#placed.set(source, node);
  }
}
