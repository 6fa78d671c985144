/** Something that is wrong with how a server is configured. */
export interface Fault {
  /** Where it was said: a file, or `environment`; undefined where several places together are wrong. */
  readonly source?: string;
  /** Of the file, from 1, where it is known. */
  readonly line?: number;
  /** What is wrong: a key of the file, or an environment variable. */
  readonly key?: string;
  /** A sentence that names it and says what is allowed. */
  readonly message: string;
}

export const ENVIRONMENT = "environment";

/** With where it is. */
export function sentenceOfFault({ source, line, message }: Fault): string {
  if (source === undefined || source === ENVIRONMENT) {
    return message;
  }
  return `${source}${line === undefined ? "" : `:${line}`}: ${message}`;
}

const MOST_SHOWN = 60;

/** What somebody has written, to be repeated to him: short, and no key. */
export function repeated(value: unknown): string {
  if (typeof value === "string" && value.includes("-----BEGIN")) {
    return "PEM text";
  }
  const text = typeof value === "bigint" || typeof value === "number" ? String(value) : JSON.stringify(value);
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text;
}
