import { Groups, refsIn } from "./groups.ts";
import type { FileValues, Graph, GraphNode, Hash, RootPart, SharedPart, Slot } from "./graph.ts";
import { partOf, type Part } from "./hash.ts";
import { Ref, type Draft, type DraftSlot, type Owner, type Packing } from "./packing.ts";
import type { Trail } from "./trail.ts";

/** A file's variables before their references are numbered. */
export interface DraftFile {
  readonly part: Part;
  readonly values: ReadonlyMap<string, DraftSlot>;
  readonly constants: readonly string[];
}

/** A part, with what it holds for warnings about its size. */
export interface Emitted {
  readonly root: RootPart;
  readonly parts: Map<Hash, Uint8Array>;
  /** The way to what each part (but functions' sources) holds. */
  readonly contents: Map<Hash, Trail | undefined>;
}

/** Cuts a finished packing into parts. `codes` are the parts of functions' sources, which are there already. */
export function emit(
  packing: Packing,
  root: DraftSlot,
  files: readonly DraftFile[],
  codes: ReadonlyMap<Hash, Uint8Array>,
): Emitted {
  return new Emission(packing, codes).emit(root, files);
}

class Emission {
  readonly #packing: Packing;
  readonly #parts: Map<Hash, Uint8Array>;
  readonly #contents = new Map<Hash, Trail | undefined>();
  readonly #islands = new Map<Owner, readonly [Hash, number]>();
  readonly #copies = new Map<Hash, number>();
  #groups!: Groups;
  readonly #members = new Map<Owner, number[]>();

  constructor(packing: Packing, codes: ReadonlyMap<Hash, Uint8Array>) {
    this.#packing = packing;
    this.#parts = new Map(codes);
  }

  emit(root: DraftSlot, files: readonly DraftFile[]): Emitted {
    const { nodes, root: rootOwner } = this.#packing;
    const entries = [...refsIn([root, ...files.flatMap(({ values }) => [...values.values()])])];
    this.#groups = new Groups(nodes, rootOwner, entries);
    for (const [index, { owner }] of nodes.entries()) {
      const group = this.#groups.of(owner);
      const members = this.#members.get(group);
      if (members === undefined) {
        this.#members.set(group, [index]);
      } else {
        members.push(index);
      }
    }
    const shared: [string, Hash][] = [];
    for (const [group, members] of this.#members) {
      if (group.kind === "shared") {
        const part = this.#sharedPart(group, new GroupWriter(this, group));
        const hash = this.#keep(part, group);
        const ids = members.flatMap((index) => this.#sharedIdOf(index) ?? []);
        shared.push(...ids.map((id): [string, Hash] => [id, hash]));
      }
    }
    const writer = new GroupWriter(this, rootOwner);
    const rootSlot = writer.slot(root);
    const fileValues = files.map(({ part, values, constants }): FileValues => {
      this.#parts.set(part.hash, part.bytes);
      return {
        file: part.hash,
        names: [...values.keys()],
        values: Array.from(values.values(), (value) => writer.slot(value)),
        constants,
      };
    });
    const { ids, nodes: list } = this.#sharedPart(rootOwner, writer);
    const needs = [...this.#parts.keys()];
    const part: RootPart = { ids, nodes: list, root: rootSlot, files: fileValues, shared, needs };
    return { root: part, parts: this.#parts, contents: this.#contents };
  }

  membersOf(group: Owner): readonly number[] {
    return this.#members.get(group) ?? [];
  }

  nodeAt(index: number): Packing["nodes"][number] {
    return this.#packing.nodes[index]!;
  }

  /** What stands for a node of another group. */
  foreign(index: number): GraphNode {
    const { owner } = this.nodeAt(index);
    return owner.kind === "shared" ? ["shared", owner.id!] : ["part", ...this.#island(owner)];
  }

  #island(owner: Owner): readonly [Hash, number] {
    let island = this.#islands.get(owner);
    if (island === undefined) {
      const writer = new GroupWriter(this, owner);
      const root = writer.slot(new Ref(owner.entry!));
      const graph: Graph = { nodes: writer.nodes(), root };
      const hash = this.#keep(graph, owner);
      const copy = this.#copies.get(hash) ?? 0;
      this.#copies.set(hash, copy + 1);
      island = [hash, copy];
      this.#islands.set(owner, island);
    }
    return island;
  }

  #sharedPart(group: Owner, writer: GroupWriter): SharedPart {
    const ids = this.membersOf(group).flatMap((index): [string, number][] => {
      const id = this.#sharedIdOf(index);
      return id === undefined ? [] : [[id, (writer.slot(new Ref(index)) as readonly [number])[0]]];
    });
    return { ids, nodes: writer.nodes(), root: undefined };
  }

  #sharedIdOf(index: number): string | undefined {
    const { owner } = this.nodeAt(index);
    return owner.kind === "shared" && owner.entry === index ? owner.id : undefined;
  }

  #keep(content: object, { trail }: Owner): Hash {
    const { hash, bytes } = partOf(content);
    this.#parts.set(hash, bytes);
    this.#contents.set(hash, trail);
    return hash;
  }
}

/** Numbers the nodes of one group. */
class GroupWriter {
  readonly #emission: Emission;
  readonly #group: Owner;
  readonly #numbers = new Map<number, number>();
  readonly #foreign: GraphNode[] = [];

  constructor(emission: Emission, group: Owner) {
    this.#emission = emission;
    this.#group = group;
    for (const [number, index] of emission.membersOf(group).entries()) {
      this.#numbers.set(index, number);
    }
  }

  slot(draft: DraftSlot): Slot {
    return draft instanceof Ref ? [this.#number(draft.index)] : draft;
  }

  nodes(): GraphNode[] {
    const own = this.#emission
      .membersOf(this.#group)
      .map((index) => this.#finishedNode(this.#emission.nodeAt(index).content));
    return [...own, ...this.#foreign];
  }

  #number(index: number): number {
    let number = this.#numbers.get(index);
    if (number === undefined) {
      // Other groups' nodes come after the group's own.
      number = this.#emission.membersOf(this.#group).length + this.#foreign.length;
      this.#foreign.push(this.#emission.foreign(index));
      this.#numbers.set(index, number);
    }
    return number;
  }

  #finishedNode(content: Draft): GraphNode {
    return (content[0] === "data" ? content : this.#finished(content)) as unknown as GraphNode;
  }

  #finished(content: readonly unknown[]): readonly unknown[] {
    return content.map((item) => {
      if (item instanceof Ref) {
        return [this.#number(item.index)];
      }
      return Array.isArray(item) ? this.#finished(item as readonly unknown[]) : item;
    });
  }
}
