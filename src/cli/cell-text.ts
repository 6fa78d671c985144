import stringWidth from "string-width";

/**
 * What could move the cursor, colour the screen, turn the direction of writing, join what is written or stand nowhere: control and format
 * characters, ends of lines, halves of surrogate pairs, what is not assigned.
 */
const unsafe = /[\p{C}\p{Zl}\p{Zp}]/gu;
/** A terminal's idea of how wide what they follow is may be another one. */
const variationSelectors = /[\u{fe00}-\u{fe0f}\u{e0100}-\u{e01ef}]/gu;
/** More marks than any script puts on a letter, which would grow over other lines. */
const manyMarks = /(\p{M}{3})\p{M}+/gu;
const firstMark = /^\p{M}/u;

const graphemes = new Intl.Segmenter();

/** A text that a program chose, to be shown in one line of a terminal: whatever it has in it can do nothing there but be seen. */
export function cellText(text: string): string {
  return text
    .replaceAll(unsafe, escaped)
    .replaceAll(variationSelectors, "")
    .replaceAll(manyMarks, "$1")
    .replace(firstMark, "\u25cc$&");
}

/** How many columns of a terminal it takes. */
export function widthOf(text: string): number {
  return stringWidth(text);
}

/** The text in at most so many columns, with `…` where it is cut. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) {
    return text;
  }
  let kept = "";
  let room = width - 1;
  for (const { segment } of graphemes.segment(text)) {
    room -= widthOf(segment);
    if (room < 0) {
      break;
    }
    kept += segment;
  }
  return width < 1 ? "" : `${kept}…`;
}

/** In just so many columns. */
export function fit(text: string, width: number, isAtRight = false): string {
  const short = cut(text, width);
  const spaces = " ".repeat(Math.max(0, width - widthOf(short)));
  return isAtRight ? spaces + short : short + spaces;
}

function escaped(character: string): string {
  const hex = character.codePointAt(0)!.toString(16);
  return hex.length > 4 ? `\\u{${hex}}` : `\\u${hex.padStart(4, "0")}`;
}
