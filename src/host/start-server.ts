import { resolve } from "node:path";
import type { Durability } from "../log/index.ts";
import { completeLimits, type Limits } from "../server/limits.ts";
import type { Grant } from "../server/access/access-file.ts";
import type { Logger } from "../server/logger.ts";
import type { ListenAddress } from "../server/listeners.ts";
import { Server } from "../server/server.ts";
import type { ServerCertificate, ServerTlsOptions } from "../server/tls/server-certificate.ts";
import { WebServer } from "../web/web-server.ts";
import { AccessControl } from "./access-control.ts";
import { NO_DATA } from "./data-folder.ts";
import { readEnvironment } from "./environment.ts";
import { LevelLogger, type LogLevel } from "./logging.ts";
import { VERSION } from "./version.ts";

const DEFAULT_HOST = "127.0.0.1";
const DEFAULT_PORT = 8765;

const durabilities: readonly Durability[] = ["fsync", "os", "memory"];

/** Where a server listens, whom it lets in, what it keeps, and what it refuses. */
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
   * Sockets to listen on that are open already (socket activation), in place of `host` and `port`, and of `webPort` if there is one for it. Default:
   * none.
   */
  readonly listenFds?: ListenFds;
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

/** Listening sockets that whoever has started this process has opened and handed down, as file descriptors. */
export interface ListenFds {
  /** For clients: TCP, or Unix sockets that others than this user and a group of his cannot open. */
  readonly clients: readonly number[];
  /** For the web interface: TCP. Undefined: it listens as `webPort` says. */
  readonly web?: number | undefined;
}

/** What a server that runs may be told anew. What is left out stays as it is. */
export type ReloadOptions = Pick<StartServerOptions, "limits" | "allowKillOnClose" | "longValueBytes" | "tls"> & {
  /** Of the server's own log: not for one that was given a logger. */
  readonly logger?: LogLevel;
};

export interface StopOptions {
  /**
   * New clients are not taken any more, and those that are there have so many milliseconds to leave by themselves before the server stops. A
   * second call of `stop` stops it at once. Default: 0.
   */
  readonly drainMs?: number;
}

/** A server that runs in this process. */
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
   * in. Takes up what `changes` say: `limits` are all that differs from the defaults from now on, and those of one session or connection hold for new
   * ones. Rejects when something is wrong with the certificate or a limit: then only who may come in is as it is on the list now, and all else as it was.
   */
  reload(changes?: ReloadOptions): Promise<void>;
  /** Stops in order: waiting clients are told, what was said is sent, temporary files are removed. What is not kept is gone. */
  stop(options?: StopOptions): Promise<void>;
  /** Whether it takes no new clients any more: it waits for those that are there to leave, or stops. */
  readonly isDraining: boolean;
  /** Done when it has stopped, whoever asked for it (a client may, with `allowKillOnClose`). */
  readonly stopped: Promise<void>;
  /** Calls `stop`: for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a workspace server in this process. Rejects when it cannot listen, an option makes no sense, or the data folder cannot be used
 * (a `LogError`, whose `code` says why).
 */
export async function startServer(options: StartServerOptions = {}): Promise<RunningServer> {
  if ("bun" in process.versions) {
    // What clients send never arrives there (Bun 1.4), so that nobody would be answered.
    throw new Error(
      "the server does not run on Bun, which clients and workers do: start it with Node (npx networkspaces server)",
    );
  }
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
  // Slow operations are warnings: who asks for them is to see them.
  const loudEnough = (level: LogLevel): LogLevel =>
    level === "silent" && slowOperationMs !== undefined ? "warn" : level;
  const logger = typeof wantedLogger === "string" ? loudEnough(wantedLogger) : wantedLogger;
  const data = options.data === undefined || options.data === NO_DATA ? undefined : resolve(options.data);
  const durability = options.durability ?? "fsync";
  if (!durabilities.includes(durability)) {
    throw new TypeError(`durability '${durability}' is none of ${durabilities.join(", ")}`);
  }
  const tmpDir = options.tmpDir ?? environment.tmpDir;
  const longValueBytes = options.longValueBytes ?? environment.longValueBytes;
  const ownLogger = typeof logger === "string" ? await LevelLogger.create(logger) : undefined;
  const serverLogger = ownLogger ?? (logger as Logger);
  const certificate = options.tls === undefined ? undefined : await loadCertificate(options.tls, serverLogger);
  // (It throws before anything is open.)
  completeLimits(limits);
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
    const address = await listen(server, options, host, port);
    if (socketPath !== undefined) {
      await server.listenUnix(socketPath);
    }
    const asked = options.webPort ?? environment.webPort;
    const webFd = options.listenFds?.web;
    const listenWeb = (webPort: number): Promise<WebServer> =>
      WebServer.listen({
        server,
        ...(address.port === 0 ? { host: DEFAULT_HOST, port: 0 } : address),
        webPort,
        fd: webFd,
        isBackground: options.background ?? false,
        hostNames: options.webNames ?? [],
        pages: options.webPages === undefined ? undefined : resolve(options.webPages),
        certificate,
        ready,
      });
    let web: WebServer | undefined;
    if (webFd === undefined && asked === undefined && port !== 0) {
      // The port after ours may be somebody else's: nobody has asked for that one.
      web = await listenWeb(port + 1).catch(() => listenWeb(0));
    } else if (webFd !== undefined || asked !== false) {
      web = await listenWeb(asked === false ? 0 : (asked ?? 0));
    }
    server.webPort = web?.port;
    server.isWebEncrypted = certificate !== undefined;
    const stopped = server.stopped.then(async () => {
      await web?.close();
      await control.stop();
    });
    const stop = async ({ drainMs = 0 }: StopOptions = {}): Promise<void> => {
      if (drainMs > 0 && !server.isDraining) {
        await server.drain(drainMs);
      }
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
      get isDraining() {
        return server.isDraining;
      },
      reload: async (changes = {}) => {
        const { limits, logger: level, tls, allowKillOnClose, longValueBytes } = changes;
        await control.reload();
        // (What may be wrong comes first: then nothing is changed.)
        completeLimits(limits);
        if (longValueBytes !== undefined && !(longValueBytes >= 0)) {
          throw new TypeError(`longValueBytes is ${longValueBytes}; it must be a number of bytes from 0`);
        }
        await certificate?.reload(tls);
        if (limits !== undefined) {
          server.changeLimits(limits);
        }
        if (level !== undefined) {
          await ownLogger?.setLevel(loudEnough(level));
        }
        server.allowKillOnClose = allowKillOnClose ?? server.allowKillOnClose;
        server.longValueBytes = longValueBytes ?? server.longValueBytes;
      },
      stop,
      stopped,
      [Symbol.asyncDispose]: () => stop(),
    };
  } catch (error) {
    open();
    await server.stop();
    await control.stop();
    throw error;
  }
}

/** Where clients come in: on the sockets that were handed down, or on one of its own. */
async function listen(
  server: Server,
  { listenFds }: StartServerOptions,
  host: string,
  port: number,
): Promise<ListenAddress> {
  if (listenFds === undefined || listenFds.clients.length === 0) {
    return server.listen(host, port);
  }
  const addresses: ListenAddress[] = [];
  for (const fd of listenFds.clients) {
    addresses.push(await server.listenFd(fd));
  }
  return addresses.find((address) => address.port !== 0) ?? addresses[0]!;
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
