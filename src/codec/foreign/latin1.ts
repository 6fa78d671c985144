/** `String.fromCharCode` takes its characters as arguments; this many are safe on every stack. */
const PART = 4096;

/** A character for each byte. */
export function latin1Text(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += PART) {
    parts.push(String.fromCharCode(...bytes.subarray(at, at + PART)));
  }
  return parts.join("");
}

/** The bytes of a text of which each character is one; undefined where one is not. */
export function latin1Bytes(text: string): Uint8Array<ArrayBuffer> | undefined {
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code > 0xff) {
      return undefined;
    }
    bytes[at] = code;
  }
  return bytes;
}
