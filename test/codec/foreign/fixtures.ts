import { readFileSync } from "node:fs";
import { readForeign, type ForeignLimits, type ForeignValue } from "../../../src/codec/index.ts";
import { fromHex } from "../bytes.ts";

/** What another language has written: which value, in which variant of its format. */
export interface Specimen {
  readonly name: string;
  readonly variant: string;
  readonly bytes: Uint8Array;
}

/** The lines that the programs in fixtures/ print. */
export function parseSpecimens(text: string): Specimen[] {
  return text
    .trim()
    .split("\n")
    .map((line) => {
      const [name, variant, hex] = line.split("\t");
      return { name: name!, variant: variant!, bytes: fromHex(hex!) };
    });
}

export function specimensOf(language: "java" | "perl" | "python" | "r" | "ruby"): Specimen[] {
  return parseSpecimens(readFileSync(new URL(`fixtures/${language}-values.txt`, import.meta.url), "utf8"));
}

export const languages = { python: 1, matlab: 2, r: 3, perl: 4, ruby: 5, octave: 6, java: 7 } as const;

export function readAs(
  language: keyof typeof languages,
  bytes: Uint8Array,
  limits?: Partial<ForeignLimits>,
): ForeignValue | undefined {
  return readForeign(languages[language] * 2 ** 24, bytes, limits);
}

/** Short ways to write what is expected. */
export function float(value: number): ForeignValue {
  return { kind: "float", value };
}

export function list(type: string, ...items: ForeignValue[]): ForeignValue {
  return { kind: "list", type, items };
}

export function map(type: string, ...entries: [ForeignValue, ForeignValue][]): ForeignValue {
  return { kind: "map", type, entries };
}

export function scalar(type: string, text: string): ForeignValue {
  return { kind: "scalar", type, text };
}

export function opaque(type: string, text = ""): ForeignValue {
  return { kind: "opaque", type, text };
}

export function bytes(type: string, ...content: number[]): ForeignValue {
  return { kind: "bytes", type, bytes: Uint8Array.from(content) };
}
