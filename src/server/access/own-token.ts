import { randomBytes } from "node:crypto";
import { link, mkdir, open, readFile, rm, writeFile } from "node:fs/promises";
import { homedir, platform } from "node:os";
import { dirname } from "node:path";
import { formatToken, ownTokenFile, parseToken, type Token, TOKEN_ID_CHARS } from "../../wire/token.ts";

export { userDataFolder } from "../../wire/token.ts";

/** Group and others. */
const OTHERS_MODE = 0o077;
const SECRET_BYTES = 32;

export function newToken(): Token {
  return {
    id: randomBytes(TOKEN_ID_CHARS / 2).toString("hex"),
    secret: randomBytes(SECRET_BYTES).toString("base64url"),
  };
}

/** Where the user's own token is. */
export function ownTokenPath(): string {
  return ownTokenFile(process.env, platform(), homedir());
}

/**
 * The token with which this user's programs log in to this user's servers. It is made, in a file for this user alone, when there is none.
 * Rejects when the file cannot be made or read, or others may read it.
 */
export async function ownToken(path = ownTokenPath()): Promise<Token> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const known = await readOwnToken(path);
  if (known !== undefined) {
    return known;
  }
  // Whoever sees the file sees all of it; and of two servers that start at once, one makes it.
  const draft = `${path}.${process.pid}-${randomBytes(4).toString("hex")}`;
  await writeFile(draft, `${formatToken(newToken())}\n`, { flag: "wx", mode: 0o600 });
  try {
    await link(draft, path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
      throw error;
    }
  } finally {
    await rm(draft, { force: true });
  }
  return (await readOwnToken(path))!;
}

/** Undefined: there is no file. */
async function readOwnToken(path: string): Promise<Token | undefined> {
  let text: string;
  try {
    const file = await open(path, "r");
    try {
      const { mode, uid } = await file.stat();
      if (process.getuid !== undefined && ((mode & OTHERS_MODE) !== 0 || uid !== process.getuid())) {
        throw new Error(
          `others may read or write the token in '${path}': make it yours alone (chmod 600), or remove it`,
        );
      }
      text = await readFile(file, "latin1");
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return undefined;
    }
    throw error;
  }
  const token = parseToken(text);
  if (token === undefined) {
    throw new Error(`there is no token in '${path}': remove the file, and the next server makes another one`);
  }
  return token;
}
