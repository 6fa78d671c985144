import { byteStringOf, latin1, utf8OrLatin1 } from "../wire/bytes.ts";
import type { ByteWriter } from "../wire/byte-writer.ts";

/** What `nameOfBytes` makes of bytes that are not UTF-8, and nothing that is a text otherwise. */
const escaped = /^[\x01-\x7f\udc80-\udcff]*[\udc80-\udcff][\x01-\x7f\udc80-\udcff]*$/;

/** The name with these bytes. Where they are not UTF-8 every byte over 127 becomes a lone surrogate, U+DC80 to U+DCFF, as in Python. */
export function nameOfBytes(bytes: Uint8Array): string {
  const text = utf8OrLatin1(bytes);
  const byteString = latin1(bytes);
  return byteStringOf(text) === byteString
    ? text
    : byteString.replaceAll(/[\x80-\xff]/g, (byte) => String.fromCharCode(0xdc00 + byte.charCodeAt(0)));
}

export function writeName(writer: ByteWriter, name: string): void {
  if (escaped.test(name)) {
    // A surrogate's low eight bits are its byte.
    writer.latin1(name);
  } else {
    writer.utf8(name);
  }
}
