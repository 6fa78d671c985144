import { describe, Descriptor } from "./descriptor.ts";
import { DeserializationFault } from "./faults.ts";
import { MalformedCbor } from "./malformed.ts";
import { readMatlabArray } from "./matlab.ts";
import { readText } from "./text.ts";
import { ValueReader } from "./value-reader.ts";

/**
 * The JavaScript value of a descriptor and bytes; `docs/values.md` says what becomes what. Copies what it keeps: `bytes`
 * may be a view of a buffer that is used again.
 *
 * Throws `DeserializationFault`, and nothing else whatever the bytes are, for values in another language's own
 * serialization and for damaged ones.
 */
export function decode(descriptor: number, bytes: Uint8Array): unknown {
  switch (descriptor) {
    case Descriptor.bytes:
      return new Uint8Array(bytes);
    case Descriptor.value:
      return decodeCbor(bytes);
    default:
      return decodeOther(descriptor, bytes);
  }
}

function decodeCbor(bytes: Uint8Array): unknown {
  try {
    return new ValueReader(bytes).decode();
  } catch (error) {
    // Not MalformedCbor: something that the engine refuses, such as a string of a gigabyte or a pattern that is none.
    const reason = error instanceof MalformedCbor ? error.message : `it cannot be made: ${String(error)}`;
    throw fault(Descriptor.value, bytes, `a stored value cannot be read: ${reason}`, error);
  }
}

function decodeOther(descriptor: number, bytes: Uint8Array): unknown {
  const { kind, language } = describe(descriptor);
  switch (kind) {
    case "text":
      return decodeText(descriptor, bytes);
    case "bytes":
      return new Uint8Array(bytes);
    case "numbers": {
      const array = readMatlabArray(descriptor, bytes);
      if (array === undefined) {
        const what = `an array of ${language} with descriptor ${descriptor} cannot be ${bytes.length} bytes`;
        throw fault(descriptor, bytes, `${what} of numbers that are known here`);
      }
      return array;
    }
    case "serialized": {
      const what = language === "JavaScript" ? "JavaScript in a format that is not known here" : language;
      throw fault(descriptor, bytes, `the value was serialized by ${what}; only ${language} can read it`);
    }
  }
}

function decodeText(descriptor: number, bytes: Uint8Array): string {
  try {
    return readText(bytes, 0, bytes.length);
  } catch (error) {
    throw fault(descriptor, bytes, `a text of ${bytes.length} bytes cannot be made`, error);
  }
}

function fault(descriptor: number, bytes: Uint8Array, message: string, cause?: unknown): DeserializationFault {
  const about = { language: describe(descriptor).language, descriptor, bytes: new Uint8Array(bytes) };
  return new DeserializationFault(message, about, cause === undefined ? {} : { cause });
}
