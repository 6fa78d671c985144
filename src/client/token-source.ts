import { open } from "node:fs/promises";
import { homedir, platform } from "node:os";
import { Option } from "../wire/options.ts";
import type { Dictionary } from "../wire/dictionary.ts";
import { ownTokenFile, parseToken } from "../wire/token.ts";
import { NOT_ASKED } from "./login.ts";
import type { Credentials } from "./transport.ts";

export { parseToken } from "../wire/token.ts";

/** Group and others. */
const OTHERS_MODE = 0o077;
const MOST_BYTES = 1024;

const UNBOUND =
  "this runtime cannot bind a login to a TLS connection, so that no token can be used over TLS (Node and Bun can): " +
  "show a client certificate instead (tls: { cert, key })";

/** Where a program has its token from. */
export interface TokenChoice {
  readonly token?: string | undefined;
  /** A file that only the user may read. */
  readonly tokenFile?: string | undefined;
}

/** Knows with which token to log in to which server. */
export class TokenSource {
  readonly #choice: TokenChoice;

  /** What is not given is read from the environment: `NWS_TOKEN`, then `NWS_TOKEN_FILE`. */
  constructor({ token, tokenFile }: TokenChoice) {
    const { NWS_TOKEN, NWS_TOKEN_FILE } = process.env;
    const isGiven = token !== undefined || tokenFile !== undefined;
    this.#choice = isGiven ? { token, tokenFile } : { token: nonEmpty(NWS_TOKEN), tokenFile: nonEmpty(NWS_TOKEN_FILE) };
  }

  /**
   * With what to log in where these options are offered: the token that was given, or else this user's own if the server asks for that one. It
   * rejects when a token was given and the server does not ask for any: then it may be anybody's.
   */
  credentials(offer: Dictionary): Promise<Credentials | undefined> | undefined {
    const { token, tokenFile } = this.#choice;
    if (!offer.has(Option.authenticate)) {
      return this.#isGiven ? Promise.reject(new Error(NOT_ASKED)) : undefined;
    }
    if (token !== undefined) {
      return Promise.resolve({ token });
    }
    if (tokenFile !== undefined) {
      return readToken(tokenFile);
    }
    const own = offer.get(Option.ownToken);
    return own === undefined ? undefined : ownToken(own);
  }

  /** Where no login is possible, because this runtime cannot bind one to a TLS connection: rejects when a token was given. */
  none(): Promise<undefined> | undefined {
    return this.#isGiven ? Promise.reject(new Error(UNBOUND)) : undefined;
  }

  get #isGiven(): boolean {
    return this.#choice.token !== undefined || this.#choice.tokenFile !== undefined;
  }
}

/** The user's own token, if it is the one with this id. */
async function ownToken(id: string): Promise<Credentials | undefined> {
  try {
    const credentials = await readToken(ownTokenFile(process.env, platform(), homedir()));
    return parseToken(credentials.token)?.id === id ? credentials : undefined;
  } catch {
    // The server may know this program in another way.
    return undefined;
  }
}

async function readToken(path: string): Promise<Credentials> {
  const file = await open(path, "r");
  try {
    const { mode } = await file.stat();
    if (process.getuid !== undefined && (mode & OTHERS_MODE) !== 0) {
      throw new Error(`others may read the token in '${path}': make it yours alone (chmod 600)`);
    }
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(MOST_BYTES), position: 0 });
    return { token: buffer.toString("latin1", 0, bytesRead).trim() };
  } finally {
    await file.close();
  }
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}
