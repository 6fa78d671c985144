import { type ForeignLimits, defaultLimits } from "./budget.ts";
import { describe, Language } from "../descriptor.ts";
import { ForeignFault } from "./foreign-fault.ts";
import type { ForeignValue } from "./foreign-value.ts";
import { readMatlabNumbers } from "./matlab-numbers.ts";
import { readPickle } from "./python/read-pickle.ts";
import { readR } from "./r/read-r.ts";
import { readMarshal } from "./ruby/read-marshal.ts";

type Reader = (bytes: Uint8Array, limits: ForeignLimits) => ForeignValue;

/** Readers of what languages serialize themselves, by the number of the language. */
const readers: Partial<Record<number, Reader>> = {
  [Language.python]: readPickle,
  [Language.r]: readR,
  [Language.ruby]: readMarshal,
};

/**
 * What a value made by another language looks like, as plain data for display: docs/values.md says what is read. Nothing of it is
 * evaluated, no class looked up, no code run; time and memory stay in proportion to the bytes and the limits, whatever the bytes are.
 *
 * Undefined when there is no reader for the language or the format (and for text and raw bytes, which `decode` reads). Throws a
 * `ForeignFault`, and nothing else.
 */
export function readForeign(
  descriptor: number,
  bytes: Uint8Array,
  limits: Partial<ForeignLimits> = {},
): ForeignValue | undefined {
  const { kind, languageNumber, language } = describe(descriptor);
  const read =
    kind === "numbers"
      ? readMatlabNumbers.bind(undefined, descriptor)
      : kind === "serialized"
        ? readers[languageNumber]
        : undefined;
  if (read === undefined) {
    return undefined;
  }
  const all = { ...defaultLimits, ...limits };
  if (bytes.length > all.maxBytes) {
    const size = `${bytes.length} bytes, and at most ${all.maxBytes} are read`;
    throw new ForeignFault("over_limit", `the value of ${language} has ${size}`, 0);
  }
  return read(bytes, all);
}
