import type { RunningServer } from "../host/index.ts";

export { VERSION } from "../host/version.ts";

export interface EmbeddedServerOptions {
  /** The address to listen on. Default: `127.0.0.1`; workers elsewhere then come through a tunnel (`ssh`). */
  readonly host?: string;
  /** Must be said for a host beyond this machine: whoever reaches it may read and delete what is in it. Default: false. */
  readonly insecure?: boolean;
}

/**
 * A workspace server for one sleigh, in this process, on a port that is free. Stop it with the sleigh. It does not keep the
 * program running: what waits for it does.
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions = {}): Promise<RunningServer> {
  // Loaded when it is needed: most of this package is the server.
  const { startServer } = await import("../host/index.ts");
  return startServer({
    host: options.host ?? "127.0.0.1",
    port: 0,
    // (What the environment says is for servers that are started by hand: one of these may have its web port.)
    webPort: 0,
    // Master and workers have a token; what comes through a tunnel to other nodes may be anybody there.
    tokensOnly: true,
    insecure: options.insecure ?? false,
    background: true,
  });
}
