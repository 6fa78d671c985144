import { readFile } from "node:fs/promises";

/** A file, or the PEM text itself. */
const isText = (source: string): boolean => source.includes("-----BEGIN ");

/** What a message calls it: the file, or only what it is for (a key must not be in a message). */
export function nameOfPem(what: string, source: string): string {
  return isText(source) ? `the ${what}` : `the ${what} in ${source}`;
}

/** The PEM text of a source. An Error that names the file when it cannot be read or holds no PEM. */
export async function readPem(what: string, source: string): Promise<string> {
  if (isText(source)) {
    return source;
  }
  let text: string;
  try {
    text = await readFile(source, "latin1");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why = code === "ENOENT" ? "there is no such file" : code === "EACCES" ? "it may not be read" : message;
    throw new Error(`cannot read ${nameOfPem(what, source)}: ${why}`, { cause: error });
  }
  if (!isText(text)) {
    throw new Error(`${nameOfPem(what, source)} is no PEM text: it must hold a line that begins with -----BEGIN`);
  }
  return text;
}
