import { decode, Descriptor, encode } from "../../src/codec/index.ts";

export function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** What CBOR bytes, in hexadecimal, are read as. */
export function read(hex: string): unknown {
  return decode(Descriptor.value, fromHex(hex));
}

/** There and back, with the encoded bytes in a buffer that is written over afterwards, as a socket's is. */
export function roundTrip(value: unknown): unknown {
  const { descriptor, bytes } = encode(value);
  const received = new Uint8Array(bytes.length + 3);
  received.set(bytes, 3);
  const result = decode(descriptor, received.subarray(3));
  received.fill(0xee);
  return result;
}
