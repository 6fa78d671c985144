import { latin1Text } from "../latin1.ts";

/*
 * The texts of protocols 0 and 1, which are lines.
 */

const simpleEscapes: Readonly<Record<string, string>> = {
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\n": "",
};

/** `raw-unicode-escape`: Latin-1 with \uXXXX and \UXXXXXXXX. */
export function readRawUnicodeEscape(bytes: Uint8Array): string {
  return latin1Text(bytes).replaceAll(
    /\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g,
    (all, short?: string, long?: string) => {
      const code = Number.parseInt(short ?? long!, 16);
      return code > 0x10ffff ? all : String.fromCodePoint(code);
    },
  );
}

/** The inside of a text as Python 2 wrote it: in quotes, with escapes. A character for each byte. Undefined if it is none. */
export function readQuoted(bytes: Uint8Array): string | undefined {
  const text = latin1Text(bytes).trim();
  const quote = text[0];
  if (text.length < 2 || (quote !== "'" && quote !== '"') || !text.endsWith(quote)) {
    return undefined;
  }
  return text
    .slice(1, -1)
    .replaceAll(/\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|([^]))/g, (all, hex?: string, octal?: string, simple?: string) =>
      hex !== undefined
        ? String.fromCharCode(Number.parseInt(hex, 16))
        : octal !== undefined
          ? String.fromCharCode(Number.parseInt(octal, 8) & 0xff)
          : (simpleEscapes[simple!] ?? all),
    );
}

/** A float as `repr` writes it. Undefined if it is none. */
export function readFloat(text: string): number | undefined {
  const trimmed = text.trim();
  const special = /^([+-]?)(inf(?:inity)?|nan)$/i.exec(trimmed);
  if (special !== null) {
    const magnitude = special[2]!.toLowerCase() === "nan" ? NaN : Infinity;
    return special[1] === "-" ? -magnitude : magnitude;
  }
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(trimmed) ? Number(trimmed) : undefined;
}
