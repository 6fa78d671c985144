import fc from "fast-check";
import { toUSVString } from "node:util";
import { decode, DeserializationFault, Descriptor, encode } from "../../../src/codec/index.ts";
import { jsonText } from "../../../src/cli/json-value.ts";
import { readableText } from "../../../src/cli/value-text.ts";
import { anyValue } from "../../codec/any-value.ts";
import type { Target } from "../engine/target.ts";
import { sharing } from "../support/sharing.ts";

/** What `nws fetch`, `nws fetch --json` and the babelfish make of values that others have stored. */
export const target: Target = {
  seeds: () => [...fc.sample(anyValue, { numRuns: 200, seed: 2 }), ...sharing()].map((value) => encode([value]).bytes),
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
  const text = readableText(value);
  if (toUSVString(text) !== text) {
    throw new Error("a text for people that cannot travel as text");
  }
  JSON.parse(jsonText(value));
}
