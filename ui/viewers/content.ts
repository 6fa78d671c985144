import { decode, describe } from "../../src/codec/index.ts";
import { type ForeignValue, readForeign } from "../../src/codec/foreign/index.ts";

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
  | { readonly kind: "value"; readonly value: unknown }
  /** A value of another language, made plain. */
  | { readonly kind: "foreign"; readonly value: ForeignValue }
  /** Only that language's own programs can read it; `reason`: why it cannot be read here. */
  | { readonly kind: "serialized"; readonly language: string; readonly reason: string | undefined }
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
    return foreignContent(descriptor, bytes, language);
  }
  try {
    const value = decode(descriptor, bytes);
    return kind === "text" ? { kind: "text", text: value as string } : { kind: "value", value };
  } catch (error) {
    return { kind: "damaged", reason: error instanceof Error ? error.message : String(error) };
  }
}

function foreignContent(descriptor: number, bytes: Uint8Array, language: string): Content {
  try {
    const value = readForeign(descriptor, bytes);
    return value === undefined ? { kind: "serialized", language, reason: undefined } : { kind: "foreign", value };
  } catch (error) {
    return { kind: "serialized", language, reason: error instanceof Error ? error.message : String(error) };
  }
}

/** The first bytes of a text may end in the middle of a character, which is left out then. */
function beginningOfText(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes, { stream: true });
}
