import { readUtf8 } from "./text.ts";

/** Longer property names are rare, and not worth comparing. */
const LONGEST_KEY = 32;
const SLOTS = 512;

const slots = new Array<string>(SLOTS).fill("");

/**
 * The property name in `bytes[start, end)`, or undefined if it is not UTF-8. The same names come again and again, and
 * a name that was seen lately costs a comparison, not a new string that must be made and looked up among all names.
 */
export function readKey(bytes: Uint8Array, start: number, end: number): string | undefined {
  const length = end - start;
  if (length === 0 || length > LONGEST_KEY) {
    return readUtf8(bytes, start, end);
  }
  const slot = (length + 3 * bytes[start]! + 31 * bytes[end - 1]! + 7 * bytes[start + (length >> 1)]!) & (SLOTS - 1);
  const seen = slots[slot]!;
  if (seen.length === length && isSame(seen, bytes, start)) {
    return seen;
  }
  const key = readUtf8(bytes, start, end);
  if (key?.length !== length) {
    return key; // not ASCII
  }
  return (slots[slot] = asPropertyName(key));
}

function isSame(text: string, bytes: Uint8Array, start: number): boolean {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) !== bytes[start + i]) {
      return false;
    }
  }
  return true;
}

/** The engine's own copy of the string, the one it uses as a name: it need not be looked up again. */
function asPropertyName(text: string): string {
  return Object.keys({ [text]: 0 })[0]!;
}
