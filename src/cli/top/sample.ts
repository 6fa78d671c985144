import type { RankedClient, RankedVariable, RankedWorkspace, Ranking, RankKey } from "../../client/ranking.ts";
import type { ServerInfo } from "../../client/index.ts";

export const views = ["workspaces", "variables", "clients"] as const;
export type View = (typeof views)[number];

export const sortKeys = ["values", "bytes", "waiting", "rate", "name"] as const;
export type SortKey = (typeof sortKeys)[number];

/** What is asked of a server at a time. */
export interface Query {
  readonly view: View;
  /** Variables of this one only; undefined: of all. */
  readonly workspace: string | undefined;
  readonly sort: SortKey;
  readonly filter: string;
}

/** A line of the table. */
export type Row =
  | ({ readonly view: "workspaces" } & RankedWorkspace)
  | ({ readonly view: "variables" } & RankedVariable)
  | ({ readonly view: "clients" } & RankedClient);

/** What a server said, at one moment. */
export interface Sample {
  readonly query: Query;
  readonly info: ServerInfo;
  readonly ranking: Omit<Ranking<View>, "rows"> & { readonly rows: readonly Row[] };
}

/** Two looks at a server say how quickly it works; undefined: there was only one. */
export interface Rates {
  readonly operationsPerSecond: number;
  /** Which part of the time its event loop was at work: 0 to 1. */
  readonly busy: number;
}

/** Most rows that are asked for: those that lead. */
export const MOST_ROWS = 1000;

/** What the server is to rank by. It does not know what is quick now, only what has been so for long. */
export function rankKeyOf(sort: SortKey): RankKey {
  return sort === "rate" ? "operations" : sort;
}

/** Names a row among those of its kind. */
export function keyOf(row: Row): string {
  switch (row.view) {
    case "workspaces":
      return row.name;
    case "variables":
      return `${row.id}`;
    case "clients":
      return row.id;
  }
}

/** All that was ever done with it. */
export function operationsOf(row: Row): number {
  return row.view === "clients" ? row.operations : row.stored + row.fetched;
}

export function ratesBetween(before: Sample | undefined, now: Sample): Rates | undefined {
  if (before?.info.pid !== now.info.pid) {
    return undefined;
  }
  const ms = now.info.uptimeMs - before.info.uptimeMs;
  if (ms <= 0) {
    return undefined;
  }
  return {
    operationsPerSecond: aSecond(now.info.operations - before.info.operations, ms),
    busy: Math.min(1, Math.max(0, (now.info.busyMs - before.info.busyMs) / ms)),
  };
}

/** Operations a second of each row, by its key; those that were not there before have none. */
export function rowRatesBetween(before: Sample | undefined, now: Sample): ReadonlyMap<string, number> {
  const rates = new Map<string, number>();
  const ms = before === undefined ? 0 : now.ranking.at - before.ranking.at;
  if (before?.query.view !== now.query.view || before.info.pid !== now.info.pid || ms <= 0) {
    return rates;
  }
  const were = new Map(before.ranking.rows.map((row) => [keyOf(row), operationsOf(row)]));
  for (const row of now.ranking.rows) {
    const was = were.get(keyOf(row));
    if (was !== undefined) {
      rates.set(keyOf(row), aSecond(operationsOf(row) - was, ms));
    }
  }
  return rates;
}

/** In the order of the server, but for rates, which it does not know. */
export function sortRows(rows: readonly Row[], sort: SortKey, rates: ReadonlyMap<string, number>): readonly Row[] {
  const rate = (row: Row): number => rates.get(keyOf(row)) ?? 0;
  return sort === "rate" ? [...rows].sort((a, b) => rate(b) - rate(a)) : rows;
}

function aSecond(more: number, ms: number): number {
  return Math.max(0, (more * 1000) / ms);
}
