import { Budget, type ForeignLimits } from "../budget.ts";
import { ByteInput } from "../byte-input.ts";
import type { ForeignValue } from "../foreign-value.ts";
import { MarshalReader } from "./marshal-reader.ts";

const WHAT = "Ruby value";
const MAJOR = 4;
const MINOR = 8;

/** Reads what Ruby's `Marshal.dump` makes, format 4.8. */
export function readMarshal(bytes: Uint8Array, limits: ForeignLimits): ForeignValue {
  const input = new ByteInput(bytes, WHAT, true);
  const major = input.u8();
  const minor = input.u8();
  if (major !== MAJOR || minor > MINOR) {
    input.notSupported(`it has format ${major}.${minor}, and ${MAJOR}.${MINOR} is known here`);
  }
  return new MarshalReader(input, new Budget(limits, WHAT, () => input.at)).value();
}
