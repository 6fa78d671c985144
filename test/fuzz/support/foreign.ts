import { ForeignFault, readForeign } from "../../../src/codec/index.ts";
import { checkTree } from "../../codec/foreign/check-tree.ts";
import { languages, specimensOf } from "../../codec/foreign/fixtures.ts";
import type { Target } from "../engine/target.ts";

const limits = { maxBytes: 1_000_000, maxNodes: 20_000, maxDepth: 100 };

/** What another language serializes: any bytes are a value within the limits or a `ForeignFault` at a place in them. */
export function foreignTarget(language: "python" | "r" | "ruby"): Target {
  const descriptor = languages[language] * 2 ** 24;
  return {
    seeds: () => specimensOf(language).map(({ bytes }) => bytes),
    start: () => ({ attempt: (input) => tryForeign(descriptor, input) }),
    maxBytes: 1024,
  };
}

export function tryForeign(descriptor: number, bytes: Uint8Array): void {
  let value;
  try {
    value = readForeign(descriptor, bytes, limits);
  } catch (error) {
    if (!(error instanceof ForeignFault) || error.offset < 0 || error.offset > bytes.length) {
      throw error;
    }
    return;
  }
  checkTree(value, limits.maxNodes);
}
