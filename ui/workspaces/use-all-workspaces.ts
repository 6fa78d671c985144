import { useEffect, useState } from "react";
import type { Page, Problem, WorkspaceInfo } from "../../src/web/api.ts";
import { workspacesPath } from "../api/addresses.ts";
import { getJson, RequestFailure } from "../api/request.ts";
import { useLive } from "../live/use-live.ts";

const PAGE = 1000;
/** A tree of more has no use, and would be slow. */
const MOST = 10_000;

export interface AllWorkspaces {
  readonly items: readonly WorkspaceInfo[] | undefined;
  readonly total: number;
  readonly problem: Problem | undefined;
}

/**
 * The first `MOST` workspaces with that search, by name: what a tree needs. The first page is live; those behind it are fetched again
 * when the number of workspaces changes.
 */
export function useAllWorkspaces(search: string): AllWorkspaces {
  const first = useLive<Page<WorkspaceInfo>>(workspacesPath({ search, limit: PAGE }));
  const total = first.data?.total ?? 0;
  const [rest, setRest] = useState<{ search: string; items: readonly WorkspaceInfo[]; problem?: Problem }>();
  useEffect(() => {
    if (total <= PAGE) {
      return undefined;
    }
    const stop = new AbortController();
    fetchRest(search, total, stop.signal).then(
      (items) => setRest({ search, items }),
      (error: unknown) => {
        if (!stop.signal.aborted) {
          setRest({ search, items: [], problem: problemOf(error) });
        }
      },
    );
    return () => stop.abort();
  }, [search, total]);
  const others = total > PAGE && rest?.search === search ? rest : undefined;
  return {
    items: first.data === undefined ? undefined : [...first.data.items, ...(others?.items ?? [])],
    total,
    problem: first.problem ?? others?.problem,
  };
}

async function fetchRest(search: string, total: number, signal: AbortSignal): Promise<readonly WorkspaceInfo[]> {
  const items: WorkspaceInfo[] = [];
  for (let offset = PAGE; offset < Math.min(total, MOST); offset += PAGE) {
    const path = workspacesPath({ search, offset, limit: PAGE });
    items.push(...(await getJson<Page<WorkspaceInfo>>(path, signal)).items);
  }
  return items;
}

function problemOf(error: unknown): Problem {
  return error instanceof RequestFailure
    ? { code: error.code, message: error.message }
    : { code: "unknown", message: String(error) };
}
