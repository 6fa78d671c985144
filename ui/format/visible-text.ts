/*
 * Text from a program, made fit to be shown: what would be invisible, or would turn the text around it, becomes visible.
 */

/** Marks that change the direction of what follows, and marks without a width. */
const INVISIBLE = /[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu;
// What is looked for is what must not reach the page.

const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/gu;

const CONTROLS_AND_BREAKS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/gu;

/** Text of several lines: line breaks and tabs stay. */
export function visibleText(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(CONTROLS, picture).replace(INVISIBLE, codePoint);
}

/** Text in one line: a name, a label, the beginning of a value. */
export function visibleLine(text: string): string {
  return text.replace(CONTROLS_AND_BREAKS, picture).replace(INVISIBLE, codePoint);
}

/** At most `length` characters, with an ellipsis where something is left out; never half a surrogate pair. */
export function shortened(text: string, length: number): string {
  if (text.length <= length) {
    return text;
  }
  const end = /[\uD800-\uDBFF]/.test(text.charAt(length - 2)) ? length - 2 : length - 1;
  return `${text.slice(0, end)}…`;
}

/** Unicode has a picture for each of the C0 controls; for line breaks and tabs there are signs that are easier to read. */
function picture(character: string): string {
  const sign = { "\n": "↵", "\t": "⇥" }[character];
  if (sign !== undefined) {
    return sign;
  }
  const code = character.charCodeAt(0);
  if (code < 0x20) {
    return String.fromCharCode(0x2400 + code);
  }
  return code === 0x7f ? "\u2421" : codePoint(character);
}

function codePoint(character: string): string {
  return `⟨U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`;
}
