import type { ClientView, SessionView, WorkspaceView } from "../../server/client-view.ts";
import type { Principal } from "../../server/access/principal.ts";
import type { Page, WorkspaceInfo, WorkspacesQuery } from "../api.ts";
import { bytesOf as bytesOfName, named, textOf } from "./names.ts";
import type { Observer } from "./observer.ts";
import { pageOf, type SortKeys } from "./page-of.ts";
import type { TwoRates } from "./rates.ts";

export function showWorkspaces(
  observer: Observer,
  principal: Principal,
  query: WorkspacesQuery,
): Promise<Page<WorkspaceInfo>> {
  const { workspaces } = observer.server.space;
  const clients = observer.clientsBySession();
  const { variable } = query;
  const names = [...workspaces.keys()].filter((name) => principal.sees(name)).sort();
  const wanted = variable === undefined ? undefined : bytesOfName(variable);
  const found = wanted === undefined ? names : names.filter((name) => workspaces.get(name)?.variables.has(wanted));
  const keys: SortKeys<WorkspaceView> = {
    owner: ownerOf,
    persistent: ({ isPersistent }) => Number(isPersistent),
    variables: ({ variables }) => variables.size,
    values: ({ valueCount, bookedCount }) => valueCount - bookedCount,
    booked: ({ bookedCount }) => bookedCount,
    bytes: bytesOf,
    waiting: ({ waitingCount }) => waitingCount,
    stored: ({ storedCount }) => storedCount,
    fetched: ({ fetchedCount }) => fetchedCount,
    storedPerSecond: (workspace) => ratesOf(observer, workspace).firstRate,
    fetchedPerSecond: (workspace) => ratesOf(observer, workspace).secondRate,
  };
  const source = {
    title: JSON.stringify(["workspaces", principal.workspaces, wanted]),
    names: found,
    get: (name: string) => workspaces.get(name),
    textOf: ({ name }: WorkspaceView) => textOf(name),
    keys,
  };
  return pageOf(observer.orders, source, query, (workspace) => showWorkspace(observer, workspace, clients));
}

export function showWorkspace(
  observer: Observer,
  workspace: WorkspaceView,
  clients: ReadonlyMap<SessionView, ClientView> = observer.clientsBySession(),
): WorkspaceInfo {
  const {
    name,
    owner,
    isPersistent,
    durability,
    idleTimeoutMs,
    variables,
    valueCount,
    bookedCount,
    waitingCount,
    storedCount,
    fetchedCount,
  } = workspace;
  const { firstRate: storedPerSecond, secondRate: fetchedPerSecond } = ratesOf(observer, workspace);
  const ownerClient = owner && clients.get(owner)?.id;
  return {
    ...named(name),
    owner: ownerOf(workspace),
    ...(ownerClient !== undefined && { ownerClient }),
    persistent: isPersistent,
    ...(durability !== undefined && { durability }),
    ...(idleTimeoutMs < Infinity && { idleTimeoutMs }),
    variables: variables.size,
    values: valueCount - bookedCount,
    booked: bookedCount,
    bytes: bytesOf(workspace),
    waiting: waitingCount,
    stored: storedCount,
    fetched: fetchedCount,
    storedPerSecond,
    fetchedPerSecond,
  };
}

function ratesOf(observer: Observer, workspace: WorkspaceView): TwoRates {
  return observer.rates.of(workspace, workspace.storedCount, workspace.fetchedCount);
}

function bytesOf({ memoryBytes, fileBytes }: WorkspaceView): number {
  return memoryBytes + fileBytes;
}

function ownerOf({ isSystem, owner, ownerLabel }: WorkspaceView): string {
  return isSystem ? "[system]" : owner === undefined ? "" : `${owner.peer} (${textOf(ownerLabel)})`;
}
