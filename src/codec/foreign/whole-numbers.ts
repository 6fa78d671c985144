import type { ForeignScalar } from "./foreign-value.ts";

/*
 * Whole numbers of any length. Beyond some thousand digits they stay text: to turn binary into decimal digits takes time that
 * grows faster than the number.
 */

const MOST_DIGITS = 2500;
const MOST_BYTES = 1024;
const SURELY_SAFE_DIGITS = 15;

/** Of decimal digits, maybe with a sign; undefined if it is something else. */
export function wholeFromText(text: string): number | bigint | ForeignScalar | undefined {
  if (text.length <= SURELY_SAFE_DIGITS) {
    return /^[+-]?[0-9]+$/.test(text) ? Number(text) + 0 : undefined;
  }
  if (!/^[+-]?[0-9]+$/.test(text)) {
    return undefined;
  }
  // BigInt does not take a plus.
  const digits = text.startsWith("+") ? text.slice(1) : text;
  return digits.length <= MOST_DIGITS ? compact(BigInt(digits)) : { kind: "scalar", type: "int", text: digits };
}

/** Of bytes in two's complement, the lowest first. */
export function wholeFromTwosComplement(bytes: Uint8Array): number | bigint | ForeignScalar {
  const isNegative = (bytes.at(-1) ?? 0) >= 0x80;
  const magnitude = isNegative ? negated(bytes) : bytes;
  return wholeFromMagnitude(magnitude, isNegative);
}

/** Of a sign and bytes, the lowest first. */
export function wholeFromMagnitude(bytes: Uint8Array, isNegative: boolean): number | bigint | ForeignScalar {
  const digits: string[] = [];
  for (let at = bytes.length - 1; at >= 0; at--) {
    digits.push(bytes[at]!.toString(16).padStart(2, "0"));
  }
  const hex = `0x${digits.join("").replace(/^0+/, "") || "0"}`;
  if (bytes.length > MOST_BYTES) {
    return { kind: "scalar", type: "int", text: `${isNegative ? "-" : ""}${hex}` };
  }
  const magnitude = BigInt(hex);
  return compact(isNegative ? -magnitude : magnitude);
}

/** A number where that is exact. */
export function compact(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function negated(bytes: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length);
  let carry = 1;
  for (const [at, byte] of bytes.entries()) {
    const sum = (byte ^ 0xff) + carry;
    result[at] = sum & 0xff;
    carry = sum >> 8;
  }
  // A carry beyond the last byte is of the number 0 only, which is not negative.
  return result;
}
