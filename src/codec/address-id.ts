/**
 * A name as it stands in the addresses of the web interface: each byte that is no letter, digit, `-`, `_` or `.` is written as `~`
 * and two hexadecimal digits. (Percent-encoding would be decoded on the way, and as UTF-8, which not every name is.) `name`: a byte
 * string, each character one byte.
 */
export function addressId(name: string): string {
  return name.replace(/[^\w\-.]/g, (byte) => `~${byte.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

/** The name, as a byte string, of an id; what is no id stands for itself. */
export function nameOfAddressId(id: string): string {
  return id.replace(/~([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
}
