import { parseToken } from "../../client/token-source.ts";

/**
 * What a worker is told in private, as one line on its standard input or in a key file (docs/launching-workers.md). Both halves are
 * here, so that launchers and worker cannot disagree.
 */
export interface WorkerSecret {
  /** The key of the sleigh: `KEY_BYTES` bytes. */
  readonly key: Uint8Array;
  /** The port of the server, when a tunnel chose it only now. Absent: the one in the settings. */
  readonly port?: number;
  /** With what to log in to the server. Absent: the worker's own environment knows, or nothing is needed. */
  readonly serverToken?: string | undefined;
}

export const KEY_BYTES = 32;

/** The longest line that can be right; who reads may stop there. */
export const MAX_SECRET_CHARS = 1024;

/** The line, with its newline. */
export function formatSecret({ key, port, serverToken }: WorkerSecret): string {
  if (key.length !== KEY_BYTES) {
    throw new RangeError(`the key of a sleigh has ${KEY_BYTES} bytes, not ${key.length}`);
  }
  const text = Buffer.from(key).toString("base64url");
  return `${JSON.stringify({ key: text, ...(port !== undefined && { port }), ...(serverToken !== undefined && { serverToken }) })}\n`;
}

/** Reads the line; blanks around it do not matter. SyntaxError, which never repeats what was read, when it is not one. */
export function parseSecret(line: string): WorkerSecret {
  const { key: keyText, port, serverToken } = parseObject(line);
  if (typeof keyText !== "string" || !/^[\w-]{43}$/.test(keyText)) {
    throw notASecret();
  }
  if (port !== undefined && !isPort(port)) {
    throw notASecret();
  }
  if (serverToken !== undefined && (typeof serverToken !== "string" || parseToken(serverToken) === undefined)) {
    throw notASecret();
  }
  return {
    key: keyFrom(keyText),
    ...(port !== undefined && { port }),
    ...(serverToken !== undefined && { serverToken }),
  };
}

function isPort(port: unknown): port is number {
  return typeof port === "number" && Number.isInteger(port) && port >= 1 && port <= 65_535;
}

function keyFrom(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "base64url"));
}

function parseObject(line: string): { readonly [Name in keyof WorkerSecret]?: unknown } {
  if (line.length > MAX_SECRET_CHARS) {
    throw notASecret();
  }
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    // The parser's own message would repeat part of the key.
    throw notASecret();
  }
  if (typeof value !== "object" || value === null) {
    throw notASecret();
  }
  return value;
}

function notASecret(): SyntaxError {
  return new SyntaxError("this is not the key of a sleigh: it is one line, as the master writes it");
}
