import { addressId } from "../../codec/address-id.ts";
import type { Named } from "../api.ts";

const isAscii = /^[\0-\x7f]*$/;
const utf8 = new TextDecoder("utf-8", { fatal: true });

/* Names are byte strings in the server: each character is one byte. In addresses they stand as ids. */

export { addressId as idOf, nameOfAddressId as nameOf } from "../../codec/address-id.ts";

/** A name for people: as UTF-8, or Latin-1 where it is not that. */
export function textOf(name: string): string {
  if (isAscii.test(name)) {
    return name;
  }
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
  return { id: addressId(name), name: textOf(name) };
}
