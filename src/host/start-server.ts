import type { Limits } from "../server/limits.ts";
import type { Logger } from "../server/logger.ts";
import { Server } from "../server/server.ts";
import { WebServer } from "../web/web-server.ts";
import { readEnvironment } from "./environment.ts";
import { createLogger, type LogLevel } from "./logging.ts";
import { VERSION } from "./version.ts";

const DEFAULT_HOST = "127.0.0.1";
const DEFAULT_PORT = 8765;

export interface StartServerOptions {
  /** The address to listen on. Default: `127.0.0.1`. */
  readonly host?: string;
  /** The port to listen on; 0 takes a free one. Default: the environment variable `NWS_SERVER_PORT`, or 8765. */
  readonly port?: number;
  /**
   * The port of the web interface; 0 takes a free one, false is for none. Default: the environment variable `NWS_WEB_PORT`, or the port
   * after `port` (a free one when `port` is 0).
   */
  readonly webPort?: number | false;
  /** Names by which browsers may call the web interface, beside addresses, `localhost` and this machine's name. Default: none. */
  readonly webNames?: readonly string[];
  /** A Unix socket to listen on as well; only this user may use it. Default: none. */
  readonly socketPath?: string;
  /** Listen beyond this machine although nobody is asked who they are. Default: false, and such a `host` is refused. */
  readonly insecure?: boolean;
  /** A client may ask that the server stops when it hangs up. Default: false. */
  readonly allowKillOnClose?: boolean;
  /**
   * It lets the program end that it runs in: neither waiting for clients nor clients that are connected keep that running. Then
   * clients find the connection closed, as after a crash. Default: false.
   */
  readonly background?: boolean;
  /** Where large values live. Default: the environment variable `NWS_TMP_DIR`, or the system's temporary folder. */
  readonly tmpDir?: string;
  /** Values of more bytes than this live in files. Default: the environment variable `NWS_LONG_VALUE_SIZE`, or 16 MiB. */
  readonly longValueBytes?: number;
  /** What differs from the default limits. */
  readonly limits?: Partial<Limits>;
  /** A level, for JSON lines on the standard error output, or a logger (pino's, or of its shape). Default: `silent`. */
  readonly logger?: LogLevel | Logger;
}

export interface RunningServer {
  /** The address it listens on. */
  readonly host: string;
  readonly port: number;
  /** Undefined: there is no web interface. */
  readonly webPort: number | undefined;
  readonly socketPath: string | undefined;
  /** Stops in order: waiting clients are told, what was said is sent, temporary files are removed. Values are gone. */
  stop(): Promise<void>;
  /** Done when it has stopped, whoever asked for it (a client may, with `allowKillOnClose`). */
  readonly stopped: Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a workspace server in this process. Rejects when it cannot listen, or an option makes no sense. */
export async function startServer(options: StartServerOptions = {}): Promise<RunningServer> {
  const environment = readEnvironment();
  const {
    host = DEFAULT_HOST,
    port = environment.port ?? DEFAULT_PORT,
    socketPath,
    limits,
    logger = "silent",
  } = options;
  const tmpDir = options.tmpDir ?? environment.tmpDir;
  const longValueBytes = options.longValueBytes ?? environment.longValueBytes;
  const server = new Server({
    version: VERSION,
    insecure: options.insecure ?? false,
    allowKillOnClose: options.allowKillOnClose ?? false,
    isBackground: options.background ?? false,
    ...(tmpDir !== undefined && { tmpDir }),
    ...(longValueBytes !== undefined && { longValueBytes }),
    ...(limits !== undefined && { limits }),
    ...(logger !== "silent" && { logger: typeof logger === "string" ? await createLogger(logger) : logger }),
  });
  try {
    const address = await server.listen(host, port);
    if (socketPath !== undefined) {
      await server.listenUnix(socketPath);
    }
    const wanted = options.webPort ?? environment.webPort ?? (port === 0 ? 0 : port + 1);
    const web =
      wanted === false
        ? undefined
        : await WebServer.listen({
            server,
            ...address,
            webPort: wanted,
            insecure: options.insecure ?? false,
            isBackground: options.background ?? false,
            hostNames: options.webNames ?? [],
          });
    server.webPort = web?.port;
    const stopped = server.stopped.then(() => web?.close());
    const stop = async (): Promise<void> => {
      await server.stop();
      await stopped;
    };
    // Nobody waits for this: what is left over costs room on the disk and nothing else.
    void server.blobs.removeLeftovers();
    return {
      host: address.host,
      port: address.port,
      webPort: web?.port,
      socketPath,
      stop,
      stopped,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}
