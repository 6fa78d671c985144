import { resolve } from "node:path";
import type { Durability } from "../log/index.ts";
import type { Limits } from "../server/limits.ts";
import type { Grant } from "../server/access/access-file.ts";
import { type Logger, silentLogger } from "../server/logger.ts";
import { Server } from "../server/server.ts";
import type { ServerCertificate, ServerTlsOptions } from "../server/tls/server-certificate.ts";
import { WebServer } from "../web/web-server.ts";
import { AccessControl } from "./access-control.ts";
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
   * A folder with web pages of your own, which the web interface shows at `/pages/`. They may open workspaces, and do
   * what the one may who looks at them. Default: none.
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
  /**
   * Nobody is asked who he is: whoever reaches the server may do everything. Default: false; then who may come in is on the list in
   * `accessFile`, has a token of `createToken`, or runs as this program's user on this machine.
   */
  readonly insecure?: boolean;
  /**
   * Other machines may come without TLS: then everybody between can read and change what is said, though not learn a token. Default: false,
   * and a `host` beyond this machine is refused without a certificate.
   */
  readonly allowPlaintext?: boolean;
  /** Classic clients on this machine, which cannot say who they are, are let in whoever runs them. Default: false; those of this program's user are. */
  readonly classicLoopback?: boolean;
  /**
   * Clients are let in by tokens and certificates alone, not because they run as this program's user: what comes through a tunnel (`ssh -R`)
   * seems to. The web interface goes on knowing that user. Default: false.
   */
  readonly tokensOnly?: boolean;
  /** The list of who may come in, as `nws token create` makes it. It is read again when it changes. Default: none. */
  readonly accessFile?: string;
  /**
   * A file, for this user alone, to which is added who has done what that concerns others: was let in or refused on the web interface, changed something
   * there, ended another one's session, stopped the server. A line of JSON each. Default: such lines are in the log.
   */
  readonly auditLog?: string;
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
  /**
   * Operations are logged whose handling takes so many milliseconds or longer, without the time for which they wait; and writes of the log. Without
   * `logger` the level is then `warn`. To time every operation costs some. Default: none is timed, none logged.
   */
  readonly slowOperationMs?: number;
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
   * Makes a token with which somebody else may log in for as long as this server runs. It is on no list: the answer has it, and
   * nothing else.
   */
  createToken(grant: Grant): Promise<string>;
  /**
   * Reads again what is in files: the certificate of option `tls`, which connections have from now on while those that are there go on; and who may come
   * in. Rejects when something is wrong with one of them: that stays as it was.
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
    slowOperationMs,
    logger: wantedLogger = "silent",
  } = options;
  if (slowOperationMs !== undefined && !(slowOperationMs >= 0)) {
    throw new TypeError(`slowOperationMs is ${slowOperationMs}; it must be a number of milliseconds from 0`);
  }
  const logger = wantedLogger === "silent" && slowOperationMs !== undefined ? "warn" : wantedLogger;
  const data = options.data === undefined || options.data === NO_DATA ? undefined : resolve(options.data);
  const durability = options.durability ?? "fsync";
  if (!durabilities.includes(durability)) {
    throw new TypeError(`durability '${durability}' is none of ${durabilities.join(", ")}`);
  }
  const tmpDir = options.tmpDir ?? environment.tmpDir;
  const longValueBytes = options.longValueBytes ?? environment.longValueBytes;
  const serverLogger =
    logger === "silent" ? silentLogger : typeof logger === "string" ? await createLogger(logger) : logger;
  const certificate = options.tls === undefined ? undefined : await loadCertificate(options.tls, serverLogger);
  const control = await AccessControl.prepare(options, serverLogger);
  const server = new Server({
    version: VERSION,
    access: control.access,
    audit: control.audit,
    tokensOnly: options.tokensOnly ?? false,
    certificate,
    allowKillOnClose: options.allowKillOnClose ?? false,
    isBackground: options.background ?? false,
    ...(data !== undefined && { data: { folder: data, durability } }),
    ...(tmpDir !== undefined && { tmpDir }),
    ...(longValueBytes !== undefined && { longValueBytes }),
    ...(limits !== undefined && { limits }),
    ...(slowOperationMs !== undefined && { slowOperationMs }),
    logger: serverLogger,
  });
  control.onChange(() => server.recheckAccess());
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
    const stopped = server.stopped.then(async () => {
      await web?.close();
      await control.stop();
    });
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
      createToken: (grant) => control.createToken(grant),
      reload: async () => {
        const outcomes = await Promise.allSettled([certificate?.reload(), control.reload()]);
        const failure = outcomes.find((outcome) => outcome.status === "rejected");
        if (failure !== undefined) {
          throw failure.reason;
        }
      },
      stop,
      stopped,
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    open();
    await server.stop();
    await control.stop();
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
