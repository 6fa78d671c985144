/*
 * Text to and from UTF-8. Short strings are handled by hand: a call into TextEncoder or TextDecoder costs more than they do.
 */

const encoder = new TextEncoder();
const strictDecoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** `String.fromCharCode` takes its characters as arguments; this many are safe on every stack. */
const LATIN1_PART = 4096;
const BY_HAND_BYTES = 64;

/** The UTF-8 of `text`, which has no lone surrogates. */
export function utf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Writes the UTF-8 of `text` (no lone surrogates) at `at`, where three bytes for each of its characters must fit. Returns the end. */
export function writeUtf8(text: string, into: Uint8Array, at: number): number {
  return at + encoder.encodeInto(text, into.subarray(at)).written;
}

/** Writes `text` at `at` if it is ASCII and returns true; else returns false, with some bytes after `at` overwritten. */
export function writeAscii(text: string, into: Uint8Array, at: number): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) {
      return false;
    }
    into[at + i] = code;
  }
  return true;
}

/** Writes UTF-8 by hand, and a lone surrogate as the three bytes it would have (WTF-8). Returns the end. */
export function writeWtf8(text: string, into: Uint8Array, at: number): number {
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i)!;
    if (code < 0x80) {
      into[at++] = code;
    } else if (code < 0x800) {
      into[at++] = 0xc0 | (code >> 6);
      into[at++] = 0x80 | (code & 0x3f);
    } else if (code < 0x10000) {
      into[at++] = 0xe0 | (code >> 12);
      into[at++] = 0x80 | ((code >> 6) & 0x3f);
      into[at++] = 0x80 | (code & 0x3f);
    } else {
      into[at++] = 0xf0 | (code >> 18);
      into[at++] = 0x80 | ((code >> 12) & 0x3f);
      into[at++] = 0x80 | ((code >> 6) & 0x3f);
      into[at++] = 0x80 | (code & 0x3f);
      i++;
    }
  }
  return at;
}

/** Says whether UTF-8 can hold `text`: false if half of a surrogate pair stands alone. */
export function isWellFormed(text: string): boolean {
  const modern = text as string & { isWellFormed?(): boolean };
  // With the `u` flag the class matches only surrogates that are not part of a pair.
  return modern.isWellFormed === undefined ? !/[\uD800-\uDFFF]/u.test(text) : modern.isWellFormed();
}

/** The text in `bytes[start, end)`, or undefined if that is not UTF-8. */
export function readUtf8(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (end - start <= BY_HAND_BYTES) {
    const text = readAscii(bytes, start, end);
    if (text !== undefined) {
      return text;
    }
  }
  try {
    return strictDecoder.decode(bytes.subarray(start, end));
  } catch (error) {
    if (error instanceof TypeError) {
      return undefined;
    }
    throw error;
  }
}

/** Text of any language: UTF-8, or Latin-1 (a character for each byte) where it is not. */
export function readText(bytes: Uint8Array, start: number, end: number): string {
  return readUtf8(bytes, start, end) ?? readLatin1(bytes, start, end);
}

/** A character for each byte. (TextDecoder's "latin1" is Windows-1252.) */
export function readLatin1(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at += LATIN1_PART) {
    text += String.fromCharCode(...bytes.subarray(at, Math.min(at + LATIN1_PART, end)));
  }
  return text;
}

/** The string in WTF-8 bytes, or undefined if they are not that. */
export function readWtf8(bytes: Uint8Array): string | undefined {
  let text = "";
  let part: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const first = bytes[at++]!;
    const more = first < 0x80 ? 0 : first < 0xc2 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : -1;
    if (more < 0 || at + more > bytes.length) {
      return undefined;
    }
    let code = more === 0 ? first : first & (0x3f >> more);
    for (const end = at + more; at < end; at++) {
      const byte = bytes[at]!;
      if ((byte & 0xc0) !== 0x80) {
        return undefined;
      }
      code = (code << 6) | (byte & 0x3f);
    }
    if ((more === 2 && code < 0x800) || (more === 3 && (code < 0x10000 || code > 0x10ffff))) {
      return undefined;
    }
    part.push(code);
    if (part.length === LATIN1_PART) {
      text += String.fromCodePoint(...part);
      part = [];
    }
  }
  return text + String.fromCodePoint(...part);
}

function readAscii(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = "";
  let at = start;
  for (; at + 8 <= end; at += 8) {
    const a = bytes[at]!;
    const b = bytes[at + 1]!;
    const c = bytes[at + 2]!;
    const d = bytes[at + 3]!;
    const e = bytes[at + 4]!;
    const f = bytes[at + 5]!;
    const g = bytes[at + 6]!;
    const h = bytes[at + 7]!;
    if ((a | b | c | d | e | f | g | h) >= 0x80) {
      return undefined;
    }
    text += String.fromCharCode(a, b, c, d, e, f, g, h);
  }
  for (; at < end; at++) {
    const byte = bytes[at]!;
    if (byte >= 0x80) {
      return undefined;
    }
    text += String.fromCharCode(byte);
  }
  return text;
}
