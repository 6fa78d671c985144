import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { stat } from "node:fs/promises";
import { createSecureContext } from "node:tls";
import type { Logger } from "../logger.ts";
import { nameOfPem, readPem } from "./pem.ts";
import { TlsEntrance, type TlsEntranceOptions } from "./tls-entrance.ts";

/** What a server needs for TLS. Each is a file, which `reload` reads again, or the PEM text itself. */
export interface ServerTlsOptions {
  /** The server's certificate, followed by those of the authorities between it and the root, if there are any. */
  readonly cert: string;
  /** Its private key, not encrypted. */
  readonly key: string;
  /** Authorities whose certificates clients may show. They need not show any. Default: they are not asked for one. */
  readonly ca?: string | undefined;
}

/** What TLS connections are made with, as PEM. */
export interface Credentials {
  readonly cert: string;
  readonly key: string;
  readonly ca: string | undefined;
}

/** Readable for others. */
const OTHERS_MODE = 0o004;

/** The certificate of a server, its key, and the authorities of its clients: read, checked, and read again. */
export class ServerCertificate {
  #options: ServerTlsOptions;
  readonly #logger: Logger;
  readonly #entrances = new Set<TlsEntrance>();
  #credentials: Credentials;

  private constructor(options: ServerTlsOptions, credentials: Credentials, logger: Logger) {
    this.#options = options;
    this.#credentials = credentials;
    this.#logger = logger;
  }

  /** An Error that says which file is wrong, and what is wrong with it. */
  static async load(options: ServerTlsOptions, logger: Logger): Promise<ServerCertificate> {
    return new ServerCertificate(options, await read(options, logger), logger);
  }

  /** Between which moments it is valid. */
  get validity(): { readonly validFrom: Date; readonly validTo: Date } {
    const { validFrom, validTo } = new X509Certificate(this.#credentials.cert);
    return { validFrom: new Date(validFrom), validTo: new Date(validTo) };
  }

  /** A way in for connections of one kind. It has the new certificate after a `reload`. */
  entrance(options: TlsEntranceOptions): TlsEntrance {
    const entrance = new TlsEntrance(this.#credentials, options);
    this.#entrances.add(entrance);
    return entrance;
  }

  /**
   * Reads the files again, or those that are named now: connections from now on get what is in them. Rejects, and the old ones stay, when something is
   * wrong with them.
   */
  async reload(options = this.#options): Promise<void> {
    let credentials: Credentials;
    try {
      credentials = await read(options, this.#logger);
    } catch (error) {
      this.#logger.error({ err: error }, "the certificate was not loaded again: the one from before stays");
      throw error;
    }
    this.#options = options;
    this.#credentials = credentials;
    for (const entrance of this.#entrances) {
      entrance.renew(credentials);
    }
  }
}

async function read(options: ServerTlsOptions, logger: Logger): Promise<Credentials> {
  const [cert, key, ca] = await Promise.all([
    readPem("certificate", options.cert),
    readPem("key", options.key),
    options.ca === undefined ? undefined : readPem("certificate of the clients' authority", options.ca),
  ]);
  const certificate = parse(nameOfPem("certificate", options.cert), () => new X509Certificate(cert));
  const privateKey = parseKey(nameOfPem("key", options.key), key);
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new Error(
      `${nameOfPem("key", options.key)} does not belong to ${nameOfPem("certificate", options.cert)}: give the two that were made together`,
    );
  }
  if (ca !== undefined) {
    parse(nameOfPem("certificate of the clients' authority", options.ca!), () => new X509Certificate(ca));
  }
  const credentials = { cert, key, ca };
  // (What is wrong with certificates behind the first one, or with a key that is too short, only this says.)
  parse(nameOfPem("certificate", options.cert), () => createSecureContext(credentials));
  await tell(certificate, options, logger);
  return credentials;
}

function parse<T>(name: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw new Error(`${name} cannot be used: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function parseKey(name: string, pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (error) {
    const isEncrypted = pem.includes("ENCRYPTED");
    const why = isEncrypted ? "it is encrypted; write it without a passphrase (openssl pkey)" : "it is no private key";
    throw new Error(`${name} cannot be used: ${why}`, { cause: error });
  }
}

/** What whoever looks after the server should know of its certificate. */
async function tell(certificate: X509Certificate, options: ServerTlsOptions, logger: Logger): Promise<void> {
  const { subject, subjectAltName, validFrom, validTo } = certificate;
  const details = { subject, names: subjectAltName, validTo };
  logger.info(details, "certificate loaded");
  const now = Date.now();
  if (now < Date.parse(validFrom) || now > Date.parse(validTo)) {
    logger.warn({ ...details, validFrom }, "the certificate is not valid now: clients will refuse it");
  }
  const mode = process.platform === "win32" ? 0 : ((await stat(options.key).catch(() => undefined))?.mode ?? 0);
  if ((mode & OTHERS_MODE) !== 0) {
    logger.warn({ file: options.key }, "everybody on this machine may read the key of the certificate (chmod 600)");
  }
}
