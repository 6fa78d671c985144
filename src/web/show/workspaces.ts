import type { ClientView, SessionView, WorkspaceView } from "../../server/client-view.ts";
import type { Page, WorkspaceInfo, WorkspacesQuery } from "../api.ts";
import { bytesOf as bytesOfName, named, textOf } from "./names.ts";
import type { Observer } from "./observer.ts";
import { pageOf, type SortKeys } from "./page-of.ts";

export function showWorkspaces(observer: Observer, query: WorkspacesQuery): Page<WorkspaceInfo> {
  const { workspaces } = observer.server.space;
  const names = [...workspaces.keys()].sort();
  const clients = observer.clientsBySession();
  const { variable } = query;
  const isWanted = ({ variables }: WorkspaceView): boolean =>
    variable === undefined || variables.has(bytesOfName(variable));
  const items = names.map((name) => workspaces.get(name)!).filter(isWanted);
  const keys: SortKeys<WorkspaceView> = {
    name: ({ name }) => name,
    owner: ownerOf,
    persistent: ({ isPersistent }) => Number(isPersistent),
    variables: ({ variables }) => variables.size,
    values: ({ valueCount, bookedCount }) => valueCount - bookedCount,
    booked: ({ bookedCount }) => bookedCount,
    bytes: bytesOf,
    waiting: ({ waitingCount }) => waitingCount,
    stored: ({ storedCount }) => storedCount,
    fetched: ({ fetchedCount }) => fetchedCount,
    storedPerSecond: (workspace) => ratesOf(observer, workspace)[0]!,
    fetchedPerSecond: (workspace) => ratesOf(observer, workspace)[1]!,
  };
  return pageOf({ items, count: items.length, textOf: ({ name }) => textOf(name), keys }, query, (workspace) =>
    showWorkspace(observer, workspace, clients),
  );
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
    variables,
    valueCount,
    bookedCount,
    waitingCount,
    storedCount,
    fetchedCount,
  } = workspace;
  const [storedPerSecond, fetchedPerSecond] = ratesOf(observer, workspace);
  const ownerClient = owner && clients.get(owner)?.id;
  return {
    ...named(name),
    owner: ownerOf(workspace),
    ...(ownerClient !== undefined && { ownerClient }),
    persistent: isPersistent,
    ...(durability !== undefined && { durability }),
    variables: variables.size,
    values: valueCount - bookedCount,
    booked: bookedCount,
    bytes: bytesOf(workspace),
    waiting: waitingCount,
    stored: storedCount,
    fetched: fetchedCount,
    storedPerSecond: storedPerSecond!,
    fetchedPerSecond: fetchedPerSecond!,
  };
}

function ratesOf(observer: Observer, workspace: WorkspaceView): readonly number[] {
  return observer.rates.of(workspace, [workspace.storedCount, workspace.fetchedCount]);
}

function bytesOf({ memoryBytes, fileBytes }: WorkspaceView): number {
  return memoryBytes + fileBytes;
}

function ownerOf({ isSystem, owner, ownerLabel }: WorkspaceView): string {
  return isSystem ? "[system]" : owner === undefined ? "" : `${owner.peer} (${textOf(ownerLabel)})`;
}
