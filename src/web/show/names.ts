import type { Named } from "../api.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/*
 * Names are byte strings in the server: each character is one byte. In addresses they stand as ids, in which all bytes but those of
 * letters, digits and `-_.` are written as `~` and two hexadecimal digits. (Percent-encoding would be decoded on the way, and as UTF-8, which
 * not every name is.)
 */

export function idOf(name: string): string {
  // A name of one or two dots would be taken for a way up in an address.
  return name.replace(/^\.(?=\.?$)|[^\w\-.]/g, (byte) => `~${byte.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

/** The name that an id stands for; what is no id of ours stands for itself. */
export function nameOf(id: string): string {
  return id.replace(/~([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}

/** A name for people: as UTF-8, or Latin-1 where it is not that. */
export function textOf(name: string): string {
  try {
    return utf8.decode(Buffer.from(name, "latin1"));
  } catch {
    return name;
  }
}

/** What somebody typed, as a name. */
export function bytesOf(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

export function named(name: string): Named {
  return { id: idOf(name), name: textOf(name) };
}
