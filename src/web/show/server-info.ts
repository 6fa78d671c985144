import type { ServerInfo } from "../api.ts";
import type { Observer } from "./observer.ts";

export interface Addresses {
  readonly host: string;
  readonly port: number;
  readonly webPort: number;
}

export function showServer(observer: Observer, addresses: Addresses): ServerInfo {
  const { server } = observer;
  const { space, limits } = server;
  const { workspaces, variables, waiting, memoryBytes, fileBytes } = space.stats;
  // (The web interface's own sessions do not count.)
  const sessions = [...server.clients()].length;
  let values = 0;
  for (const { valueCount } of space.workspaces.values()) {
    values += valueCount;
  }
  const uptimeSeconds = Math.floor((performance.now() - server.startedAt) / 1000);
  return {
    version: server.version,
    pid: process.pid,
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    ...addresses,
    startedAt: new Date(performance.timeOrigin + server.startedAt).toISOString(),
    uptimeSeconds,
    connections: server.connectionCount,
    sessions,
    workspaces,
    variables,
    values,
    waiting,
    operations: server.operationCount,
    memoryBytes,
    fileBytes,
    residentBytes: process.memoryUsage.rss(),
    limits: Object.fromEntries(
      Object.entries(limits).map(([name, limit]: [string, number]) => [name, Number.isFinite(limit) ? limit : null]),
    ),
  };
}
