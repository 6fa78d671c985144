import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Code, FilePart, Graph, GraphNode, Hash, RootPart, Slot } from "../pack/graph.ts";
import { isReference } from "./builder.ts";
import { constantsOf } from "./closure-scopes.ts";
import { CodeMaker, type Rebuilding } from "./code-maker.ts";
import type { PrivateFieldWriter } from "./data-maker.ts";
import { GraphBuild, type Target } from "./graph-build.ts";
import type { Importer } from "./importer.ts";
import { readPart, type PartSource } from "./packed.ts";
import { FileVariables, type Realm } from "./realm.ts";
import { SharedObjects } from "./shared-objects.ts";

/** What a worker has for all shipments. */
export interface Workshop {
  readonly importer: Importer;
  readonly privates: PrivateFieldWriter;
  readonly parts: PartSource;
  /** Sources of functions that came. */
  readonly codes: Map<Hash, Code>;
}

/** One shipment while it is made. */
export class Reception implements Rebuilding {
  readonly realm: Realm;
  readonly importer: Importer;
  readonly privates: PrivateFieldWriter;
  readonly #parts: PartSource;
  readonly #codes: Map<Hash, Code>;
  readonly #root: RootPart;
  readonly #shared: SharedObjects;
  readonly #islands = new Map<string, GraphBuild>();
  /** Variables that get a value of this shipment, and have not got it yet. */
  readonly #pending = new Map<string, { readonly key: string; readonly name: string; readonly slot: Slot }>();

  constructor({ importer, privates, parts, codes }: Workshop, realm: Realm, root: RootPart, rootHash: Hash) {
    this.importer = importer;
    this.privates = privates;
    this.realm = realm;
    this.#parts = parts;
    this.#codes = codes;
    this.#root = root;
    this.#shared = new SharedObjects(realm, parts, root, rootHash);
  }

  /** Loads the modules that the shipment imports; undefined if all are there. */
  load(): Promise<unknown> | undefined {
    const loads: Promise<void>[] = [];
    const visit = (nodes: readonly GraphNode[]): void => {
      for (const node of nodes) {
        const loading = node[0] === "import" ? this.importer.load(node) : undefined;
        if (loading !== undefined) {
          loads.push(loading);
        } else if (node[0] === "part") {
          visit(this.#island(node[1], node[2]).nodes);
        }
      }
    };
    for (const nodes of this.#shared.nodes()) {
      visit(nodes);
    }
    return loads.length === 0 ? undefined : Promise.all(loads);
  }

  /** Makes everything and returns the root. What was loaded meanwhile by others is seen only by a new reception. */
  make(): unknown {
    this.#findPending();
    const maker = new CodeMaker(this);
    const { builder } = maker;
    const value = builder.build(this.#root.root, this.#shared.root);
    for (const { key, name, slot } of [...this.#pending.values()]) {
      builder.build(slot, this.#shared.root);
      maker.setModuleName(key, name);
    }
    this.#shared.keep(builder);
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
    return pending && { slot: pending.slot, build: this.#shared.root };
  }

  done(key: string, name: string): void {
    this.#pending.delete(`${key} ${name}`);
  }

  shared(id: string): Target | undefined {
    return this.#shared.target(id);
  }

  part(hash: Hash, copy: number): Target {
    const build = this.#island(hash, copy);
    return { build, index: (build.root as readonly [number])[0] };
  }

  /** Words for a slot's value that change when the master gives the variable something else, or changes that. */
  versionOf(slot: Slot, build: GraphBuild): string {
    if (!isReference(slot)) {
      return `${typeof slot} ${Object.is(slot, -0) ? "-0" : String(slot)}`;
    }
    const node = build.nodes[slot[0]]!;
    switch (node[0]) {
      case "shared":
        return `shared ${node[1]} ${String(this.#shared.partOf(node[1]))}`;
      case "open":
        // It is the same one whatever its members are.
        return `open ${node[1]}`;
      default:
        return JSON.stringify(node);
    }
  }

  isReplaced(slot: Slot, build: GraphBuild): boolean {
    const node = isReference(slot) ? build.nodes[slot[0]] : undefined;
    return node?.[0] === "shared" && this.#shared.isReplaced(node[1]);
  }

  /** Parts with the same content are made apart: they were different objects. */
  #island(hash: Hash, copy: number): GraphBuild {
    const id = `${hash} ${copy}`;
    let island = this.#islands.get(id);
    if (island === undefined) {
      island = new GraphBuild(readPart<Graph>(this.#parts, hash));
      this.#islands.set(id, island);
    }
    return island;
  }

  #findPending(): void {
    const { root } = this.#shared;
    for (const { file, names, values, constants } of this.#root.files) {
      const part = readPart<FilePart>(this.#parts, file);
      const variables = this.#openFile(part);
      variables.declare(names, constantsOf(names, values, constants));
      for (const [index, name] of names.entries()) {
        const slot = values[index];
        const version = this.versionOf(slot, root);
        const isChanged = variables.versions.get(name) !== version || this.isReplaced(slot, root);
        if (isChanged || isOpen(slot, root)) {
          variables.versions.set(name, version);
          this.#pending.set(`${part.key} ${name}`, { key: part.key, name, slot });
        }
      }
    }
  }

  #openFile({ key, url, names }: FilePart): FileVariables {
    let file = this.realm.files.get(key);
    if (file === undefined) {
      const { importer } = this;
      file = new FileVariables((specifier) => importer.import(String(specifier), url), metaOf(url, importer));
      this.realm.files.set(key, file);
    }
    file.declare(names);
    return file;
  }
}

/** Members may have come for it. */
function isOpen(slot: Slot, build: GraphBuild): boolean {
  return isReference(slot) && build.nodes[slot[0]]![0] === "open";
}

function metaOf(url: string, importer: Importer): object {
  const path = url.startsWith("file:") ? fileURLToPath(url) : undefined;
  const resolve = (specifier: string): string => importer.resolve(specifier, url);
  return path === undefined ? { url, resolve } : { url, filename: path, dirname: dirname(path), resolve };
}
