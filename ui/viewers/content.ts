import { decode, describe } from "../../src/codec/index.ts";
import { foreignTree } from "./foreign.ts";

/** The bytes of a value, maybe only its first ones, and what its descriptor says. */
export interface Received {
  readonly descriptor: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly isWhole: boolean;
}

/** What a value turned out to be. */
export type Content =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "bytes" }
  /** A JavaScript value, or one that a reader of another language made plain. */
  | { readonly kind: "value"; readonly value: unknown }
  /** Only that language's own programs can read it. */
  | { readonly kind: "serialized"; readonly language: string }
  /** It can only be read as a whole, and it is not here as a whole. */
  | { readonly kind: "beginning" }
  | { readonly kind: "damaged"; readonly reason: string };

/** Never throws, whatever the bytes are. */
export function contentOf({ descriptor, bytes, isWhole }: Received): Content {
  const { kind, language } = describe(descriptor);
  if (kind === "bytes") {
    return { kind: "bytes" };
  }
  if (!isWhole) {
    return kind === "text" ? { kind: "text", text: beginningOfText(bytes) } : { kind: "beginning" };
  }
  if (kind === "serialized" && language !== "JavaScript") {
    const tree = foreignTree(descriptor, bytes);
    return tree === undefined ? { kind: "serialized", language } : { kind: "value", value: tree };
  }
  try {
    const value = decode(descriptor, bytes);
    return kind === "text" ? { kind: "text", text: value as string } : { kind: "value", value };
  } catch (error) {
    return { kind: "damaged", reason: error instanceof Error ? error.message : String(error) };
  }
}

/** The first bytes of a text may end in the middle of a character, which is left out then. */
function beginningOfText(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes, { stream: true });
}
