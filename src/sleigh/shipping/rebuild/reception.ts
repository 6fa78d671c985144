import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { RebuildError } from "../errors.ts";
import type { Code, FilePart, Graph, GraphNode, Hash, RootPart, SharedPart, Slot } from "../pack/graph.ts";
import { isReference } from "./builder.ts";
import { CodeMaker, constantsOf, type Rebuilding } from "./code-maker.ts";
import type { PrivateFieldWriter } from "./data-maker.ts";
import { GraphBuild, Stage, type Target } from "./graph-build.ts";
import type { Importer } from "./importer.ts";
import { readPart, type PartSource } from "./packed.ts";
import type { Realm } from "./realm.ts";
import { FileVariables, versionOf } from "./realm.ts";

/** What a worker has for all shipments. */
export interface Workshop {
  readonly importer: Importer;
  readonly privates: PrivateFieldWriter;
}

/** The parts that objects of a shipment are made from, as far as they must be made. */
interface Cluster {
  readonly hash: Hash;
  readonly content: SharedPart;
  readonly indices: ReadonlyMap<string, number>;
  readonly build: GraphBuild;
}

/** One shipment while it is made. */
export class Reception implements Rebuilding {
  readonly realm: Realm;
  readonly importer: Importer;
  readonly privates: PrivateFieldWriter;
  readonly #parts: PartSource;
  readonly #root: RootPart;
  readonly #rootCluster: Cluster;
  readonly #rootBuild: GraphBuild;
  readonly #clusters = new Map<string, Cluster>();
  readonly #islands = new Map<string, Target>();
  readonly #graphs = new Map<Hash, Graph>();
  /** Variables that get a value of this shipment, and have not got it yet. */
  readonly #pending = new Map<string, { readonly key: string; readonly name: string; readonly slot: Slot }>();
  readonly #codes = new Map<Hash, Code>();

  constructor(workshop: Workshop, realm: Realm, parts: PartSource, root: RootPart, rootHash: Hash) {
    this.importer = workshop.importer;
    this.privates = workshop.privates;
    this.realm = realm;
    this.#parts = parts;
    this.#root = root;
    this.#rootCluster = this.#cluster(root, rootHash);
    this.#rootBuild = this.#rootCluster.build;
    this.#readClusters();
  }

  /** Loads the modules that the shipment imports; undefined if all are there. */
  load(): Promise<unknown> | undefined {
    const loads: Promise<void>[] = [];
    const visit = (nodes: readonly GraphNode[]): void => {
      for (const node of nodes) {
        if (node[0] === "import") {
          const loading = this.importer.load(node);
          if (loading !== undefined) {
            loads.push(loading);
          }
        } else if (node[0] === "part") {
          visit(this.#graph(node[1]).nodes);
        }
      }
    };
    visit(this.#root.nodes);
    for (const { content } of this.#clusters.values()) {
      visit(content.nodes);
    }
    return loads.length === 0 ? undefined : Promise.all(loads);
  }

  /** Makes everything and returns the root. */
  make(): unknown {
    this.#findPending();
    const maker = new CodeMaker(this);
    const value = maker.builder.build(this.#root.root, this.#rootBuild);
    for (const { key, name, slot } of [...this.#pending.values()]) {
      maker.builder.build(slot, this.#rootBuild);
      maker.setModuleName(key, name);
    }
    this.#keepShared();
    return value;
  }

  code(hash: Hash): Code {
    let code = this.#codes.get(hash);
    if (code === undefined) {
      code = readPart<Code>(this.#parts, hash);
      this.#codes.set(hash, code);
    }
    return code;
  }

  file(key: string): FileVariables {
    return this.#openFile({ key, url: key, names: [] });
  }

  pending(key: string, name: string): { readonly slot: Slot; readonly build: GraphBuild } | undefined {
    const pending = this.#pending.get(`${key} ${name}`);
    return pending && { slot: pending.slot, build: this.#rootBuild };
  }

  done(key: string, name: string): void {
    this.#pending.delete(`${key} ${name}`);
  }

  shared(id: string): Target | undefined {
    const cluster = this.#rootCluster.indices.has(id) ? this.#rootCluster : this.#clusters.get(id);
    if (cluster === undefined && this.realm.find(id) === undefined) {
      throw new RebuildError("a shipment refers to an object that did not come with it");
    }
    return cluster !== undefined && this.#fresh.has(cluster) && this.realm.findClass(id) === undefined
      ? { build: cluster.build, index: cluster.indices.get(id)! }
      : undefined;
  }

  part(hash: Hash, copy: number): Target {
    const id = `${hash} ${copy}`;
    let target = this.#islands.get(id);
    if (target === undefined) {
      const build = new GraphBuild(this.#graph(hash));
      target = { build, index: (build.root as readonly [number])[0] };
      this.#islands.set(id, target);
    }
    return target;
  }

  #graph(hash: Hash): Graph {
    let graph = this.#graphs.get(hash);
    if (graph === undefined) {
      graph = readPart<Graph>(this.#parts, hash);
      this.#graphs.set(hash, graph);
    }
    return graph;
  }

  /** Clusters whose objects must be made: they are new, or changed, or hold something that is made again. */
  readonly #fresh = new Set<Cluster>();

  #readClusters(): void {
    this.#fresh.add(this.#rootCluster);
    const byHash = new Map<Hash, Cluster>();
    for (const [id, hash] of this.#root.shared) {
      const cluster = byHash.get(hash) ?? this.#cluster(readPart<SharedPart>(this.#parts, hash), hash);
      byHash.set(hash, cluster);
      this.#clusters.set(id, cluster);
      if (this.realm.current(id, hash) === undefined) {
        this.#fresh.add(cluster);
      }
    }
    for (let isStable = false; !isStable;) {
      isStable = true;
      for (const cluster of byHash.values()) {
        if (!this.#fresh.has(cluster) && this.#holdsFresh(cluster)) {
          this.#fresh.add(cluster);
          isStable = false;
        }
      }
    }
  }

  #cluster(content: SharedPart, hash: Hash): Cluster {
    const build = new GraphBuild(content);
    for (const [id, index] of content.ids) {
      const known = this.realm.findClass(id);
      if (known !== undefined) {
        build.values[index] = known;
        build.stages[index] = Stage.filled;
      }
    }
    return { hash, content, indices: new Map(content.ids), build };
  }

  #holdsFresh({ content }: Cluster): boolean {
    return content.nodes.some((node) => {
      const held = node[0] === "shared" ? this.#clusters.get(node[1]) : undefined;
      return held !== undefined && this.#fresh.has(held) && this.realm.findClass(node[1] as string) === undefined;
    });
  }

  #findPending(): void {
    for (const { file, names, values, constants } of this.#root.files) {
      const part = readPart<FilePart>(this.#parts, file);
      const { key } = part;
      const variables = this.#openFile(part);
      variables.declare(names, constantsOf(names, values, constants));
      const { versions } = variables;
      for (const [index, name] of names.entries()) {
        const slot = values[index];
        const version = versionOf(slot, this.#root.nodes);
        if (versions.get(name) !== version || this.#isFresh(slot) || this.#isOpen(slot)) {
          versions.set(name, version);
          this.#pending.set(`${key} ${name}`, { key, name, slot });
        }
      }
    }
  }

  /** Members may have come for it. */
  #isOpen(slot: Slot): boolean {
    return this.#nodeOf(slot)?.[0] === "open";
  }

  #nodeOf(slot: Slot): GraphNode | undefined {
    return isReference(slot) ? this.#root.nodes[slot[0]] : undefined;
  }

  #isFresh(slot: Slot): boolean {
    const node = this.#nodeOf(slot);
    return node?.[0] === "shared" && this.shared(node[1]) !== undefined;
  }

  #openFile({ key, url, names }: FilePart): FileVariables {
    let file = this.realm.files.get(key);
    if (file === undefined) {
      const { importer } = this;
      file = new FileVariables((specifier) => importer.import(specifier, url), metaOf(url, importer));
      this.realm.files.set(key, file);
    }
    file.declare(names);
    return file;
  }

  /** Remembers the objects that stay. */
  #keepShared(): void {
    for (const { hash, content, build } of this.#fresh) {
      for (const [id, index] of content.ids) {
        const object = build.values[index];
        // Not all of what came was needed.
        if (build.stages[index] === Stage.filled && object !== undefined) {
          this.realm.keep(id, object as object, hash, content.nodes[index]![0] === "class");
        }
      }
    }
  }
}

function metaOf(url: string, importer: Importer): object {
  const path = url.startsWith("file:") ? fileURLToPath(url) : undefined;
  const resolve = (specifier: string): string => importer.resolve(specifier, url);
  return path === undefined ? { url, resolve } : { url, filename: path, dirname: dirname(path), resolve };
}
