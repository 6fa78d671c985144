/*
 * The type descriptor that travels with every value: the language that made it in bits 24-31,
 * bit 0 for a plain string (readable by everybody), bit 1 (with bit 0) for raw bytes.
 */

const LANGUAGE_SHIFT = 24;
const PLAIN = 1;
const RAW = 2;

const languageNames: readonly (string | undefined)[] = [
  undefined,
  "Python",
  "MATLAB",
  "R",
  "Perl",
  "Ruby",
  "Octave",
  "Java",
  "C#",
  "Objective-C",
  "Emacs Lisp",
  "JavaScript",
];

/** The language numbers that this codec treats apart. */
export const Language = { python: 1, matlab: 2, r: 3, perl: 4, ruby: 5, octave: 6, java: 7, javaScript: 11 } as const;

/** The three descriptors that this codec writes. */
export const Descriptor = {
  /** CBOR, as `docs/values.md` says. */
  value: Language.javaScript * 2 ** LANGUAGE_SHIFT,
  /** UTF-8 text. */
  text: Language.javaScript * 2 ** LANGUAGE_SHIFT + PLAIN,
  /** Raw bytes. */
  bytes: Language.javaScript * 2 ** LANGUAGE_SHIFT + PLAIN + RAW,
} as const;

/** What a descriptor says about the bytes that came with it. */
export interface Description {
  /** 0–255; 1 is Python, 11 JavaScript. */
  readonly languageNumber: number;
  /** Its name, or `language 42` when the number is not assigned. */
  readonly language: string;
  /**
   * `text` and `bytes` are readable by every language, `numbers` is an array of MATLAB or Octave, `serialized` is
   * that language's own encoding (for JavaScript: CBOR).
   */
  readonly kind: "text" | "bytes" | "numbers" | "serialized";
}

/** Reads a descriptor without looking at the value, for listings and messages. */
export function describe(descriptor: number): Description {
  const languageNumber = descriptor >>> LANGUAGE_SHIFT;
  const language = languageNames[languageNumber] ?? `language ${languageNumber}`;
  return { languageNumber, language, kind: kindOf(descriptor, languageNumber) };
}

function kindOf(descriptor: number, languageNumber: number): Description["kind"] {
  if ((descriptor & PLAIN) === 0) {
    return "serialized";
  }
  if ((descriptor & RAW) === 0) {
    return "text";
  }
  const isMatlab = languageNumber === Language.matlab || languageNumber === Language.octave;
  return isMatlab && (descriptor & 0xfffffc) !== 0 ? "numbers" : "bytes";
}
