import { Budget, type ForeignLimits } from "../budget.ts";
import { ByteInput } from "../byte-input.ts";
import type { ForeignValue } from "../foreign-value.ts";
import { AsciiInput } from "./ascii-input.ts";
import { BinaryInput } from "./binary-input.ts";
import { ItemReader } from "./item-reader.ts";
import type { RInput } from "./r-input.ts";

const WHAT = "R value";
const GZIP = 0x1f;
const OLDEST_VERSION = 2;
const NEWEST_VERSION = 3;

/** Reads what R's `serialize` makes: versions 2 and 3 in the formats X, A and B. */
export function readR(bytes: Uint8Array, limits: ForeignLimits): ForeignValue {
  const input = new ByteInput(bytes, WHAT, false);
  const numbers = readFormat(input);
  const version = numbers.integer();
  if (version < OLDEST_VERSION || version > NEWEST_VERSION) {
    input.notSupported(`it has version ${version}, and ${OLDEST_VERSION} and ${NEWEST_VERSION} are known here`);
  }
  numbers.integer(); // the version of R that wrote it
  numbers.integer(); // the oldest that can read it
  if (version === NEWEST_VERSION) {
    numbers.characters(numbers.integer()); // the encoding of texts that do not say one
  }
  const budget = new Budget(limits, WHAT, () => input.at);
  return new ItemReader(numbers, budget).item();
}

function readFormat(input: ByteInput): RInput {
  if (input.peek() === GZIP) {
    input.notSupported("it is compressed; serialize() without gzcon() or memCompress() is read");
  }
  const format = String.fromCharCode(input.u8(), input.u8());
  switch (format) {
    case "X\n":
      return new BinaryInput(input);
    case "A\n":
      return new AsciiInput(input);
    case "B\n":
      // The version that follows is a small number in one of the two byte orders.
      input.isLittleEndian = input.peek() !== 0;
      return new BinaryInput(input);
    default:
      return input.damaged("it begins with none of the formats X, A and B");
  }
}
