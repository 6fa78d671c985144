import type { Content, Received } from "./content.ts";

/** More than that is for the download. */
const LONGEST = 4 * 1024 * 1024;

/** What “Copy” puts on the clipboard: text as it is, a value as JSON as far as JSON goes; undefined where there is no such text. */
export function copiedText(content: Content, { bytes, isWhole }: Received): string | undefined {
  if (!isWhole || bytes.length > LONGEST) {
    return undefined;
  }
  if (content.kind === "text") {
    return content.text;
  }
  return content.kind === "value" ? jsonLike(content.value) : undefined;
}

/** Undefined for what holds itself, which JSON cannot say. */
function jsonLike(value: unknown): string | undefined {
  try {
    return JSON.stringify(value, plain, 2);
  } catch {
    return undefined;
  }
}

/** JSON would make `{}` of these, or refuse them. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") {
    return String(value);
  }
  if (value instanceof Map) {
    return [...(value as Map<unknown, unknown>)];
  }
  if (value instanceof Set || (ArrayBuffer.isView(value) && !(value instanceof DataView))) {
    return Array.from(value as unknown as Iterable<unknown>);
  }
  if (value instanceof Error) {
    return { name: value.name, message: value.message, stack: value.stack };
  }
  return value instanceof RegExp ? String(value) : value;
}
