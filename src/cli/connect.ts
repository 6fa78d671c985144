import type { NetWorkSpace, NwsServer, ServerOptions } from "../client/index.ts";
import { type ServerChoice, tlsOf, type WorkspaceChoice } from "./options.ts";

/** A session with the server that is chosen. The client is loaded here and nowhere else. */
export async function connect(
  choice: ServerChoice,
  { reconnect }: Pick<ServerOptions, "reconnect">,
): Promise<NwsServer> {
  const { NwsServer } = await import("../client/index.ts");
  const { host, port, socket, tokenFile } = choice;
  return new NwsServer({
    serverHost: host,
    serverPort: port,
    socketPath: socket,
    // (What the environment says the client reads by itself, and a token in NWS_TOKEN comes before a file named there.)
    tokenFile: tokenFile === process.env["NWS_TOKEN_FILE"] ? undefined : tokenFile,
    tls: tlsOf(choice),
    label: `nws:${process.pid}`,
    reconnect,
  });
}

/** Connects, works, closes. */
export async function withServer<T>(choice: ServerChoice, work: (server: NwsServer) => Promise<T>): Promise<T> {
  // A command that is interrupted is gone: nothing may wait for it, or keep a value for it.
  const server = await connect(choice, { reconnect: false });
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
