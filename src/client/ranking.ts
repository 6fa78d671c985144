import type { RankBy, RankOf } from "../wire/verbs.ts";
import { OperationError } from "./errors.ts";
import { nameOfBytes } from "./name-bytes.ts";

export type RankedKind = keyof typeof RankOf;
export type RankKey = keyof typeof RankBy;

export interface RankQuery {
  readonly by: RankKey;
  readonly most: number;
  readonly workspace?: string;
  readonly filter?: string;
}

/** `stored` and `fetched` count values since it was made. */
export interface RankedWorkspace {
  readonly name: string;
  readonly owner: string;
  readonly persistent: boolean;
  readonly variables: number;
  readonly values: number;
  readonly booked: number;
  readonly waiting: number;
  readonly bytes: number;
  readonly stored: number;
  readonly fetched: number;
}

export interface RankedVariable {
  readonly workspace: string;
  readonly name: string;
  /** Another variable of the same name has another. */
  readonly id: number;
  readonly mode: string;
  readonly values: number;
  readonly booked: number;
  readonly fetchers: number;
  readonly finders: number;
  readonly storers: number;
  readonly bytes: number;
  readonly stored: number;
  readonly fetched: number;
}

export interface RankedClient {
  readonly id: string;
  readonly user: string;
  readonly peer: string;
  readonly label: string;
  readonly protocol: string;
  /** Its connection is broken, and it may come back. */
  readonly isAway: boolean;
  readonly ageMs: number;
  /** Since it said something; null: it has not yet. */
  readonly idleMs: number | null;
  readonly operations: number;
  /** The verb of its last request. */
  readonly last: string;
  readonly waiting: number;
  readonly booked: number;
  readonly owns: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export interface RankedRows {
  readonly workspaces: RankedWorkspace;
  readonly variables: RankedVariable;
  readonly clients: RankedClient;
}

export interface Ranking<Of extends RankedKind> {
  /** When this was so, in milliseconds of the server's own: for rates. */
  readonly at: number;
  /** How many there are that the filter lets through. */
  readonly total: number;
  /** The server has not looked at all, for there are too many. */
  readonly isPartial: boolean;
  readonly rows: readonly RankedRows[Of][];
}

const texts: ReadonlySet<string> = new Set(["name", "workspace", "owner", "user", "peer", "label"]);

/** Texts that programs have chosen travel as byte strings, each by itself: one that is no UTF-8 does not spoil the others. */
export function readRanking(text: string): unknown {
  try {
    return JSON.parse(text, (key, value: unknown) =>
      texts.has(key) && typeof value === "string"
        ? nameOfBytes(Uint8Array.from(value, (byte) => byte.charCodeAt(0)))
        : value,
    );
  } catch (error) {
    const reason = "the server has not answered with JSON";
    throw new OperationError("internal", `rank failed: ${reason}`, { operation: "rank", reason, cause: error });
  }
}
