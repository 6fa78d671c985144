import type { Graph, GraphNode, Slot } from "../pack/graph.ts";

/** How far the object of a node is. It is there from `made` on. */
export const Stage = { none: 0, waiting: 1, made: 2, filling: 3, filled: 4 } as const;

/** A list of nodes, and the objects that are made of them. */
export class GraphBuild {
  readonly nodes: readonly GraphNode[];
  readonly root: Slot;
  readonly values: unknown[];
  readonly stages: Uint8Array;

  constructor({ nodes, root }: Graph) {
    this.nodes = nodes;
    this.root = root;
    this.values = new Array<unknown>(nodes.length);
    this.stages = new Uint8Array(nodes.length);
  }
}

/** A node of a list. */
export interface Target {
  readonly build: GraphBuild;
  readonly index: number;
}
