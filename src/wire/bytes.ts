import { ProtocolFault } from "./protocol-fault.ts";

/**
 * Fields out of received bytes. The readers of numbers do not look at the end of the frame: who reads a field has
 * checked that it is there.
 */

const TWO_TO_32 = 4_294_967_296;

/** More arguments than this at once would overflow the stack. */
const CHARACTERS_AT_ONCE = 4096;

/** Up to this long, adding character to character is faster than one call for all. */
const SHORT_BYTES = 12;

/** Up to this long, a text is looked at first: most are ASCII, and need no decoder. */
const SHORT_TEXT_BYTES = 64;

const utf8Decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const utf8Encoder = new TextEncoder();

export function readU16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

export function readU32(bytes: Uint8Array, at: number): number {
  return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
}

/** A ProtocolFault when the number is above 2^53 − 1. */
export function readU64(bytes: Uint8Array, at: number): number {
  const high = readU32(bytes, at);
  if (high > 0x1f_ffff) {
    throw new ProtocolFault("a 64-bit number above 2^53 - 1");
  }
  return high * TWO_TO_32 + readU32(bytes, at + 4);
}

/** The byte string `[start, end)`: each character is one byte. */
export function latin1(bytes: Uint8Array, start = 0, end = bytes.length): string {
  if (end - start <= SHORT_BYTES) {
    let text = "";
    for (let i = start; i < end; i++) {
      text += String.fromCharCode(bytes[i]!);
    }
    return text;
  }
  // (TextDecoder's "latin1" is windows-1252, which maps 0x80–0x9f elsewhere.)
  const parts: string[] = [];
  for (let i = start; i < end; i += CHARACTERS_AT_ONCE) {
    parts.push(String.fromCharCode.apply(null, bytes.subarray(i, Math.min(end, i + CHARACTERS_AT_ONCE)) as never));
  }
  return parts.join("");
}

/** The text `[start, end)`: UTF-8, or Latin-1 where the bytes are not valid UTF-8. */
export function utf8OrLatin1(bytes: Uint8Array, start = 0, end = bytes.length): string {
  if (end - start <= SHORT_TEXT_BYTES && isAscii(bytes, start, end)) {
    return latin1(bytes, start, end);
  }
  try {
    return utf8Decoder.decode(bytes.subarray(start, end));
  } catch {
    return latin1(bytes, start, end);
  }
}

/** The UTF-8 of a text as a byte string (each character one byte): how names are kept and compared. */
export function byteStringOf(text: string): string {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) >= 0x80) {
      return latin1(utf8Encoder.encode(text));
    }
  }
  return text;
}

function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) {
    if (bytes[i]! >= 0x80) {
      return false;
    }
  }
  return true;
}
