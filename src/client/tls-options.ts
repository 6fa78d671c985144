import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { createSecureContext, type SecureContext } from "node:tls";
import { ArgumentError, type Where } from "./errors.ts";

/** How a server is known, and how this client shows who it is. Each of the first three is a file or the PEM text itself. */
export interface TlsOptions {
  /** The authority that has signed the server's certificate. Default: the environment variable NWS_TLS_CA, else those that Node trusts. */
  readonly ca?: string | undefined;
  /** A certificate of this client's own. Default: the environment variable NWS_TLS_CERT, else none is shown. */
  readonly cert?: string | undefined;
  /** Its private key, not encrypted. Default: the environment variable NWS_TLS_KEY. */
  readonly key?: string | undefined;
  /** The name that must be in the server's certificate. Default: the host that is connected to. */
  readonly servername?: string | undefined;
  /** False: whoever answers is taken for the server, so anybody between may read and change everything. Default: true. */
  readonly rejectUnauthorized?: boolean | undefined;
}

/** The same with its files read. */
export interface TlsSettings {
  readonly context: SecureContext;
  readonly servername: string | undefined;
  readonly isVerified: boolean;
}

const FILE_OPTIONS = ["ca", "cert", "key"] as const;
const VARIABLES = { ca: "NWS_TLS_CA", cert: "NWS_TLS_CERT", key: "NWS_TLS_KEY" } as const;

/**
 * What the option `tls` and the environment say: undefined is no TLS. NWS_TLS=1 asks for it, and so does any of the other variables unless
 * NWS_TLS=0. An ArgumentError names the option or variable that cannot work.
 */
export function tlsSettings(option: boolean | TlsOptions | undefined, where: Where): TlsSettings | undefined {
  const options = completeTls(option, where);
  if (options === undefined) {
    return undefined;
  }
  const [ca, cert, key] = FILE_OPTIONS.map((name) => pemOf(name, options, where));
  if ((cert === undefined) !== (key === undefined)) {
    throw new ArgumentError("bad_arguments", "connect: tls.cert and tls.key go together", where);
  }
  const { servername, rejectUnauthorized = true } = options;
  return { context: contextOf(ca, cert, key, where), servername, isVerified: rejectUnauthorized };
}

/** The option with what the environment adds to it, its files still files. */
export function completeTls(option: boolean | TlsOptions | undefined, where: Where): TlsOptions | undefined {
  const given: unknown = option;
  if (given !== undefined && typeof given !== "boolean" && (typeof given !== "object" || given === null)) {
    throw new ArgumentError("bad_arguments", "connect: tls must be true, false or an object", where);
  }
  const ofEnvironment = fromEnvironment();
  if (option === false || (option === undefined && !isAsked(ofEnvironment, where))) {
    return undefined;
  }
  const options = typeof option === "object" ? option : {};
  checkTypes(options, where);
  // A certificate and its key are of the same place.
  const { ca, ...own } = ofEnvironment;
  return { ca, ...(options.cert === undefined && options.key === undefined && own), ...defined(options) };
}

function isAsked(files: Partial<TlsOptions>, where: Where): boolean {
  const { NWS_TLS = "" } = process.env;
  switch (NWS_TLS) {
    case "1":
      return true;
    case "0":
      return false;
    case "":
      return Object.keys(files).length > 0;
    default:
      throw new ArgumentError(
        "bad_arguments",
        `connect: the environment variable NWS_TLS is '${NWS_TLS}'; it must be 1 or 0`,
        where,
      );
  }
}

function fromEnvironment(): Partial<TlsOptions> {
  const files = FILE_OPTIONS.map((name) => [name, process.env[VARIABLES[name]]] as const);
  return Object.fromEntries(files.filter(([, file]) => file !== undefined && file !== ""));
}

function defined(options: TlsOptions): Partial<TlsOptions> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function checkTypes(options: TlsOptions, where: Where): void {
  for (const [name, value] of Object.entries(options) as [string, unknown][]) {
    const type = name === "rejectUnauthorized" ? "boolean" : "string";
    if (!["ca", "cert", "key", "servername", "rejectUnauthorized"].includes(name)) {
      throw new ArgumentError("bad_arguments", `connect: tls has no option '${name}'`, where);
    }
    if (value !== undefined && (typeof value !== type || value === "")) {
      throw new ArgumentError("bad_arguments", `connect: tls.${name} must be a ${type}, and not empty`, where);
    }
  }
}

/** The PEM text of a file option, whether it is that itself or a file that holds it. */
export function pemOf(name: "ca" | "cert" | "key", options: TlsOptions, where: Where): string | undefined {
  const source = options[name];
  if (source === undefined || source.includes("-----BEGIN ")) {
    return source;
  }
  let text: string;
  try {
    text = readFileSync(source, "latin1");
  } catch (error) {
    const sentence = `connect: tls.${name}: ${error instanceof Error ? error.message : String(error)}`;
    throw new ArgumentError("bad_arguments", sentence, { ...where, cause: error });
  }
  if (!text.includes("-----BEGIN ")) {
    throw new ArgumentError(
      "bad_arguments",
      `connect: tls.${name}: '${source}' holds no PEM text (a line that begins with -----BEGIN)`,
      where,
    );
  }
  return text;
}

function contextOf(
  ca: string | undefined,
  cert: string | undefined,
  key: string | undefined,
  where: Where,
): SecureContext {
  const names = Object.entries({ ca, cert, key }).flatMap(([name, text]) =>
    text === undefined ? [] : [`tls.${name}`],
  );
  try {
    if (ca !== undefined) {
      // (What is no certificate among authorities is passed over without a word.)
      new X509Certificate(ca);
    }
    return createSecureContext({ ca, cert, key, minVersion: "TLSv1.2" });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ArgumentError("bad_arguments", `connect: ${names.join(", ")} cannot be used: ${why}`, {
      ...where,
      cause: error,
    });
  }
}
