import { RebuildError } from "../errors.ts";
import type { GraphNode, RootPart } from "../pack/graph.ts";
import { Builder } from "./builder.ts";
import { DataMaker, type PrivateFieldWriter } from "./data-maker.ts";
import { GraphBuild } from "./graph-build.ts";

/** What the master has that results refer to. */
export interface Known {
  /** The master's own class or function behind a `shared` or `import` node. */
  find(node: GraphNode): object | undefined;
  readonly privates: PrivateFieldWriter;
}

/** A result of a worker. Source text in it is refused, whoever sent it. */
export function readResult(root: RootPart, known: Known): unknown {
  const build = new GraphBuild(root);
  return new ResultMaker(known).builder.build(build.root, build);
}

class ResultMaker extends DataMaker {
  readonly builder: Builder = new Builder(this);
  readonly privates: PrivateFieldWriter;
  readonly #known: Known;

  constructor(known: Known) {
    super();
    this.#known = known;
    this.privates = known.privates;
  }

  follow(node: GraphNode): { readonly object: unknown } | undefined {
    if (node[0] !== "shared" && node[0] !== "import") {
      return undefined;
    }
    const object = this.#known.find(node);
    if (object === undefined) {
      throw new RebuildError("a result refers to a class that the master does not have (any more)");
    }
    return { object };
  }
}
