/*
 * The messages of SCRAM-SHA-256 (RFC 5802, RFC 7677), by which a client proves that it has a token, and the server that it knows it,
 * without either telling the other anything that could be used again. With TLS the proof holds for this one TLS connection
 * (`tls-exporter`, RFC 9266). All are text of ASCII. What hashes is elsewhere: on either side what its platform has.
 */

/** What the handshake's option `Authenticate` is offered as. */
export const MECHANISM = "SCRAM-SHA-256";

/** Longest message that is read. */
export const MAX_SCRAM_CHARS = 1024;

/** How often a password is hashed. (The least that the standard allows: tokens are random, there is nothing to guess.) */
export const SCRAM_ITERATIONS = 4096;
/** A server that asks for more is not served: it could keep a client busy for as long as it likes. */
export const MAX_SCRAM_ITERATIONS = 1_000_000;

export const SCRAM_KEY_BYTES = 32;

const NO_BINDING = "n,,";
const TLS_BINDING = "p=tls-exporter,,";

/** A message that is not what it should be; the message says of it what is wrong. */
export class ScramFault extends Error {
  override readonly name = "ScramFault";
}

/** The head of what a client says, which stands also in its proof: whether that holds for a TLS connection alone. */
export function bindingHeader(isBound: boolean): string {
  return isBound ? TLS_BINDING : NO_BINDING;
}

export interface ClientFirst {
  readonly isBound: boolean;
  /** What is part of the proof. */
  readonly bare: string;
  readonly user: string;
  readonly nonce: string;
}

/** `user` and `nonce`: printable ASCII without commas and equals signs. */
export function formatClientFirst(
  isBound: boolean,
  user: string,
  nonce: string,
): ClientFirst & { readonly text: string } {
  const bare = `n=${user},r=${nonce}`;
  return { text: `${bindingHeader(isBound)}${bare}`, isBound, bare, user, nonce };
}

export function parseClientFirst(text: string): ClientFirst {
  checkLength(text);
  const [, header, bare, user, nonce] =
    /^(n,,|p=tls-exporter,,)(n=([\x21-\x2b\x2d-\x3c\x3e-\x7e]+),r=([\x21-\x2b\x2d-\x7e]+))$/.exec(text) ?? [];
  if (header === undefined || bare === undefined || user === undefined || nonce === undefined) {
    throw new ScramFault("the first message of a login is none of SCRAM-SHA-256");
  }
  return { isBound: header === TLS_BINDING, bare, user, nonce };
}

export interface ServerFirst {
  /** The client's and the server's, one behind the other. */
  readonly nonce: string;
  readonly salt: Uint8Array<ArrayBuffer>;
  readonly iterations: number;
}

export function formatServerFirst({ nonce, salt, iterations }: ServerFirst): string {
  return `r=${nonce},s=${toBase64(salt)},i=${iterations}`;
}

export function parseServerFirst(text: string, clientNonce: string): ServerFirst {
  checkLength(text);
  const [, nonce, saltText, count] =
    /^r=([\x21-\x2b\x2d-\x7e]+),s=([A-Za-z0-9+/=]+),i=([1-9]\d{0,6})$/.exec(text) ?? [];
  const salt = saltText === undefined ? undefined : fromBase64(saltText);
  if (nonce === undefined || salt === undefined) {
    throw new ScramFault("the server's challenge is none of SCRAM-SHA-256");
  }
  if (!nonce.startsWith(clientNonce) || nonce.length === clientNonce.length) {
    throw new ScramFault("the server's challenge is for another login");
  }
  const iterations = Number(count);
  if (iterations < SCRAM_ITERATIONS || iterations > MAX_SCRAM_ITERATIONS) {
    throw new ScramFault(`the server wants ${iterations} rounds of hashing`);
  }
  return { nonce, salt, iterations };
}

export interface ClientFinal {
  /** What is part of the proof. */
  readonly withoutProof: string;
  /** What the client says of the TLS connection: header and binding. */
  readonly binding: Uint8Array;
  readonly nonce: string;
  readonly proof: Uint8Array;
}

/** The client's last message, but for the proof. */
export function formatWithoutProof(isBound: boolean, binding: Uint8Array | undefined, nonce: string): string {
  return `c=${toBase64(boundTo(isBound, binding))},r=${nonce}`;
}

export function formatClientFinal(withoutProof: string, proof: Uint8Array): string {
  return `${withoutProof},p=${toBase64(proof)}`;
}

export function parseClientFinal(text: string): ClientFinal {
  checkLength(text);
  const [, withoutProof, bindingText, nonce, proofText] =
    /^(c=([A-Za-z0-9+/=]+),r=([\x21-\x2b\x2d-\x7e]+)),p=([A-Za-z0-9+/=]+)$/.exec(text) ?? [];
  const binding = bindingText === undefined ? undefined : fromBase64(bindingText);
  const proof = proofText === undefined ? undefined : fromBase64(proofText);
  if (withoutProof === undefined || nonce === undefined || binding === undefined || proof?.length !== SCRAM_KEY_BYTES) {
    throw new ScramFault("the last message of a login is none of SCRAM-SHA-256");
  }
  return { withoutProof, binding, nonce, proof };
}

export function formatServerFinal(signature: Uint8Array): string {
  return `v=${toBase64(signature)}`;
}

export function parseServerFinal(text: string): Uint8Array {
  checkLength(text);
  const signature = /^v=[A-Za-z0-9+/=]+$/.test(text) ? fromBase64(text.slice(2)) : undefined;
  if (signature?.length !== SCRAM_KEY_BYTES) {
    throw new ScramFault("the server's signature is none of SCRAM-SHA-256");
  }
  return signature;
}

/** What both sides sign. */
export function authMessage(first: ClientFirst, serverFirst: string, withoutProof: string): string {
  return `${first.bare},${serverFirst},${withoutProof}`;
}

/** The bytes for which a proof holds. `binding`: of the TLS connection. */
export function boundTo(isBound: boolean, binding: Uint8Array | undefined): Uint8Array {
  const header = Uint8Array.from(bindingHeader(isBound), (character) => character.charCodeAt(0));
  if (!isBound || binding === undefined) {
    return header;
  }
  const both = new Uint8Array(header.length + binding.length);
  both.set(header);
  both.set(binding, header.length);
  return both;
}

export function toBase64(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes));
}

/** Undefined for what is no base64. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

function checkLength(text: string): void {
  if (text.length > MAX_SCRAM_CHARS) {
    throw new ScramFault(`a message of a login has ${text.length} characters; at most ${MAX_SCRAM_CHARS} are read`);
  }
}
