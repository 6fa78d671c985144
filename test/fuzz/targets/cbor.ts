import fc from "fast-check";
import { decode, DeserializationFault, Descriptor, encode } from "../../../src/codec/index.ts";
import { anyValue } from "../../codec/any-value.ts";
import type { Target } from "../engine/target.ts";
import { sharing } from "../support/sharing.ts";

/** The decoder of values: any bytes are a value or a `DeserializationFault`, and what is a value stays the same one when it is encoded again. */
export const target: Target = {
  seeds: () => [...fc.sample(anyValue, { numRuns: 400, seed: 1 }), ...sharing()].map((value) => encode([value]).bytes),
  start: () => ({ attempt }),
  maxBytes: 1024,
};

function attempt(input: Uint8Array): void {
  let value;
  try {
    value = decode(Descriptor.value, input);
  } catch (error) {
    if (!(error instanceof DeserializationFault)) {
      throw error;
    }
    return;
  }
  const { descriptor, bytes } = encode(value);
  const again = encode(decode(descriptor, bytes));
  if (again.descriptor !== descriptor || Buffer.compare(again.bytes, bytes) !== 0) {
    throw new Error("a value is another one after it was encoded and decoded again");
  }
}
