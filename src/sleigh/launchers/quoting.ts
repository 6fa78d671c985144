import { LaunchError } from "./launch-error.ts";

/** Means itself in every shell: no `=` but in options (zsh), no `%` (fish). */
const PLAIN = /^(?:[\w./:@+,-]+|-[\w./:@+,=-]+)$/;

/**
 * One word for a POSIX shell. It also means the same to fish (a backslash inside of single quotes is special there, so it stands
 * outside) and, but for newlines, to csh (so does `!`). LaunchError for a NUL character, which no argument can hold.
 */
export function shellQuote(word: string): string {
  checkWord(word);
  if (PLAIN.test(word)) {
    return word;
  }
  const pieces = word.split(/(['\\!])/).filter((piece) => piece !== "");
  return pieces.length === 0
    ? "''"
    : pieces.map((piece) => (/^['\\!]$/.test(piece) ? `\\${piece}` : `'${piece}'`)).join("");
}

/** A command line for a POSIX shell, on this machine or on the far side of `ssh`. */
export function shellLine(words: readonly string[]): string {
  return words.map(shellQuote).join(" ");
}

/** One word as a Windows program reads it back from its command line (the rules of `CommandLineToArgvW`). */
export function windowsQuote(word: string): string {
  checkWord(word);
  if (/^[^\s"]+$/.test(word)) {
    return word;
  }
  // Backslashes count only before a quotation mark: there, and at the end, each is doubled.
  return `"${word.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\+)$/, "$1$1")}"`;
}

/** The words as one line for Windows' command interpreter. */
export function windowsLine(words: readonly string[]): string {
  return words.map(windowsQuote).join(" ");
}

/** A command line as one would type it on this machine. */
export function localLine(words: readonly string[]): string {
  return process.platform === "win32" ? windowsLine(words) : shellLine(words);
}

export function checkWord(word: string): void {
  if (word.includes("\0")) {
    throw new LaunchError(
      "bad_launch",
      `an argument of a command cannot hold a NUL character: ${JSON.stringify(word)}`,
    );
  }
}
