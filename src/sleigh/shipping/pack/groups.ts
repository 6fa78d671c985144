import { Ref, type Owner, type PackedNode } from "./packing.ts";

/** An island that weighs less (a value counts one, an element of raw data a byte) is not worth a part. */
const LIGHT = 256;

/** Every reference in a list of slots and of lists of them. */
export function* refsIn(list: readonly unknown[]): Generator<Ref> {
  for (const item of list) {
    if (item instanceof Ref) {
      yield item;
    } else if (Array.isArray(item)) {
      yield* refsIn(item as readonly unknown[]);
    }
  }
}

/**
 * Decides what becomes a part of its own. Each owner begins as a group; a reference into the middle of another group
 * makes the two one, because an object must not arrive twice.
 */
export class Groups {
  readonly #nodes: readonly PackedNode[];
  readonly #root: Owner;
  readonly #joined = new Map<Owner, Owner>();
  readonly #sizes = new Map<Owner, number>();

  /** `entries` are the nodes that the root refers to beside those of its own group. */
  constructor(nodes: readonly PackedNode[], root: Owner, entries: readonly Ref[]) {
    this.#nodes = nodes;
    this.#root = root;
    const edges: (readonly [from: Owner, to: number])[] = entries.map((ref) => [root, ref.index]);
    for (const { owner, content } of nodes) {
      for (const { index } of content[0] === "data" ? [] : refsIn(content)) {
        if (nodes[index]!.owner !== owner || nodes[index]!.owner.entry === index) {
          edges.push([owner, index]);
        }
      }
    }
    this.#separate(edges);
    this.#joinLight(edges);
    this.#separate(edges);
  }

  /** The group of an owner, named by one of its owners; the root names its own. */
  of(owner: Owner): Owner {
    let at = owner;
    for (let next = this.#joined.get(at); next !== undefined; next = this.#joined.get(at)) {
      at = next;
    }
    return at;
  }

  /** Whether others may refer to a node from outside of its group. */
  isEntry(index: number): boolean {
    const { owner } = this.#nodes[index]!;
    return owner.entry === index && (owner.kind === "shared" || this.#isAlone(owner));
  }

  #isAlone(owner: Owner): boolean {
    return this.of(owner) === owner && (this.#sizes.get(owner) ?? 1) === 1;
  }

  /** Joins until no reference leads into the middle of another group. */
  #separate(edges: readonly (readonly [Owner, number])[]): void {
    for (let isStable = false; !isStable;) {
      isStable = true;
      for (const [from, to] of edges) {
        const target = this.#nodes[to]!.owner;
        if (this.of(from) !== this.of(target) && !this.#mayRefer(from, to)) {
          this.#join(from, target);
          isStable = false;
        }
      }
    }
  }

  #mayRefer(from: Owner, to: number): boolean {
    // An island is named after its content, so two of them must not hold each other; a text holds nothing.
    const isIslandInIsland =
      this.of(from).kind === "island" &&
      this.#nodes[to]!.owner.kind === "island" &&
      typeof this.#nodes[to]!.content[1] !== "string";
    return this.isEntry(to) && !isIslandInIsland;
  }

  #join(one: Owner, other: Owner): void {
    const [a, b] = [this.of(one), this.of(other)];
    // The root swallows others, and an object that is shared swallows islands.
    const [into, from] = b === this.#root || (b.kind === "shared" && a.kind === "island") ? [b, a] : [a, b];
    this.#joined.set(from, into);
    this.#sizes.set(into, (this.#sizes.get(into) ?? 1) + (this.#sizes.get(from) ?? 1));
  }

  #joinLight(edges: readonly (readonly [Owner, number])[]): void {
    const weights = new Map<Owner, number>();
    for (const { owner, content } of this.#nodes) {
      if (owner.kind === "island") {
        weights.set(owner, (weights.get(owner) ?? 0) + weightOf(content));
      }
    }
    for (const [from, to] of edges) {
      const { owner } = this.#nodes[to]!;
      if (this.#isAlone(owner) && (weights.get(owner) ?? LIGHT) < LIGHT && this.of(from) !== owner) {
        this.#join(from, owner);
      }
    }
  }
}

function weightOf(content: readonly unknown[]): number {
  let weight = 0;
  for (const item of content) {
    if (typeof item === "string" || Array.isArray(item)) {
      weight += item.length;
    } else if (ArrayBuffer.isView(item) || item instanceof ArrayBuffer) {
      weight += item.byteLength;
    } else {
      weight++;
    }
  }
  return weight;
}
