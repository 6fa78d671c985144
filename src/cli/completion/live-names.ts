import type { TlsOptions } from "../../client/index.ts";

/** Which server the words typed so far speak of. */
export interface TypedServer {
  readonly host: string | undefined;
  readonly port: string | undefined;
  readonly socket: string | undefined;
  readonly tls: TlsOptions | boolean | undefined;
}

/** Who presses Tab does not want to wait for a server that is not there. */
const PATIENCE_MS = 500;

/** The names of the workspaces, or of the variables of `workspace`. Empty when they cannot be had at once. */
export async function liveNames(typed: TypedServer, workspace: string | undefined): Promise<string[]> {
  const { NwsServer } = await import("../../client/index.ts");
  const signal = AbortSignal.timeout(PATIENCE_MS);
  try {
    await using server = new NwsServer({
      serverHost: typed.host,
      serverPort: typed.port === undefined ? undefined : Number(typed.port),
      socketPath: typed.socket,
      tls: typed.tls,
      connectTimeout: PATIENCE_MS,
      signal,
    });
    if (workspace === undefined) {
      return (await server.listWss()).map(({ name }) => name);
    }
    const ws = await server.useWs(workspace, { create: false });
    return (await ws.listVars()).map(({ name }) => name);
  } catch {
    return [];
  }
}
