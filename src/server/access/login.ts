import { randomBytes, timingSafeEqual } from "node:crypto";
import {
  authMessage,
  boundTo,
  type ClientFirst,
  formatServerFinal,
  formatServerFirst,
  parseClientFinal,
  parseClientFirst,
  SCRAM_ITERATIONS,
  SCRAM_KEY_BYTES,
} from "../../wire/scram.ts";
import { hmac, SALT_BYTES, type ScramRecord, sha256 } from "./scram-record.ts";

const NONCE_BYTES = 24;

/** Nobody has a token of this name, or the proof is wrong: which of the two is not said. */
export class LoginRefused extends Error {
  override readonly name = "LoginRefused";
  /** What it is counted by. */
  readonly why: "wrong_token" | "bad_login" | "needs_tls";

  constructor(message: string, why: LoginRefused["why"] = "bad_login") {
    super(message);
    this.why = why;
  }
}

export interface LoginOptions {
  readonly find: (id: string) => ScramRecord | undefined;
  /** Of a TLS connection: then only a proof is good that holds for this one alone. Undefined: without TLS, or the client cannot know it. */
  readonly binding: Uint8Array | undefined;
  /** Makes up salts for tokens that are not there, always the same one for a name. */
  readonly decoyKey: Uint8Array;
}

/** One client's attempt to log in: its first message, `challenge`, then `verify`. Each may throw a `ScramFault` or a `LoginRefused`. */
export class Login {
  readonly #options: LoginOptions;
  readonly #first: ClientFirst;
  #serverFirst = "";
  #nonce = "";

  /** `text`: the client's first message. */
  constructor(options: LoginOptions, text: string) {
    const { binding } = options;
    const first = parseClientFirst(text);
    if (first.isBound !== (binding !== undefined)) {
      throw new LoginRefused(
        first.isBound
          ? "the client's login is for a TLS connection, and this is none: somebody is in between"
          : "over TLS a login must hold for this one connection (tls-exporter)",
      );
    }
    this.#options = options;
    this.#first = first;
  }

  /** The name that the client gives itself; it has proved nothing by it. */
  get user(): string {
    return this.#first.user;
  }

  /** Returns the answer to the client's first message. */
  challenge(): string {
    const { find, decoyKey } = this.#options;
    const first = this.#first;
    const { salt, iterations } = find(first.user) ?? {
      salt: new Uint8Array(hmac(decoyKey, first.user).subarray(0, SALT_BYTES)),
      iterations: SCRAM_ITERATIONS,
    };
    this.#nonce = first.nonce + randomBytes(NONCE_BYTES).toString("base64url");
    this.#serverFirst = formatServerFirst({ nonce: this.#nonce, salt, iterations });
    return this.#serverFirst;
  }

  /** Returns the server's own proof. Whoever comes here is who he says he is. */
  verify(text: string): string {
    const { find, binding } = this.#options;
    const first = this.#first;
    const final = parseClientFinal(text);
    const record = find(first.user);
    const expected = boundTo(first.isBound, binding);
    if (record === undefined || final.nonce !== this.#nonce || !isSame(final.binding, expected)) {
      throw new LoginRefused(WRONG, "wrong_token");
    }
    const message = authMessage(first, this.#serverFirst, final.withoutProof);
    const clientKey = xor(final.proof, hmac(record.storedKey, message));
    if (!isSame(sha256(clientKey), record.storedKey)) {
      throw new LoginRefused(WRONG, "wrong_token");
    }
    return formatServerFinal(hmac(record.serverKey, message));
  }
}

export const WRONG = "the token is not known here, was taken back, or has expired";

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && timingSafeEqual(one, other);
}

function xor(one: Uint8Array, other: Uint8Array): Uint8Array {
  return Uint8Array.from({ length: SCRAM_KEY_BYTES }, (_, at) => one[at]! ^ other[at]!);
}
