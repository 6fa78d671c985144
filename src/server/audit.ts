import type { Principal } from "./access/principal.ts";
import type { Logger } from "./logger.ts";

/** Something that somebody has done, or was refused. */
export interface AuditEntry {
  /** Undefined: nobody knows. */
  readonly who: Pick<Principal, "id" | "name"> | undefined;
  /** Where he is: as `Peer.name`. */
  readonly from: string;
  /** What: `delete workspace`, `log in`. */
  readonly act: string;
  /** To what: `{ workspace: "w", variable: "x" }`. */
  readonly on: Readonly<Record<string, string>>;
}

/** Remembers who has done what. */
export interface Audit {
  /** Never throws. */
  note(entry: AuditEntry): void;
}

/** As lines of the server's log, which have a field `audit`. */
export function auditInLog(logger: Logger): Audit {
  return {
    note: ({ who, from, act, on }) => logger.info({ audit: true, user: who?.name, id: who?.id, from, on }, act),
  };
}
