import type { NetWorkSpace, NwsServer } from "../client/index.ts";
import { type ServerChoice, tlsOf, type WorkspaceChoice } from "./options.ts";

/** Connects, works, closes. The client is loaded here and nowhere else. */
export async function withServer<T>(choice: ServerChoice, work: (server: NwsServer) => Promise<T>): Promise<T> {
  const { NwsServer } = await import("../client/index.ts");
  const { host, port, socket, tokenFile } = choice;
  const server = new NwsServer({
    serverHost: host,
    serverPort: port,
    socketPath: socket,
    // (What the environment says the client reads by itself, and a token in NWS_TOKEN comes before a file named there.)
    tokenFile: tokenFile === process.env["NWS_TOKEN_FILE"] ? undefined : tokenFile,
    tls: tlsOf(choice),
    label: `nws:${process.pid}`,
    // A command that is interrupted is gone: nothing may wait for it, or keep a value for it.
    reconnect: false,
  });
  try {
    return await work(server);
  } finally {
    await server.close();
  }
}

/** The same in one workspace: used, not owned, unless `--own` says otherwise. */
export function withWorkspace<T>(
  name: string,
  choice: WorkspaceChoice,
  work: (ws: NetWorkSpace, server: NwsServer) => Promise<T>,
): Promise<T> {
  return withServer(choice, async (server) => {
    const { NetWorkSpace } = await import("../client/index.ts");
    const { create, own = false, persistent = false, idleTimeout } = choice;
    const ws = new NetWorkSpace(name, { server, useUse: !own, create, persistent, idleTimeout });
    await ws.opened();
    return work(ws, server);
  });
}
