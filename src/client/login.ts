import type { webcrypto } from "node:crypto";
import {
  authMessage,
  type ClientFirst,
  formatClientFinal,
  formatClientFirst,
  formatWithoutProof,
  parseServerFinal,
  parseServerFirst,
  SCRAM_KEY_BYTES,
  ScramFault,
  toBase64,
} from "../wire/scram.ts";
import { parseToken, type Token } from "../wire/token.ts";

const NONCE_BYTES = 24;

/** Why a client that was given a token does not go on with a server that wants none. */
export const NOT_ASKED =
  "there is a token for this server, but it does not ask for one: it lets everybody in, is older, or is not the one that was meant";

/** Keys that were made, by what they were made of: a program connects again and again with the same token. */
const known = new Map<string, Promise<Keys>>();
const MOST_KNOWN = 100;

interface Keys {
  readonly clientBytes: Uint8Array;
  readonly server: CryptoKey;
  readonly stored: CryptoKey;
}

type CryptoKey = webcrypto.CryptoKey;

/** Proves to a server that this client has a token, and has the server prove that it knows it (SCRAM-SHA-256). */
export class Login {
  readonly #token: Token;
  readonly #binding: Uint8Array | undefined;
  readonly #first: ClientFirst;
  /** The first message. */
  readonly first: string;
  #signature: Promise<Uint8Array> | undefined;

  /** `binding`: of the TLS connection, for which alone the proof shall hold. Throws a `ScramFault` for what is no token. */
  constructor(tokenText: string, binding: Uint8Array | undefined) {
    const token = parseToken(tokenText);
    if (token === undefined) {
      throw new ScramFault("the token is none: it begins with 'nws_' and has 60 characters");
    }
    // In pages that came over plain HTTP from elsewhere there is none.
    if ((globalThis.crypto as Partial<webcrypto.Crypto> | undefined)?.subtle === undefined) {
      throw new ScramFault(
        "this platform has no WebCrypto, which logging in needs: browsers have it in pages that came over HTTPS",
      );
    }
    this.#token = token;
    this.#binding = binding;
    const nonce = toBase64(crypto.getRandomValues(new Uint8Array(NONCE_BYTES)));
    const { text, ...first } = formatClientFirst(binding !== undefined, token.id, nonce);
    this.#first = first;
    this.first = text;
  }

  /** The second message, which answers the server's challenge. */
  async prove(challenge: string): Promise<string> {
    const first = this.#first;
    const { nonce, salt, iterations } = parseServerFirst(challenge, first.nonce);
    const keys = await keysOf(this.#token, salt, iterations);
    const withoutProof = formatWithoutProof(first.isBound, this.#binding, nonce);
    const message = authMessage(first, challenge, withoutProof);
    const clientSignature = await sign(keys.stored, message);
    const proof = keys.clientBytes.map((byte, at) => byte ^ clientSignature[at]!);
    this.#signature = sign(keys.server, message);
    return formatClientFinal(withoutProof, proof);
  }

  /** Throws a `ScramFault` when this is not the answer of a server that knows the token. */
  async check(answer: string): Promise<void> {
    const claimed = parseServerFinal(answer);
    const signature = await this.#signature;
    if (signature === undefined || !claimed.every((byte, at) => byte === signature[at])) {
      throw new ScramFault("what answers there does not know the token: it is another server than it seems to be");
    }
  }
}

function keysOf({ id, secret }: Token, salt: Uint8Array<ArrayBuffer>, iterations: number): Promise<Keys> {
  const name = `${id} ${secret} ${toBase64(salt)} ${iterations}`;
  let keys = known.get(name);
  if (keys === undefined) {
    keys = makeKeys(secret, salt, iterations);
    keys.catch(() => known.delete(name));
    if (known.size >= MOST_KNOWN) {
      known.clear();
    }
    known.set(name, keys);
  }
  return keys;
}

async function makeKeys(secret: string, salt: Uint8Array<ArrayBuffer>, iterations: number): Promise<Keys> {
  const { subtle } = crypto;
  const password = await subtle.importKey("raw", encode(secret), "PBKDF2", false, ["deriveBits"]);
  const salted = await subtle.deriveBits(
    { name: "PBKDF2", hash: "SHA-256", salt, iterations },
    password,
    SCRAM_KEY_BYTES * 8,
  );
  const saltedKey = await signingKey(salted);
  const clientBytes = await sign(saltedKey, "Client Key");
  return {
    clientBytes,
    stored: await signingKey(await subtle.digest("SHA-256", clientBytes)),
    server: await signingKey(await sign(saltedKey, "Server Key")),
  };
}

function signingKey(bytes: ArrayBuffer | Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
}

async function sign(key: CryptoKey, text: string): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, encode(text)));
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}
