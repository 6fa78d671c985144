import { randomBytes, randomInt } from "node:crypto";
import { tmpdir } from "node:os";
import { createHistogram } from "node:perf_hooks";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { BlobStore } from "../blobs/blob-store.ts";
import { StoredBlob } from "../blobs/stored-blob.ts";
import { Space } from "../space/index.ts";
import { offeredOptions } from "../wire/options.ts";
import { ClassicSession } from "./classic-session.ts";
import type { ClientView } from "./client-view.ts";
import { Connection, type ConnectionContext } from "./connection.ts";
import type { Conversation } from "./conversation.ts";
import { Deadlines } from "./deadlines.ts";
import { FlushQueue } from "./flush-queue.ts";
import { HandshakeConversation } from "./handshake-conversation.ts";
import { completeLimits, type Limits } from "./limits.ts";
import { listenTcp, listenUnix, type Listener } from "./listeners.ts";
import { type Logger, silentLogger } from "./logger.ts";
import { isLoopback } from "./loopback.ts";
import { MemoryGauge } from "./memory-gauge.ts";
import { MultiplexedSession } from "./multiplexed-session.ts";
import type { ServerContext } from "./server-context.ts";
import { SessionRegistry } from "./session-registry.ts";
import { TurnedAway } from "./turned-away.ts";

/** Clients that are told that all connections are taken, at a time; further ones are just closed. */
const MOST_TURNED_AWAY = 64;

/** Room for requests that have not arrived whole: a quarter of the limit on memory, but at least so much. */
const LEAST_ARRIVING_BYTES = 64 * 2 ** 20;

/** When the server stops, its connections have so long to take what was said to them. */
const STOP_MS = 1000;

export interface ServerOptions {
  /** Name of the package's version, for `info`. */
  readonly version: string;
  /** Whether other machines may connect although nobody is asked who they are. Default: no. */
  readonly insecure?: boolean;
  /** Whether a client may ask that the server stops when it hangs up. Default: no. */
  readonly allowKillOnClose?: boolean;
  /** Whether it lets the program end that it runs in: neither its listeners nor its connections keep that running. Default: no. */
  readonly isBackground?: boolean;
  /** Where large values live while they are kept. Default: the system's folder for temporary files. */
  readonly tmpDir?: string;
  /** Values of more bytes than this live in files. Default: 16 MiB. */
  readonly longValueBytes?: number;
  readonly limits?: Partial<Limits>;
  /** Default: nothing is logged. */
  readonly logger?: Logger;
}

/** A workspace server: one space, and everybody who is connected to it. */
export class Server implements ServerContext, ConnectionContext {
  readonly limits: Limits;
  readonly longValueBytes: number;
  readonly allowKillOnClose: boolean;
  readonly logger: Logger;
  readonly maxUnsentBytes: number;
  readonly flushQueue = new FlushQueue();
  readonly deadlines: Deadlines;
  readonly blobs: BlobStore;
  readonly space: Space;
  readonly memory: MemoryGauge;
  readonly arriving: MemoryGauge;
  /** Done when the server has stopped, whoever asked for it. */
  readonly stopped: Promise<void>;

  /** Of requests, since it was asked for last. */
  readonly latency = createHistogram();
  readonly version: string;
  /** Told to clients in the handshake. */
  webPort: number | undefined;
  readonly #isInsecure: boolean;
  readonly #isBackground: boolean;
  readonly #runId = randomBytes(5).toString("hex");
  readonly sessions = new SessionRegistry(this.#runId);
  readonly startedAt = performance.now();
  /** Requests of those who are gone. */
  #endedOperations = 0;
  readonly #listeners: Listener[] = [];
  readonly #connections = new Map<Connection, Conversation>();
  /** Of these, those that are only told that there are too many. */
  readonly #turnedAway = new Set<Connection>();
  #stop: Promise<void> | undefined;
  #hasStopped: () => void = () => undefined;
  #whenEmpty: (() => void) | undefined;

  constructor(options: ServerOptions) {
    this.version = options.version;
    this.#isInsecure = options.insecure ?? false;
    this.#isBackground = options.isBackground ?? false;
    this.deadlines = new Deadlines(undefined, this.#isBackground);
    this.limits = completeLimits(options.limits);
    this.longValueBytes = options.longValueBytes ?? 16 * 2 ** 20;
    this.allowKillOnClose = options.allowKillOnClose ?? false;
    this.logger = options.logger ?? silentLogger;
    this.maxUnsentBytes = this.limits.maxUnsentBytes;
    this.blobs = new BlobStore({
      tmpDir: options.tmpDir ?? tmpdir(),
      maxBytes: this.limits.maxFileBytes,
      warn: (message, error) => {
        this.logger.warn({ err: error }, message);
      },
    });
    this.space = new Space({
      runId: this.#runId,
      seed: randomInt(2 ** 31),
      dropFile: (file) => {
        if (file instanceof StoredBlob) {
          file.drop();
        }
      },
      maxWaiting: this.limits.maxWaiting,
      maxMemoryBytes: this.limits.maxMemoryBytes,
      now: () => performance.now(),
    });
    this.memory = new MemoryGauge(this.limits.maxMemoryBytes, () => this.space.stats.memoryBytes);
    // (For these there is no answer but to hang up, so they have some room of their own even where memory is short.)
    this.arriving = new MemoryGauge(Math.max(LEAST_ARRIVING_BYTES, this.limits.maxMemoryBytes / 4));
    this.stopped = new Promise((resolve) => {
      this.#hasStopped = resolve;
    });
  }

  get connectionCount(): number {
    return this.#connections.size - this.#turnedAway.size;
  }

  /** Requests so far. */
  get operationCount(): number {
    let count = this.#endedOperations;
    for (const { client } of this.#connections.values()) {
      count += client?.operations ?? 0;
    }
    return count;
  }

  /** Everybody who is connected, for whoever only looks. */
  *clients(): Generator<ClientView> {
    for (const conversation of this.#connections.values()) {
      const { client } = conversation;
      if (client !== undefined && client.id !== "") {
        yield client;
      }
    }
  }

  /** Listens on a TCP port (0: a free one). An Error when others than this machine could connect and that was not asked for. */
  async listen(host: string, port: number): Promise<{ readonly host: string; readonly port: number }> {
    if (!this.#isInsecure && !isLoopback(host)) {
      throw new Error(
        `listening on ${host} lets every machine that can reach it use this server, and nobody is asked who they are; ` +
          `listen on 127.0.0.1, or allow it with the option insecure`,
      );
    }
    const listener = await listenTcp(host, port, this.#accept, { isBackground: this.#isBackground });
    this.#listeners.push(listener);
    this.logger.info(listener.address, "listening");
    return listener.address;
  }

  /** Serves a client of the multiplexed protocol whose bytes come some other way: the handshake is behind it. */
  acceptStream(stream: Duplex, peer: string): void {
    if (this.#stop !== undefined || this.connectionCount >= this.limits.maxConnections) {
      stream.destroy();
      return;
    }
    const connection = new Connection(stream, peer, this);
    const session = new MultiplexedSession(connection, this);
    connection.conversation = session;
    this.#connections.set(connection, session);
    this.logger.debug({ peer, mode: "multiplexed" }, "connected");
  }

  /** Listens on a Unix socket that only this user may use. */
  async listenUnix(path: string): Promise<void> {
    this.#listeners.push(await listenUnix(path, this.#accept, { isBackground: this.#isBackground }));
    this.logger.info({ path }, "listening");
  }

  /**
   * Stops: accepts nobody, tells those who wait, sends what was said (for a bounded time), and removes what it kept in
   * files. Values are gone. Calling it again waits for the same end.
   */
  async stop(): Promise<void> {
    this.#stop ??= this.#stopNow();
    await this.#stop;
  }

  // For the sessions

  bug(error: unknown, where: string): string {
    const id = randomBytes(4).toString("hex");
    this.logger.error({ err: error, id, where }, "internal error");
    return `internal error ${id}; the server's log says more`;
  }

  info(): string {
    const { workspaces, variables, waiting, memoryBytes, fileBytes } = this.space.stats;
    return JSON.stringify({
      version: this.version,
      pid: process.pid,
      uptimeMs: Math.round(performance.now() - this.startedAt),
      connections: this.connectionCount,
      workspaces,
      variables,
      waiting,
      memoryBytes,
      fileBytes,
      // (A limit that is Infinity is null here.)
      limits: this.limits,
    });
  }

  killed(): void {
    this.logger.info({}, "stopping, for a client that asked for it has hung up");
    void this.stop();
  }

  closed(connection: Connection): void {
    this.#endedOperations += this.#connections.get(connection)?.client?.operations ?? 0;
    this.#connections.delete(connection);
    this.#turnedAway.delete(connection);
    if (this.#connections.size === 0) {
      this.#whenEmpty?.();
    }
  }

  // Inside

  readonly #accept = (socket: Socket): void => {
    if (this.#stop !== undefined) {
      socket.destroy();
      return;
    }
    const isTooMany = this.connectionCount >= this.limits.maxConnections;
    if (isTooMany && this.#turnedAway.size >= MOST_TURNED_AWAY) {
      socket.destroy();
      return;
    }
    const connection = new Connection(socket, peerOf(socket), this);
    if (isTooMany) {
      this.#turnedAway.add(connection);
      this.logger.warn({ peer: connection.peer }, "too many connections");
    }
    const offer = offeredOptions({ allowKillOnClose: this.allowKillOnClose, webPort: this.webPort });
    const handshake = new HandshakeConversation(connection, offer, this.deadlines, (agreement) => {
      let session: Conversation;
      if (isTooMany) {
        session = new TurnedAway(connection, `${this.limits.maxConnections} clients are connected already`);
        if (agreement.mode === "classic") {
          connection.close();
        }
      } else if (agreement.mode === "classic") {
        session = new ClassicSession(connection, this, agreement);
      } else {
        session = new MultiplexedSession(connection, this);
      }
      this.#connections.set(connection, session);
      this.logger.debug({ peer: connection.peer, mode: agreement.mode }, "connected");
      return session;
    });
    connection.conversation = handshake;
    this.#connections.set(connection, handshake);
  };

  async #stopNow(): Promise<void> {
    this.logger.info({ connections: this.connectionCount }, "stopping");
    for (const listener of this.#listeners) {
      listener.close();
    }
    const all = [...this.#connections];
    // First everybody is told, then they go: so nobody gets what the end of another one's session sets free.
    for (const [, conversation] of all) {
      conversation.shutDown();
    }
    for (const [connection] of all) {
      connection.close();
    }
    await this.#emptyWithin(STOP_MS);
    for (const connection of [...this.#connections.keys()]) {
      connection.drop("the server stops");
    }
    this.deadlines.clear();
    await this.blobs.close();
    this.logger.info({}, "stopped");
    this.#hasStopped();
  }

  async #emptyWithin(ms: number): Promise<void> {
    if (this.#connections.size > 0) {
      await new Promise<void>((resolve) => {
        this.#whenEmpty = resolve;
        this.deadlines.add(ms, { expire: () => resolve() }, 0);
      });
    }
  }
}

/** Where a client is, for listings and the log. */
function peerOf(socket: Socket): string {
  const { remoteAddress, remotePort } = socket;
  return remoteAddress === undefined ? "local" : `${remoteAddress.replace(/^::ffff:(?=\d+\.)/, "")}:${remotePort ?? 0}`;
}
