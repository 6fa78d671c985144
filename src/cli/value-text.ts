import { inspect, toUSVString } from "node:util";
import { jsonText } from "./json-value.ts";

/** Nothing of a value may be left out: once fetched, it is nowhere else. */
const everything = {
  depth: null,
  maxArrayLength: null,
  maxStringLength: null,
  breakLength: Infinity,
  compact: true,
} as const;

/** For people: as Node's console has it, but for what is left out. Nothing that a value says is called. */
const readable = {
  ...everything,
  breakLength: 100,
  compact: 3,
  maxArrayLength: 10_000,
  customInspect: false,
} as const;

/** A value as one line: text as it is, everything else as Node shows it; or as JSON. */
export function valueText(value: unknown, isJson: boolean): string {
  if (isJson) {
    return jsonText(value);
  }
  return typeof value === "string" ? value : inspect(value, everything);
}

/** Longer texts are of no use to who reads them, and must get to them in a few seconds. */
const MOST_CHARACTERS = 1_000_000;

/**
 * What a person wants to see of any value: on several lines when it is long, and cut off, with a note, when it is too long. Never throws.
 * It is well-formed: with half of a surrogate pair it would not travel as text.
 */
export function readableText(value: unknown): string {
  let text;
  try {
    text = typeof value === "string" ? value : inspect(value, readable);
  } catch (error) {
    return `This value cannot be shown: ${String(error)}`;
  }
  return text.length <= MOST_CHARACTERS
    ? toUSVString(text)
    : `${toUSVString(text.slice(0, MOST_CHARACTERS))}\n… (the first ${MOST_CHARACTERS} characters of ${text.length})`;
}
