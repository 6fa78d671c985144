import { inspect } from "node:util";
import { jsonText } from "./json-value.ts";

/** Nothing of a value may be left out: once fetched, it is nowhere else. */
const everything = {
  depth: null,
  maxArrayLength: null,
  maxStringLength: null,
  breakLength: Infinity,
  compact: true,
} as const;

/** A value as one line: text as it is, everything else as Node shows it; or as JSON. */
export function valueText(value: unknown, isJson: boolean): string {
  if (isJson) {
    return jsonText(value);
  }
  return typeof value === "string" ? value : inspect(value, everything);
}
