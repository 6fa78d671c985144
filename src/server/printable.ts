/** A byte string without the bytes that would break a listing or a line of text: they become spaces. */
export function printable(text: string): string {
  return hasBreaks.test(text) ? text.replace(breaks, " ") : text;
}

const hasBreaks = /[\t\r\n\0]/;
const breaks = /[\t\r\n\0]/g;
