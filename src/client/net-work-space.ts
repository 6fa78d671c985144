import { checkConnectTimeout, checkPort } from "./arguments.ts";
import { ArgumentError } from "./errors.ts";
import { NodeDialer } from "./node-dialer.ts";
import { ServerBase } from "./server-base.ts";
import { Session, type SessionOptions } from "./session.ts";
import { TokenSource } from "./token-source.ts";
import { FileWorkspace } from "./file-workspace.ts";
import { completeTls, type TlsOptions, tlsSettings } from "./tls-options.ts";
import { checkOpening, type OpenOptions } from "./workspace-base.ts";

const DEFAULT_HOST = "localhost";
const DEFAULT_PORT = 8765;

const CONNECTING = { operation: "connect" };

/** Which server, how to get in there, and what becomes of the session when its connection breaks. */
export interface ServerOptions extends SessionOptions {
  /** Default: the environment variable NWS_HOST, else `localhost`. */
  readonly serverHost?: string | undefined;
  /** Default: the environment variable NWS_SERVER_PORT, else 8765. */
  readonly serverPort?: number | undefined;
  /** A Unix socket (on Windows a named pipe) instead of host and port. */
  readonly socketPath?: string | undefined;
  /**
   * What lets this program in, as `nws token create` has printed it. Default: the environment variable NWS_TOKEN. Without any: on the
   * machine where the server runs, the programs of its own user are let in as they are.
   */
  readonly token?: string | undefined;
  /** A file with the token, which only the user may read. Default: the environment variable NWS_TOKEN_FILE. */
  readonly tokenFile?: string | undefined;
  /**
   * Encrypts the connection, and connects to no other server than the one whose certificate says so. True: with what the environment
   * variables NWS_TLS_CA, NWS_TLS_CERT and NWS_TLS_KEY say, and the authorities that Node trusts. Default: what NWS_TLS says (1 or 0), else
   * whether one of these is set. A Unix socket has none.
   */
  readonly tls?: boolean | TlsOptions | undefined;
  /** Most milliseconds that connecting may take. Default 10 000. */
  readonly connectTimeout?: number | undefined;
}

/** Which server, and how the workspace is opened there. */
export interface WorkspaceOptions extends ServerOptions, OpenOptions {
  /** Share this server's session instead of having one of its own. Then the options about the server do not count. */
  readonly server?: NwsServer | undefined;
}

/**
 * A workspace on a server. It opens at once and needs no `await`: operations queue behind the opening, and if that fails they
 * reject. `Vars` maps names of variables to the types of their values: `new NetWorkSpace<{ x: number }>("table")`.
 * The program ends by itself when nothing of it is pending.
 */
export class NetWorkSpace<Vars = Record<string, unknown>> extends FileWorkspace<Vars> {
  /** The server, and this workspace's session with it. */
  readonly server: NwsServer;
  readonly #ownsServer: boolean;

  /** Throws an ArgumentError when a name or an option can never work; everything else is told by the operations. */
  constructor(name: string, options: WorkspaceOptions = {}) {
    checkOpening(name, options);
    const server = options.server ?? new NwsServer(options);
    super(name, server.session, options);
    this.server = server;
    this.#ownsServer = options.server === undefined;
  }

  override close(): Promise<void> {
    return this.#ownsServer ? this.server.close() : super.close();
  }
}

/** A server, and one session with it that several workspaces may share. It connects at once. */
export class NwsServer extends ServerBase {
  /** @internal What its connections are encrypted with; undefined: they are not. */
  readonly tls: TlsOptions | undefined;
  readonly #dialer: NodeDialer;

  /** Throws an ArgumentError when an option can never work; everything else is told by the operations. */
  constructor(options: ServerOptions = {}) {
    const dialer = dialerOf(options);
    super(new Session(dialer, { ...options, label: labelOf(options) }));
    this.#dialer = dialer;
    this.tls = options.socketPath === undefined ? completeTls(options.tls, CONNECTING) : undefined;
  }

  /** @internal The token that it has logged in with, for other programs of the same job. Undefined: with none. */
  async token(): Promise<string | undefined> {
    const { greeting, exchange } = this.session;
    await greeting;
    const credentials = await this.#dialer.credentials(exchange.connection.offer ?? new Map());
    return credentials?.token;
  }

  /** Opens a workspace: uses it, and owns it if nobody does. */
  async openWs<Vars = Record<string, unknown>>(
    name: string,
    options: Pick<OpenOptions, "create" | "persistent" | "durability"> = {},
  ): Promise<NetWorkSpace<Vars>> {
    const workspace = new NetWorkSpace<Vars>(name, { ...options, server: this });
    await workspace.opened();
    return workspace;
  }

  /** Uses a workspace and does not own it. */
  async useWs<Vars = Record<string, unknown>>(
    name: string,
    options: Pick<OpenOptions, "create"> = {},
  ): Promise<NetWorkSpace<Vars>> {
    const workspace = new NetWorkSpace<Vars>(name, { ...options, useUse: true, server: this });
    await workspace.opened();
    return workspace;
  }

  /** Makes a workspace whose name is unique on the server, and opens it. See `mktempWs`. */
  async openTempWs<Vars = Record<string, unknown>>(
    template?: string,
    options: Omit<OpenOptions, "create"> = {},
  ): Promise<NetWorkSpace<Vars>> {
    return this.openWs<Vars>(await this.mktempWs(template), { ...options, create: false });
  }
}

function dialerOf(options: ServerOptions): NodeDialer {
  const where = CONNECTING;
  const timeoutMs = checkConnectTimeout(options.connectTimeout, where);
  const { socketPath } = options;
  const tokens = new TokenSource(options);
  if (socketPath !== undefined) {
    if (options.tls !== undefined && options.tls !== false) {
      throw new ArgumentError("bad_arguments", "connect: a Unix socket has no TLS; leave out socketPath or tls", where);
    }
    return new NodeDialer({ path: socketPath }, timeoutMs, tokens);
  }
  const { NWS_HOST, NWS_SERVER_PORT } = process.env;
  const host: unknown = options.serverHost ?? (NWS_HOST === undefined || NWS_HOST === "" ? DEFAULT_HOST : NWS_HOST);
  if (typeof host !== "string" || host === "") {
    throw new ArgumentError("bad_arguments", "connect: serverHost is empty or no string", where);
  }
  const port =
    options.serverPort !== undefined || NWS_SERVER_PORT === undefined || NWS_SERVER_PORT === ""
      ? checkPort("serverPort", options.serverPort ?? DEFAULT_PORT, where)
      : checkPort("the environment variable NWS_SERVER_PORT", Number(NWS_SERVER_PORT), where);
  return new NodeDialer({ host, port, tls: tlsSettings(options.tls, where) }, timeoutMs, tokens);
}

/** What listings show of this client, unless it says something else: who, and which process. */
function labelOf(options: ServerOptions): string {
  const { USER, USERNAME } = process.env;
  const label = options.label ?? `${USER ?? USERNAME ?? "node"}:${process.pid}`;
  return label.replaceAll(/\s/g, " ");
}
