import type { Principal } from "../../server/access/principal.ts";
import type { Server } from "../../server/server.ts";
import type { ServerInfo } from "../api.ts";
import type { Observer } from "./observer.ts";

export interface Addresses {
  readonly host: string;
  readonly port: number;
  readonly webPort: number;
}

type Totals = Pick<ServerInfo, "workspaces" | "variables" | "values" | "waiting" | "memoryBytes" | "fileBytes">;

/** The server, and what is in those workspaces that the principal may see. */
export function showServer(observer: Observer, addresses: Addresses, principal: Principal): ServerInfo {
  const { server } = observer;
  const { limits } = server;
  const uptimeSeconds = Math.floor((performance.now() - server.startedAt) / 1000);
  return {
    version: server.version,
    pid: process.pid,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    ...addresses,
    startedAt: new Date(performance.timeOrigin + server.startedAt).toISOString(),
    uptimeSeconds,
    ...totalsOf(server, principal),
    ...(principal.seesAll && {
      ...(server.dataFolder !== undefined && { dataFolder: server.dataFolder }),
      connections: server.connectionCount,
      // (The web interface's own sessions do not count.)
      sessions: [...server.clients()].length,
      operations: server.operationCount,
      residentBytes: process.memoryUsage.rss(),
    }),
    limits: Object.fromEntries(
      Object.entries(limits).map(([name, limit]: [string, number]) => [name, Number.isFinite(limit) ? limit : null]),
    ),
  };
}

function totalsOf({ space }: Server, principal: Principal): Totals {
  const totals: Totals = { workspaces: 0, variables: 0, values: 0, waiting: 0, memoryBytes: 0, fileBytes: 0 };
  for (const [name, workspace] of space.workspaces) {
    if (principal.sees(name)) {
      totals.workspaces++;
      totals.variables += workspace.variables.size;
      totals.values += workspace.valueCount;
      totals.waiting += workspace.waitingCount;
      totals.memoryBytes += workspace.memoryBytes;
      totals.fileBytes += workspace.fileBytes;
    }
  }
  // What keeps the values counts, too, where nothing is left out.
  return principal.seesAll ? { ...totals, ...statsOf(space) } : totals;
}

function statsOf({ stats }: Server["space"]): Omit<Totals, "values"> {
  const { workspaces, variables, waiting, memoryBytes, fileBytes } = stats;
  return { workspaces, variables, waiting, memoryBytes, fileBytes };
}
