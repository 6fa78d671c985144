import { Descriptor } from "./descriptor.ts";
import { typedArrayName } from "./numeric-arrays.ts";
import { isWellFormed, utf8 } from "./text.ts";
import { ValueWriter } from "./value-writer.ts";

/** What travels: the bytes, and what they are. */
export interface Encoded {
  readonly descriptor: number;
  readonly bytes: Uint8Array;
}

/** Longer texts get bytes of their own instead of a place in the slab. */
const LONG_TEXT = 2048;

// The writer that is not in use; a getter that stores something while its object is being written makes another.
let idle: ValueWriter | undefined;

/**
 * A JavaScript value as descriptor and bytes; `docs/values.md` says how each kind travels.
 *
 * A `Uint8Array` is not copied: `bytes` is that very array, so copy or send it before anybody changes it. All other
 * `bytes` are nobody else's and stay as they are (a view into a larger buffer, as a rule).
 *
 * Throws `SerializationFault` with the path of what cannot be stored: a function, a promise, a socket, ...
 */
export function encode(value: unknown): Encoded {
  if (value instanceof Uint8Array) {
    return { descriptor: Descriptor.bytes, bytes: value };
  }
  if (typeof value === "string" && value.length > LONG_TEXT && isWellFormed(value)) {
    return { descriptor: Descriptor.text, bytes: utf8(value) };
  }
  const writer = idle ?? new ValueWriter();
  idle = undefined;
  const encoded = encodeWith(writer, value);
  // Not after an exception, which leaves a writer in the middle of something.
  idle = writer;
  return encoded;
}

function encodeWith(writer: ValueWriter, value: unknown): Encoded {
  if (typeof value === "string" && isWellFormed(value)) {
    writer.output.plainText(value);
    return { descriptor: Descriptor.text, bytes: writer.output.take() };
  }
  // The same class from another realm (a test runner's, an iframe's) is no instance of this one's.
  if (ArrayBuffer.isView(value) && typedArrayName(value) === "Uint8Array") {
    return { descriptor: Descriptor.bytes, bytes: value as Uint8Array };
  }
  return { descriptor: Descriptor.value, bytes: writer.encode(value) };
}
