import type { TlsOptions } from "../../client/index.ts";
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
  readonly serverToken?: string;
  /** How connections to the server are encrypted: texts, no files. Absent: they are not. */
  readonly tls?: TlsOptions;
}

export const KEY_BYTES = 32;

/** The longest line that can be right; who reads may stop there. (A company's list of authorities has a few hundred thousand.) */
export const MAX_SECRET_CHARS = 524_288;

/** The line, with its newline. RangeError when it would be too long. */
export function formatSecret({ key, port, serverToken, tls }: WorkerSecret): string {
  if (key.length !== KEY_BYTES) {
    throw new RangeError(`the key of a sleigh has ${KEY_BYTES} bytes, not ${key.length}`);
  }
  const told = {
    key: Buffer.from(key).toString("base64url"),
    ...(port !== undefined && { port }),
    ...(serverToken !== undefined && { serverToken }),
    ...(tls !== undefined && { tls }),
  };
  const line = JSON.stringify(told);
  if (line.length > MAX_SECRET_CHARS) {
    throw new RangeError(
      `the certificates for the workers are longer than ${MAX_SECRET_CHARS} characters: give with tls.ca only the authority that signed the server's`,
    );
  }
  return `${line}\n`;
}

/** Reads the line; blanks around it do not matter. SyntaxError, which never repeats what was read, when it is not one. */
export function parseSecret(line: string): WorkerSecret {
  const { key: keyText, port, serverToken, tls } = parseObject(line);
  if (typeof keyText !== "string" || !/^[\w-]{43}$/.test(keyText)) {
    throw notASecret();
  }
  return {
    key: new Uint8Array(Buffer.from(keyText, "base64url")),
    ...(port !== undefined && { port: parsePort(port) }),
    ...(serverToken !== undefined && { serverToken: parseServerToken(serverToken) }),
    ...(tls !== undefined && { tls: parseTls(tls) }),
  };
}

function parsePort(port: unknown): number {
  if (typeof port !== "number" || !Number.isInteger(port) || port < 1 || port > 65_535) {
    throw notASecret();
  }
  return port;
}

function parseServerToken(token: unknown): string {
  if (typeof token !== "string" || parseToken(token) === undefined) {
    throw notASecret();
  }
  return token;
}

/** What each part of `tls` must be. A file's name would be one of another machine. */
const TLS_PARTS: Readonly<Record<keyof TlsOptions, (value: unknown) => boolean>> = {
  ca: isPem,
  cert: isPem,
  key: isPem,
  servername: (value) => typeof value === "string" && value !== "",
  rejectUnauthorized: (value) => typeof value === "boolean",
};

function isPem(value: unknown): boolean {
  return typeof value === "string" && value.includes("-----BEGIN ");
}

function parseTls(tls: unknown): TlsOptions {
  if (typeof tls !== "object" || tls === null) {
    throw notASecret();
  }
  for (const [name, value] of Object.entries(tls)) {
    if (!Object.hasOwn(TLS_PARTS, name) || !TLS_PARTS[name as keyof TlsOptions](value)) {
      throw notASecret();
    }
  }
  return tls;
}

function parseObject(line: string): { readonly [Part in keyof WorkerSecret]?: unknown } {
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
