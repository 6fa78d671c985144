/** Longest name that a template may make: what a printf width could ask for is checked before it is made. */
const MAX_MADE_NAME = 512;

const CONVERSION = /%(?:%|([-+ 0]*)(\d{0,3})(?:\.(\d{0,3}))?([diuxXo]))/g;

/** A printf format with exactly one integer conversion, as `mktemp` takes it. */
export interface NameTemplate {
  /** The name with `counter` in place of the conversion. */
  format(counter: number): string;
}

/** Returns `undefined` when the text is not such a template. */
export function parseTemplate(text: string): NameTemplate | undefined {
  const matches = [...text.matchAll(CONVERSION)];
  const conversions = matches.filter((match) => match[4] !== undefined);
  const [conversion] = conversions;
  const leftOver = text.replace(CONVERSION, "");
  if (conversions.length !== 1 || conversion === undefined || leftOver.includes("%")) {
    return undefined;
  }
  const width = Number(conversion[2] ?? "0");
  const precision = Number(conversion[3] ?? "0");
  if (text.length + Math.max(width, precision) > MAX_MADE_NAME) {
    return undefined;
  }
  return {
    format: (counter) =>
      text.replace(CONVERSION, (_, flags?: string, _width?: string, digits?: string, kind?: string) =>
        kind === undefined ? "%" : formatInteger(counter, flags ?? "", width, digits, kind),
      ),
  };
}

/** C's rules for a whole number that is not negative. */
function formatInteger(
  value: number,
  flags: string,
  width: number,
  precision: string | undefined,
  kind: string,
): string {
  const radix = kind === "o" ? 8 : kind === "x" || kind === "X" ? 16 : 10;
  const plain = value.toString(radix).padStart(Number(precision ?? "0"), "0");
  const digits = kind === "X" ? plain.toUpperCase() : plain;
  const isSigned = kind === "d" || kind === "i";
  const sign = isSigned && flags.includes("+") ? "+" : isSigned && flags.includes(" ") ? " " : "";
  if (flags.includes("-")) {
    return (sign + digits).padEnd(width);
  }
  if (flags.includes("0") && precision === undefined) {
    return sign + digits.padStart(width - sign.length, "0");
  }
  return (sign + digits).padStart(width);
}
