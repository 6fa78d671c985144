import { Descriptor, encode } from "../../src/codec/index.ts";
import type { NewValue } from "../../src/web/api.ts";
import { toBase64 } from "../api/base64.ts";

/** What a person can store from the page. */
export type InputKind = "text" | "number" | "json" | "file";

/** The value that was typed, as it travels. Throws an Error that says what is wrong with the input. */
export function typedValue(kind: Exclude<InputKind, "file">, typed: string): NewValue {
  switch (kind) {
    case "text":
      return travelling(encode(typed));
    case "number":
      return travelling(encode(numberIn(typed)));
    case "json":
      return travelling(encode(jsonOf(typed)));
  }
}

/** A file's bytes, as raw bytes that every language can read. */
export function fileValue(bytes: Uint8Array): NewValue {
  return travelling({ descriptor: Descriptor.bytes, bytes });
}

function travelling({ descriptor, bytes }: { descriptor: number; bytes: Uint8Array }): NewValue {
  return { descriptor, bytes: toBase64(bytes) };
}

function numberIn(typed: string): number {
  const text = typed.trim();
  const number = Number(text);
  if (text === "" || (Number.isNaN(number) && text !== "NaN")) {
    throw new Error(`'${text}' is no number. Write it like 42, -1.5 or 6e23.`);
  }
  return number;
}

function jsonOf(typed: string): unknown {
  try {
    return JSON.parse(typed) as unknown;
  } catch (error) {
    throw new Error(`This is no JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
