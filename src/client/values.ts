import type { ByteWriter } from "../wire/byte-writer.ts";
import { decode, describe, Descriptor, encode, type Encoded, SerializationFault } from "../codec/index.ts";
import { DeserializationError, type NwsError, SerializationError, type Where } from "./errors.ts";
import { subject } from "./failure.ts";

/** Texts up to this long are written by hand, character by character; longer ones by the codec. */
const SHORT_TEXT = 1024;

/** Byte arrays up to this long are written without asking the codec. */
const SHORT_BYTES = 65_536;

/** Bits of a descriptor that say text or raw bytes; the language above them does not matter for those. */
const KIND_BITS = 0xffffff;
const BYTES_KIND = Descriptor.bytes & KIND_BITS;

/**
 * Writes descriptor and bytes of what programs send most, short ASCII texts and byte arrays, straight into the frame.
 * False: it is something else, and nothing was written.
 */
export function writeShortValue(writer: ByteWriter, value: unknown): boolean {
  if (typeof value === "string") {
    return value.length <= SHORT_TEXT && writeShortText(writer, value);
  }
  if (value instanceof Uint8Array && value.length <= SHORT_BYTES) {
    writer.u32(Descriptor.bytes);
    writer.copy(value, 0, value.length);
    return true;
  }
  return false;
}

function writeShortText(writer: ByteWriter, text: string): boolean {
  const count = text.length;
  writer.reserve(4 + count);
  const { bytes, length } = writer;
  const at = length + 4;
  for (let i = 0; i < count; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) {
      return false;
    }
    bytes[at + i] = code;
  }
  writer.u32(Descriptor.text);
  writer.length = at + count;
  return true;
}

/** The value as it travels. Throws SerializationError. */
export function encodeValue(value: unknown, where: Where): Encoded {
  try {
    return encode(value);
  } catch (error) {
    const path = error instanceof SerializationFault ? error.path : undefined;
    const reason = error instanceof Error ? error.message : String(error);
    throw new SerializationError(`${subject(where)} failed: ${reason}`, { ...where, reason, path, cause: error });
  }
}

/** The value in `[start, end)`: nothing of `bytes` is kept. Throws what the codec throws. */
export function decodeValue(descriptor: number, bytes: Uint8Array, start: number, end: number): unknown {
  if ((descriptor & KIND_BITS) === BYTES_KIND) {
    return new Uint8Array(bytes.subarray(start, end));
  }
  return decode(descriptor, bytes.subarray(start, end));
}

/** The error for what `decodeValue` threw; `bytes` are a copy of the value's. */
export function unreadable(error: unknown, where: Where, descriptor: number, bytes: Uint8Array): NwsError {
  const reason = error instanceof Error ? error.message : String(error);
  const { language } = describe(descriptor);
  const message = `${subject(where)}: the value cannot be read: ${reason}`;
  return new DeserializationError(message, { ...where, reason, bytes, descriptor, language, cause: error });
}
