export const BYTES_A_LINE = 16;

/** A line as `xxd` shows it. */
export interface HexLine {
  readonly offset: string;
  readonly hex: string;
  readonly characters: string;
}

export function hexLineCount(bytes: Uint8Array): number {
  return Math.ceil(bytes.length / BYTES_A_LINE);
}

export function hexLine(bytes: Uint8Array, line: number): HexLine {
  const part = bytes.subarray(line * BYTES_A_LINE, (line + 1) * BYTES_A_LINE);
  const digits = Array.from(part, (byte) => byte.toString(16).padStart(2, "0"));
  const halves = [digits.slice(0, BYTES_A_LINE / 2), digits.slice(BYTES_A_LINE / 2)];
  return {
    offset: (line * BYTES_A_LINE).toString(16).padStart(8, "0"),
    hex: halves
      .map((half) => half.join(" "))
      .join("  ")
      .trimEnd(),
    characters: String.fromCharCode(...part.map((byte) => (byte >= 0x20 && byte < 0x7f ? byte : 0x2e))),
  };
}
