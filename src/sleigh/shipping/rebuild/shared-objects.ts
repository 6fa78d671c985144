import { RebuildError } from "../errors.ts";
import type { GraphNode, Hash, RootPart, SharedPart } from "../pack/graph.ts";
import type { Builder } from "./builder.ts";
import { GraphBuild, Stage, type Target } from "./graph-build.ts";
import { readPart, type PartSource } from "./packed.ts";
import type { Realm } from "./realm.ts";

/**
 * `kept`: it is here as the shipment has it. `gone`: nobody here has it (any more), so it is made if it is needed.
 * `replaced`: the master's has changed, or what it holds has been replaced.
 */
type State = "kept" | "gone" | "replaced";

/** The objects of one part: they hold each other, so they are made together. */
interface Cluster {
  readonly hash: Hash;
  readonly ids: readonly string[];
  state: State;
  content: SharedPart | undefined;
  build: GraphBuild | undefined;
}

/** The objects of one shipment that stay on the worker from shipment to shipment. */
export class SharedObjects {
  readonly #realm: Realm;
  readonly #parts: PartSource;
  readonly #clusters = new Map<string, Cluster>();
  readonly #root: Cluster;

  constructor(realm: Realm, parts: PartSource, root: RootPart, rootHash: Hash) {
    this.#realm = realm;
    this.#parts = parts;
    const rootIds = root.ids.map(([id]) => id);
    this.#root = { hash: rootHash, ids: rootIds, state: "replaced", content: root, build: undefined };
    const byHash = new Map<Hash, string[]>();
    for (const [id, hash] of root.shared) {
      byHash.set(hash, [...(byHash.get(hash) ?? []), id]);
    }
    for (const cluster of [this.#root, ...Array.from(byHash, ([hash, ids]) => this.#cluster(hash, ids))]) {
      for (const id of cluster.ids) {
        this.#clusters.set(id, cluster);
      }
    }
    this.#spread();
  }

  /** The nodes of the shipment's first part. */
  get root(): GraphBuild {
    return this.#buildOf(this.#root);
  }

  /** Where the object is made; undefined if it is there. */
  target(id: string): Target | undefined {
    const cluster = this.#clusters.get(id);
    if (cluster === undefined && this.#realm.find(id) === undefined) {
      throw new RebuildError("a shipment refers to an object that did not come with it");
    }
    if (cluster === undefined || cluster.state === "kept" || this.#realm.findClass(id) !== undefined) {
      return undefined;
    }
    const [, index] = this.#contentOf(cluster).ids.find(([each]) => each === id)!;
    return { build: this.#buildOf(cluster), index };
  }

  /** The part that the object is in. */
  partOf(id: string): Hash | undefined {
    return this.#clusters.get(id)?.hash;
  }

  /** Whether variables that hold the object get it anew. */
  isReplaced(id: string): boolean {
    return this.#clusters.get(id)?.state === "replaced" && this.#realm.findClass(id) === undefined;
  }

  /** The nodes of all objects that may be made. */
  *nodes(): Generator<readonly GraphNode[]> {
    for (const cluster of new Set([this.#root, ...this.#clusters.values()])) {
      if (cluster.state !== "kept") {
        yield this.#contentOf(cluster).nodes;
      }
    }
  }

  /** Makes the rest of what was begun, and remembers it. */
  keep(builder: Builder): void {
    for (const cluster of new Set(this.#clusters.values())) {
      const { build, hash } = cluster;
      if (build === undefined || build.stages.every((stage) => stage === Stage.none)) {
        continue;
      }
      const content = this.#contentOf(cluster);
      const holds = sharedIn(content);
      for (const [id, index] of content.ids) {
        const object = builder.build([index], build) as object;
        this.#realm.keep(id, { object, part: hash, isClass: content.nodes[index]![0] === "class", holds });
      }
    }
  }

  #cluster(hash: Hash, ids: readonly string[]): Cluster {
    const states = ids.map((id) => this.#realm.stateOf(id, hash));
    const state = states.includes("replaced") ? "replaced" : states.includes("gone") ? "gone" : "kept";
    return { hash, ids, state, content: undefined, build: undefined };
  }

  /** What holds something that is replaced is replaced as well. */
  #spread(): void {
    const all = new Set(this.#clusters.values());
    for (let isStable = false; !isStable;) {
      isStable = true;
      for (const cluster of all) {
        if (cluster.state === "kept" && this.#holds(cluster).some((id) => this.isReplaced(id))) {
          cluster.state = "replaced";
          isStable = false;
        }
      }
    }
  }

  #holds(cluster: Cluster): readonly string[] {
    return this.#realm.holdsOf(cluster.ids[0]!) ?? sharedIn(this.#contentOf(cluster));
  }

  #contentOf(cluster: Cluster): SharedPart {
    cluster.content ??= readPart<SharedPart>(this.#parts, cluster.hash);
    return cluster.content;
  }

  /** Classes that are here already are what they are. */
  #buildOf(cluster: Cluster): GraphBuild {
    if (cluster.build === undefined) {
      const content = this.#contentOf(cluster);
      cluster.build = new GraphBuild(content);
      for (const [id, index] of content.ids) {
        const known = this.#realm.findClass(id);
        if (known !== undefined) {
          cluster.build.values[index] = known;
          cluster.build.stages[index] = Stage.filled;
        }
      }
    }
    return cluster.build;
  }
}

function sharedIn({ nodes }: SharedPart): string[] {
  return nodes.flatMap((node) => (node[0] === "shared" ? [node[1]] : []));
}
