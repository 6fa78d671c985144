import { decode, Descriptor, Tagged } from "../../../codec/index.ts";
import { RebuildError } from "../errors.ts";
import { PACKED_TAG, type GraphNode, type Hash, type RootPart } from "../pack/graph.ts";

/** Where parts are found by name; a `Map` is one. */
export interface PartSource {
  get(hash: Hash): Uint8Array | undefined;
}

/** The content of a part. Whoever gives the parts vouches for them: nothing but their presence is checked. */
export function readPart<T>(parts: PartSource, hash: Hash): T {
  const bytes = parts.get(hash);
  if (bytes === undefined) {
    throw new RebuildError(`part ${hash.slice(0, 12)} of a shipment did not arrive`);
  }
  return decode(Descriptor.value, bytes) as T;
}

/** The first part in a value that was packed; undefined if the value is plain. */
export function packedRoot(value: unknown): RootPart | undefined {
  return value instanceof Tagged && value.tag === PACKED_TAG ? (value.value as RootPart) : undefined;
}

/** A value in its packed form. */
export function packed(root: RootPart): Tagged {
  return new Tagged(PACKED_TAG, root);
}

export function isGraphNode<K extends GraphNode[0]>(
  node: GraphNode,
  kind: K,
): node is Extract<GraphNode, readonly [K, ...unknown[]]> {
  return node[0] === kind;
}
