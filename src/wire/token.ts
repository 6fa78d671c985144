/*
 * A token is text: `nws_ID_SECRET`. The id is public and names it, in the server's list and in logs; the secret is 32 random bytes in base64url. Whoever
 * has the whole may log in.
 */

/** Both parts of a token. */
export interface Token {
  readonly id: string;
  /** The password of SCRAM: these characters, not what they stand for. */
  readonly secret: string;
}

export const TOKEN_ID_CHARS = 12;

export function formatToken({ id, secret }: Token): string {
  return `nws_${id}_${secret}`;
}

/** Blanks around it do not matter. Undefined for what is no token. */
export function parseToken(text: string): Token | undefined {
  const [, id, secret] = /^nws_([0-9a-f]{12})_([\w-]{43})$/.exec(text.trim()) ?? [];
  return id === undefined || secret === undefined ? undefined : { id, secret };
}

/** The environment as a program sees it. */
type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where the token is with which programs of a user log in to servers of the same user, without anybody having to do anything for
 * it. The server makes it. `platform`: as in Node's `process.platform`.
 */
export function ownTokenFile(environment: Environment, platform: string, home: string): string {
  return `${userDataFolder(environment, platform, home)}/token`;
}

/** The folder in which networkspaces keeps what is the user's. */
export function userDataFolder(environment: Environment, platform: string, home: string): string {
  const xdg = environment["XDG_DATA_HOME"];
  switch (platform) {
    case "darwin":
      return `${home}/Library/Application Support/networkspaces`;
    case "win32":
      return `${environment["LOCALAPPDATA"] ?? `${home}\\AppData\\Local`}\\networkspaces`;
    default:
      return `${xdg === undefined || xdg === "" ? `${home}/.local/share` : xdg}/networkspaces`;
  }
}
