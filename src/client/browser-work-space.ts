import { checkConnectTimeout } from "./arguments.ts";
import { ArgumentError } from "./errors.ts";
import { ServerBase } from "./server-base.ts";
import { Session, type SessionOptions } from "./session.ts";
import { type WebSocketConstructor, WebSocketDialer } from "./web-socket-dialer.ts";
import { checkOpening, type OpenOptions, WorkspaceBase } from "./workspace-base.ts";

/** Which server, how to get in there, and what becomes of the session when its connection breaks. */
export interface ServerOptions extends SessionOptions {
  /**
   * The WebSocket of a server's web port, as `ws://host:8766/ws`. Default: that of the server which this page comes from. (A server
   * accepts no pages of other servers: it shows those in the folder of its option `--web-pages`.)
   */
  readonly url?: string | undefined;
  /**
   * What lets this program in, as `nws token create` has printed it. Default: as whoever has logged in on the pages of that server in this browser
   * (or runs it, as the server's own user on the same machine).
   */
  readonly token?: string | undefined;
  /** Default: the platform's. (Node has one from version 22 on; package `ws` brings one.) */
  readonly webSocket?: WebSocketConstructor | undefined;
  /** Most milliseconds that connecting may take. Default 10 000. */
  readonly connectTimeout?: number | undefined;
}

/** Which server, and how the workspace is opened there. */
export interface WorkspaceOptions extends ServerOptions, OpenOptions {
  /** Share this server's session instead of having one of its own. Then the options about the server do not count. */
  readonly server?: NwsServer | undefined;
}

/** A workspace on a server, for programs in a browser: see `NetWorkSpace` of the door for Node. There are no files. */
export class NetWorkSpace<Vars = Record<string, unknown>> extends WorkspaceBase<Vars> {
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
  /** Throws an ArgumentError when an option can never work; everything else is told by the operations. */
  constructor(options: ServerOptions = {}) {
    super(new Session(dialerOf(options), { ...options, label: options.label ?? "browser" }));
  }
}

function dialerOf({ url, token, webSocket, connectTimeout }: ServerOptions): WebSocketDialer {
  const where = { operation: "connect" };
  const { WebSocket: platforms, location } = globalThis as {
    readonly WebSocket?: WebSocketConstructor;
    readonly location?: { readonly protocol: string; readonly host: string };
  };
  const construct = webSocket ?? platforms;
  const timeoutMs = checkConnectTimeout(connectTimeout, where);
  if (construct === undefined) {
    throw new ArgumentError(
      "bad_arguments",
      "connect: there is no WebSocket here; give one as option webSocket",
      where,
    );
  }
  const address = url ?? (location && `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`);
  if (address === undefined || !/^wss?:\/\//.test(address)) {
    throw new ArgumentError("bad_arguments", "connect: url must begin with ws:// or wss://", where);
  }
  return new WebSocketDialer(address, construct, timeoutMs, token);
}
