/*
 * Text that looks like a table: lines of fields (RFC 4180), separated by commas, semicolons, tabs or bars.
 */

const delimiters = [",", ";", "\t", "|"] as const;
export type Delimiter = (typeof delimiters)[number];

/** So much of a text is looked at to see whether it is a table. */
const LOOKED_AT_ROWS = 20;
const LOOKED_AT_CHARACTERS = 65_536;

/** What separates the fields of `text`, or undefined if it is no table: at least two rows, all of the same two or more fields. */
export function delimiterOf(text: string): Delimiter | undefined {
  const isCut = text.length > LOOKED_AT_CHARACTERS;
  const beginning = text.slice(0, LOOKED_AT_CHARACTERS);
  return delimiters.find((delimiter) => {
    const rows = csvRows(beginning, delimiter, LOOKED_AT_ROWS);
    // Where the text was cut, the last row is perhaps half a row.
    const whole = isCut && rows.length > 1 && rows.length < LOOKED_AT_ROWS ? rows.slice(0, -1) : rows;
    const columns = whole[0]?.length ?? 0;
    return whole.length >= 2 && columns >= 2 && whole.every((row) => row.length === columns);
  });
}

/** The first `limit` rows. A quote that is not closed takes the rest of the text. */
export function csvRows(text: string, delimiter: Delimiter, limit: number): string[][] {
  const rows: string[][] = [];
  let at = 0;
  while (at < text.length && rows.length < limit) {
    const row: string[] = [];
    let isRowOver = false;
    while (!isRowOver) {
      const field = readField(text, at, delimiter);
      row.push(field.text);
      at = field.end + 1;
      isRowOver = text[field.end] !== delimiter;
      if (text[field.end] === "\r" && text[at] === "\n") {
        at++;
      }
    }
    rows.push(row);
  }
  return rows;
}

/** The field that begins at `start`; `end` is the place of what ended it, or of the end of the text. */
function readField(text: string, start: number, delimiter: Delimiter): { text: string; end: number } {
  if (text[start] !== '"') {
    let end = start;
    while (end < text.length && text[end] !== delimiter && text[end] !== "\n" && text[end] !== "\r") {
      end++;
    }
    return { text: text.slice(start, end), end };
  }
  let field = "";
  for (let at = start + 1; ;) {
    const quote = text.indexOf('"', at);
    if (quote === -1) {
      return { text: field + text.slice(at), end: text.length };
    }
    field += text.slice(at, quote);
    if (text[quote + 1] !== '"') {
      // What stands between the closing quote and the delimiter belongs to the field too.
      const rest = readField(text, quote + 1, delimiter);
      return { text: field + rest.text, end: rest.end };
    }
    field += '"';
    at = quote + 2;
  }
}
