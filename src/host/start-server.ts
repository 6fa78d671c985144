import { resolve } from "node:path";
import type { Durability } from "../log/index.ts";
import type { Limits } from "../server/limits.ts";
import type { Logger } from "../server/logger.ts";
import { Server } from "../server/server.ts";
import { silentLogger } from "../server/logger.ts";
import type { ServerCertificate, ServerTlsOptions } from "../server/tls/server-certificate.ts";
import { WebServer } from "../web/web-server.ts";
import { NO_DATA } from "./data-folder.ts";
import { readEnvironment } from "./environment.ts";
import { createLogger, type LogLevel } from "./logging.ts";
import { VERSION } from "./version.ts";

const DEFAULT_HOST = "127.0.0.1";
const DEFAULT_PORT = 8765;

const durabilities: readonly Durability[] = ["fsync", "os", "memory"];

export interface StartServerOptions {
  /** The address to listen on. Default: `127.0.0.1`. */
  readonly host?: string;
  /** The port to listen on; 0 takes a free one. Default: the environment variable `NWS_SERVER_PORT`, or 8765. */
  readonly port?: number;
  /**
   * The port of the web interface; 0 takes a free one, false is for none. Default: the environment variable `NWS_WEB_PORT`, or the port
   * after `port`; a free one when that is taken, or `port` is 0.
   */
  readonly webPort?: number | false;
  /** Names by which browsers may call the web interface, beside addresses, `localhost` and this machine's name. Default: none. */
  readonly webNames?: readonly string[];
  /**
   * A folder with web pages of your own, which the web interface shows at `/pages/`. They may open workspaces, and do all that the
   * interface may. Default: none.
   */
  readonly webPages?: string;
  /**
   * A certificate and its key, as PEM files or PEM text; then the port takes TLS as well as connections without it, and the web interface is
   * reached by https. `ca`: authorities of certificates by which clients may show who they are. `reload` reads the files again. TLS is of version
   * 1.2 or 1.3. Default: no TLS.
   */
  readonly tls?: ServerTlsOptions;
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
  /**
   * The folder in which persistent workspaces are kept, made when it is missing; one server at a time may use it. Default: `none`,
   * and they end with the server like all others.
   */
  readonly data?: string;
  /**
   * How safe a change of a persistent workspace must be before anybody is told of it: on the disk (`fsync`), with the operating
   * system (`os`: it survives a crash of the server, not of the machine), or nowhere yet (`memory`). Default: `fsync`.
   */
  readonly durability?: Durability;
  /** Where large values live, when there is no `data`. Default: the environment variable `NWS_TMP_DIR`, or the system's temporary folder. */
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
  /** Whether it has a certificate: then its web interface is at `https:`, not `http:`. */
  readonly tls: boolean;
  /** The folder in which persistent workspaces are kept; `undefined` when they are not. */
  readonly data: string | undefined;
  /**
   * Reads the files of option `tls` again: connections from now on get what they say, those that are there go on. Rejects, and nothing changes,
   * when something is wrong with them.
   */
  reload(): Promise<void>;
  /** Stops in order: waiting clients are told, what was said is sent, temporary files are removed. What is not kept is gone. */
  stop(): Promise<void>;
  /** Done when it has stopped, whoever asked for it (a client may, with `allowKillOnClose`). */
  readonly stopped: Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a workspace server in this process. Rejects when it cannot listen, an option makes no sense, or the data folder cannot be used
 * (a `LogError`, whose `code` says why).
 */
export async function startServer(options: StartServerOptions = {}): Promise<RunningServer> {
  const environment = readEnvironment();
  const {
    host = DEFAULT_HOST,
    port = environment.port ?? DEFAULT_PORT,
    socketPath,
    limits,
    logger = "silent",
  } = options;
  const data = options.data === undefined || options.data === NO_DATA ? undefined : resolve(options.data);
  const durability = options.durability ?? "fsync";
  if (!durabilities.includes(durability)) {
    throw new TypeError(`durability '${durability}' is none of ${durabilities.join(", ")}`);
  }
  const tmpDir = options.tmpDir ?? environment.tmpDir;
  const longValueBytes = options.longValueBytes ?? environment.longValueBytes;
  const log = logger === "silent" ? silentLogger : typeof logger === "string" ? await createLogger(logger) : logger;
  const certificate = options.tls === undefined ? undefined : await loadCertificate(options.tls, log);
  const server = new Server({
    version: VERSION,
    certificate,
    insecure: options.insecure ?? false,
    allowKillOnClose: options.allowKillOnClose ?? false,
    isBackground: options.background ?? false,
    ...(data !== undefined && { data: { folder: data, durability } }),
    ...(tmpDir !== undefined && { tmpDir }),
    ...(longValueBytes !== undefined && { longValueBytes }),
    ...(limits !== undefined && { limits }),
    logger: log,
  });
  let open = (): void => undefined;
  const ready = new Promise<void>((resolve) => (open = resolve));
  try {
    const address = await server.listen(host, port);
    if (socketPath !== undefined) {
      await server.listenUnix(socketPath);
    }
    const asked = options.webPort ?? environment.webPort;
    const listen = (webPort: number): Promise<WebServer> =>
      WebServer.listen({
        server,
        ...address,
        webPort,
        insecure: options.insecure ?? false,
        isBackground: options.background ?? false,
        hostNames: options.webNames ?? [],
        pages: options.webPages === undefined ? undefined : resolve(options.webPages),
        certificate,
        ready,
      });
    let web: WebServer | undefined;
    if (asked === undefined && port !== 0) {
      // The port after ours may be somebody else's: nobody has asked for that one.
      web = await listen(port + 1).catch(() => listen(0));
    } else if (asked !== false) {
      web = await listen(asked ?? 0);
    }
    server.webPort = web?.port;
    server.isWebEncrypted = certificate !== undefined;
    const stopped = server.stopped.then(() => web?.close());
    const stop = async (): Promise<void> => {
      await server.stop();
      await stopped;
    };
    await server.load();
    open();
    // Nobody waits for this: what is left over costs room on the disk and nothing else.
    void server.blobs.removeLeftovers();
    return {
      host: address.host,
      port: address.port,
      webPort: web?.port,
      socketPath,
      tls: certificate !== undefined,
      data,
      reload: async () => {
        await certificate?.reload();
      },
      stop,
      stopped,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    open();
    await server.stop();
    throw error;
  }
}

/** (Loaded only where there is TLS.) */
async function loadCertificate(tls: ServerTlsOptions, logger: Logger): Promise<ServerCertificate> {
  for (const name of ["cert", "key", "ca"] as const) {
    const value: unknown = tls[name];
    if (typeof value !== "string" && !(name === "ca" && value === undefined)) {
      throw new TypeError(`tls.${name} must be the path of a PEM file, or PEM text`);
    }
  }
  const { ServerCertificate } = await import("../server/tls/server-certificate.ts");
  return ServerCertificate.load(tls, logger);
}
