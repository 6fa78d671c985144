import { createHash } from "node:crypto";
import { encode } from "../../../codec/index.ts";
import type { Hash } from "./graph.ts";

/** A part: its name and its bytes, which are the codec's encoding (descriptor `Descriptor.value`) of plain data. */
export interface Part {
  readonly hash: Hash;
  readonly bytes: Uint8Array;
}

/** Encodes `content`, an object of plain data, and names it. */
export function partOf(content: object): Part {
  const { bytes } = encode(content);
  return { hash: createHash("sha256").update(bytes).digest("hex"), bytes };
}
