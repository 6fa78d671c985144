import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { Access } from "../server/access/access.ts";
import { createToken, entryOf, type Grant } from "../server/access/access-file.ts";
import { AccessList } from "../server/access/access-list.ts";
import { ownToken } from "../server/access/own-token.ts";
import { owner } from "../server/access/principal.ts";
import { recordOf, SALT_BYTES } from "../server/access/scram-record.ts";
import { WatchedList } from "../server/access/watched-list.ts";
import { type Audit, auditInLog } from "../server/audit.ts";
import { AuditFile } from "../server/audit-file.ts";
import type { Logger } from "../server/logger.ts";
import { isLoopback } from "../server/loopback.ts";

export interface AccessControlOptions {
  readonly insecure?: boolean;
  readonly allowPlaintext?: boolean;
  readonly classicLoopback?: boolean;
  readonly accessFile?: string;
  readonly auditLog?: string;
}

export interface ListeningOptions {
  readonly insecure: boolean;
  readonly allowPlaintext: boolean;
  readonly hasTls: boolean;
}

/** Who is let in by a server, and where is noted what they do, as the options of the server say. */
export class AccessControl {
  readonly access: Access;
  readonly audit: Audit;
  readonly #list: AccessList;
  readonly #watched: WatchedList | undefined;
  readonly #auditFile: AuditFile | undefined;
  #changed: () => void = () => undefined;

  private constructor(
    options: AccessControlOptions,
    logger: Logger,
    list: AccessList,
    ownTokenId: string | undefined,
    auditFile: AuditFile | undefined,
  ) {
    const { insecure = false, allowPlaintext = false, classicLoopback = false, accessFile } = options;
    this.#list = list;
    this.access = new Access({
      list,
      isOpen: insecure,
      allowsClassicLoopback: classicLoopback,
      allowsPlaintext: allowPlaintext,
      ownToken: ownTokenId,
    });
    this.#watched =
      accessFile === undefined || insecure
        ? undefined
        : new WatchedList(resolve(accessFile), list, logger, () => this.#changed());
    this.#auditFile = auditFile;
    this.audit = auditFile ?? auditInLog(logger);
  }

  /** Rejects when a file cannot be used. */
  static async prepare(options: AccessControlOptions, logger: Logger): Promise<AccessControl> {
    const { insecure = false, auditLog } = options;
    const list = new AccessList();
    const ownTokenId = insecure ? undefined : await letOwnUserIn(list, logger);
    const auditFile = auditLog === undefined ? undefined : await AuditFile.open(resolve(auditLog), logger);
    const control = new AccessControl(options, logger, list, ownTokenId, auditFile);
    try {
      await control.#watched?.start();
    } catch (error) {
      await control.stop();
      throw error;
    }
    return control;
  }

  /** `changed` is called whenever somebody may not be let in any more. */
  onChange(changed: () => void): void {
    this.#changed = changed;
  }

  /** Makes a token that is on no list. */
  async createToken(grant: Grant): Promise<string> {
    const { token, record } = await createToken(grant);
    this.#list.add(entryOf(record));
    return token;
  }

  /** Reads the list again, and goes on in the audit log that has the name now. */
  async reload(): Promise<void> {
    this.#auditFile?.reopen();
    await this.#watched?.reload();
  }

  async stop(): Promise<void> {
    this.#watched?.stop();
    await this.#auditFile?.close();
  }
}

/** Puts the user's own token on the list. Returns its id. */
async function letOwnUserIn(list: AccessList, logger: Logger): Promise<string | undefined> {
  try {
    const { id, secret } = await ownToken();
    const scram = await recordOf(secret, new Uint8Array(randomBytes(SALT_BYTES)));
    list.add({ id, name: owner.name, role: owner.role, workspaces: owner.workspaces, scram });
    return id;
  } catch (error) {
    logger.warn(
      { err: error },
      "this user's programs have no token of their own: they are known by the system alone, where it tells",
    );
    return undefined;
  }
}

/** An Error when a server with these options would not listen on a host, because others could read what is said to it. */
export function checkListening(host: string, { insecure, allowPlaintext, hasTls }: ListeningOptions): void {
  if (!isLoopback(host)) {
    const access = new Access({ list: new AccessList(), isOpen: insecure, allowsPlaintext: allowPlaintext });
    access.checkListening(host, hasTls);
  }
}
