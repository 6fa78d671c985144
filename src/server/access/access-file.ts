import { randomBytes } from "node:crypto";
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { homedir, platform } from "node:os";
import { dirname, join } from "node:path";
import type { AccessEntry } from "./access-list.ts";
import { recordOf, SALT_BYTES } from "./scram-record.ts";
import type { Role } from "./role.ts";
import { fromBase64, toBase64 } from "../../wire/scram.ts";
import { formatToken, userDataFolder } from "../../wire/token.ts";
import type { TokenLimits } from "./token-limits.ts";
import { newToken } from "./own-token.ts";

/** The format that is written, and the newest that is read. */
const FORMAT = 1;

/** Group and others: they may read who is on the list, but not change it. */
const OTHERS_WRITE = 0o022;

/** Somebody who may use a server, as the file has it: times are ISO 8601, keys base64. */
export interface AccessRecord {
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** Patterns of names of workspaces: `*` stands for any characters, `?` for one. */
  readonly workspaces: readonly string[];
  readonly created: string;
  readonly expires?: string;
  /** For all sessions that he has, together. */
  readonly limits?: TokenLimits;
  /** He has a token. */
  readonly scram?: {
    readonly salt: string;
    readonly iterations: number;
    readonly storedKey: string;
    readonly serverKey: string;
  };
  /** He has a certificate: its SHA-256, in hexadecimal digits. */
  readonly certificate?: string;
}

/** What somebody may do who is put on the list. */
export interface Grant {
  /** What people call him. 1 to 100 printable characters. */
  readonly name: string;
  readonly role: Role;
  /** Default: all, `*`. */
  readonly workspaces?: readonly string[];
  /** Default: never. */
  readonly expires?: Date;
  /** For all sessions that he has, together. Default: none but the server's own. */
  readonly limits?: TokenLimits;
}

/** Where a server looks for the list when nobody says where. */
export function defaultAccessFile(): string {
  return join(userDataFolder(process.env, platform(), homedir()), "access.json");
}

/** The list in a file; empty when there is no file. An Error names the file and what is wrong with it. */
export async function readAccessFile(path: string): Promise<AccessRecord[]> {
  let text: string;
  try {
    const file = await open(path, "r");
    try {
      const { mode } = await file.stat();
      if (process.getuid !== undefined && (mode & OTHERS_WRITE) !== 0) {
        throw new Error("others may write to it; make it yours alone (chmod 600)");
      }
      text = await readFile(file, "utf8");
    } finally {
      await file.close();
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return [];
    }
    throw cannotUse(path, error);
  }
  try {
    const { recordsIn } = await import("./access-format.ts");
    return recordsIn(JSON.parse(text) as unknown, FORMAT);
  } catch (error) {
    throw cannotUse(path, error);
  }
}

/** As a server uses it. */
export function entryOf(record: AccessRecord): AccessEntry {
  const { id, name, role, workspaces, expires, limits, scram, certificate } = record;
  return {
    id,
    name,
    role,
    workspaces: workspaces.map(byteString),
    expiresAt: expires === undefined ? undefined : Date.parse(expires),
    limits,
    ...(scram !== undefined && {
      scram: {
        salt: fromBase64(scram.salt)!,
        iterations: scram.iterations,
        storedKey: fromBase64(scram.storedKey)!,
        serverKey: fromBase64(scram.serverKey)!,
      },
    }),
    ...(certificate !== undefined && { certificate }),
  };
}

/** Makes a token for somebody. The token itself is in the answer and nowhere else. */
export async function createToken(grant: Grant): Promise<{ readonly token: string; readonly record: AccessRecord }> {
  const token = newToken();
  const { salt, iterations, storedKey, serverKey } = await recordOf(
    token.secret,
    new Uint8Array(randomBytes(SALT_BYTES)),
  );
  const scram = {
    salt: toBase64(salt),
    iterations,
    storedKey: toBase64(storedKey),
    serverKey: toBase64(serverKey),
  };
  return { token: formatToken(token), record: { ...recordFor(grant, token.id), scram } };
}

/** Somebody who is known by his certificate; `fingerprint`: its SHA-256, 64 hexadecimal digits. */
export function certificateRecord(grant: Grant, fingerprint: string): AccessRecord {
  return { ...recordFor(grant, newToken().id), certificate: fingerprint.toLowerCase() };
}

/** Changes the list in a file; servers that use it notice by themselves. Rejects when somebody else is changing it. */
export async function changeAccessFile(
  path: string,
  change: (records: readonly AccessRecord[]) => readonly AccessRecord[],
): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  // Who makes this file has the right to change the other.
  const draft = `${path}.new`;
  const file = await open(draft, "wx", 0o600).catch((error: unknown) => {
    throw (error as NodeJS.ErrnoException).code === "EEXIST"
      ? new Error(`'${path}' is being changed; if that is not so any more, remove '${draft}'`)
      : cannotUse(path, error);
  });
  try {
    const entries = change(await readAccessFile(path));
    await file.writeFile(`${JSON.stringify({ format: FORMAT, entries }, undefined, 2)}\n`);
    await file.sync();
    await file.close();
    await rename(draft, path);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(draft, { force: true });
    throw error;
  }
}

function recordFor({ name, role, workspaces = ["*"], expires, limits }: Grant, id: string): AccessRecord {
  const created = new Date().toISOString();
  return {
    id,
    name,
    role,
    workspaces,
    created,
    ...(expires !== undefined && { expires: expires.toISOString() }),
    ...(limits !== undefined && { limits }),
  };
}

function byteString(text: string): string {
  return Buffer.from(text).toString("latin1");
}

function cannotUse(path: string, error: unknown): Error {
  return new Error(`the list of who may use the server, '${path}', cannot be used: ${(error as Error).message}`, {
    cause: error,
  });
}
