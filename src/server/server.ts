import { randomBytes, randomInt } from "node:crypto";
import { tmpdir } from "node:os";
import { createHistogram } from "node:perf_hooks";
import { join } from "node:path";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { BlobStore } from "../blobs/blob-store.ts";
import { StoredBlob } from "../blobs/stored-blob.ts";
import {
  type Clock,
  type Disk,
  type Durability,
  type Log,
  type LogSizes,
  nodeDisk,
  systemClock,
} from "../log/index.ts";
import { Space } from "../space/index.ts";
import { offeredOptions } from "../wire/options.ts";
import { AddressLimits } from "./address-limits.ts";
import { ArrivingRoom } from "./arriving-room.ts";
import { ClassicSession } from "./classic-session.ts";
import type { ClientView } from "./client-view.ts";
import type { ConnectionContext } from "./connection-context.ts";
import { Connection } from "./connection.ts";
import { Deadlines } from "./deadlines.ts";
import { FlushQueue } from "./flush-queue.ts";
import { Greeting } from "./greeting.ts";
import { HandshakeConversation } from "./handshake-conversation.ts";
import { VALUES_FOLDER } from "./journal/data-maintenance.ts";
import { JournalWriter } from "./journal/journal-writer.ts";
import { nameOfBlob, openJournal } from "./journal/open-journal.ts";
import { KeptSessions } from "./kept-sessions.ts";
import { completeLimits, type Limits } from "./limits.ts";
import { listenTcp, listenUnix, type Listener } from "./listeners.ts";
import { type Logger, silentLogger } from "./logger.ts";
import { isLoopback } from "./loopback.ts";
import { MemoryGauge } from "./memory-gauge.ts";
import { Dependence, ReplyGate } from "./reply-gate.ts";
import { isUnlimited, Quota } from "./quota.ts";
import type { ServerContext } from "./server-context.ts";
import { SessionRegistry } from "./session-registry.ts";
import { SlowClients } from "./slow-clients.ts";
import { Turns } from "./turns.ts";

/** Clients that are told that all connections are taken, at a time; further ones are just closed. */
const MOST_TURNED_AWAY = 64;

/** Room for requests that have not arrived whole: a quarter of the limit on memory, but at least so much. */
const LEAST_ARRIVING_BYTES = 64 * 2 ** 20;

/** When the server stops, its connections have so long to take what was said to them. */
const STOP_MS = 1000;

/** Where persistent workspaces are kept, and how safe a change must be before anybody is told of it. */
export interface DataOptions {
  readonly folder: string;
  readonly durability: Durability;
  /** For the log; large values are always in Node's file system. Default: that, too. */
  readonly disk?: Disk;
  readonly logSizes?: LogSizes;
}

export interface ServerOptions {
  /** Name of the package's version, for `info`. */
  readonly version: string;
  /** Whether other machines may connect although nobody is asked who they are. Default: no. */
  readonly insecure?: boolean;
  /** Whether a client may ask that the server stops when it hangs up. Default: no. */
  readonly allowKillOnClose?: boolean;
  /** Whether it lets the program end that it runs in: neither its listeners nor its connections keep that running. Default: no. */
  readonly isBackground?: boolean;
  /** Keeps persistent workspaces in a folder; then `load` is to be called. Default: nothing is kept. */
  readonly data?: DataOptions;
  /** Where large values live, unless `data` is given. Default: the system's folder for temporary files. */
  readonly tmpDir?: string;
  /** Values of more bytes than this live in files. Default: 16 MiB. */
  readonly longValueBytes?: number;
  readonly limits?: Partial<Limits>;
  /** Default: nothing is logged. */
  readonly logger?: Logger;
  /** For all that happens in its time. (What is only shown or measured is in the time of `performance.now()`.) Default: the system's. */
  readonly clock?: Clock;
  /** Where the pseudo-random orders of `multi` variables begin. Default: at random. */
  readonly seed?: number;
}

/** A workspace server: one space, and everybody who is connected to it. */
export class Server implements ServerContext, ConnectionContext {
  readonly limits: Limits;
  readonly longValueBytes: number;
  readonly allowKillOnClose: boolean;
  readonly logger: Logger;
  readonly maxUnsentBytes: number;
  readonly flushQueue: FlushQueue;
  readonly deadlines: Deadlines;
  readonly turns: Turns;
  readonly slowClients: SlowClients;
  readonly blobs: BlobStore;
  readonly space: Space;
  readonly memory: MemoryGauge;
  readonly arriving: ArrivingRoom;
  readonly gate: ReplyGate | undefined;
  readonly keptSessions: KeptSessions | undefined;
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
  readonly #connections = new Set<Connection>();
  /** Of these, those that are only told that there are too many. */
  readonly #turnedAway = new Set<Connection>();
  readonly #addresses: AddressLimits;
  /** Where sessions have no limits of their own: all have this one. */
  readonly #noQuota: Quota | undefined;
  readonly #clock: Clock;
  readonly #data: DataOptions | undefined;
  readonly #journal: JournalWriter | undefined;
  #log: Log | undefined;
  /** Accepted while the data are being loaded. */
  #early: Socket[] | undefined;
  #stop: Promise<void> | undefined;
  #hasStopped: () => void = () => undefined;
  #whenEmpty: (() => void) | undefined;

  constructor(options: ServerOptions) {
    this.version = options.version;
    this.#isInsecure = options.insecure ?? false;
    this.#isBackground = options.isBackground ?? false;
    const clock = options.clock ?? systemClock;
    this.#clock = clock;
    this.flushQueue = new FlushQueue(clock);
    this.deadlines = new Deadlines(clock, this.#isBackground);
    this.turns = new Turns(clock, this.flushQueue);
    this.limits = completeLimits(options.limits);
    this.longValueBytes = options.longValueBytes ?? 16 * 2 ** 20;
    this.allowKillOnClose = options.allowKillOnClose ?? false;
    this.logger = options.logger ?? silentLogger;
    this.slowClients = new SlowClients(this.limits, this.deadlines, () => clock.now());
    this.#noQuota = isUnlimited(this.limits) ? new Quota(this.limits, () => clock.now()) : undefined;
    this.#addresses = new AddressLimits(this.limits, () => clock.now());
    this.maxUnsentBytes = this.limits.maxUnsentBytes;
    const data = options.data;
    this.#data = data;
    this.#early = data && [];
    const journal = data && new JournalWriter(data.durability, nameOfBlob);
    this.#journal = journal;
    this.gate = journal && new ReplyGate(journal);
    this.blobs = new BlobStore({
      ...(data !== undefined && {
        kept: {
          folder: join(data.folder, VALUES_FOLDER),
          prefix: this.#runId,
          whenSafe: (act) => journal!.whenDurable(act),
        },
      }),
      tmpDir: options.tmpDir ?? tmpdir(),
      maxBytes: this.limits.maxFileBytes,
      warn: (message, error) => {
        this.logger.warn({ err: error }, message);
      },
    });
    this.space = new Space({
      runId: this.#runId,
      seed: options.seed ?? randomInt(2 ** 31),
      dropFile: (file) => {
        if (file instanceof StoredBlob) {
          file.drop();
        }
      },
      maxWaiting: this.limits.maxWaiting,
      maxMemoryBytes: this.limits.maxMemoryBytes,
      now: () => performance.now(),
      ...(journal !== undefined && { journal }),
    });
    this.keptSessions = journal && new KeptSessions(journal, this.deadlines, (member) => this.space.end(member));
    this.memory = new MemoryGauge(this.limits.maxMemoryBytes, () => this.space.stats.memoryBytes);
    // (For these there is no answer but to hang up, so they have some room of their own even where memory is short.)
    this.arriving = new ArrivingRoom(Math.max(LEAST_ARRIVING_BYTES, this.limits.maxMemoryBytes / 4));
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
    for (const { client } of this.#connections) {
      count += client?.operations ?? 0;
    }
    return count;
  }

  /** Everybody who is connected, for whoever only looks. */
  *clients(): Generator<ClientView> {
    for (const { client } of this.#connections) {
      if (client !== undefined) {
        yield client;
      }
    }
  }

  /** Serves a client whose bytes come some other way than over a socket that was accepted here. */
  acceptStream(stream: Duplex, peer: string): void {
    if (this.#early !== undefined) {
      stream.destroy();
    } else {
      this.#serve(stream, peer);
    }
  }

  /**
   * Fills the space with what the data folder has. Who connects before that waits. Throws a `LogError` when the folder cannot be used.
   */
  async load(): Promise<void> {
    const data = this.#data;
    const writer = this.#journal;
    if (data === undefined || writer === undefined) {
      this.logger.info({}, "no data folder: persistent workspaces end with this server");
      return;
    }
    const { logger, space, blobs } = this;
    const startedAt = performance.now();
    const { folder, disk = nodeDisk(), logSizes = {} } = data;
    const warn = (message: string, error: unknown): void => logger.warn({ err: error, folder }, message);
    const place = { folder, disk, clock: this.#clock, ...logSizes };
    const { log, notes, sessions, snapshot } = await openJournal({ ...place, space, writer, blobs, warn });
    const keptSessions = this.keptSessions!;
    this.#log = log;
    keptSessions.await(sessions);
    // (The first may be taken at once.)
    log.keepSnapshots(() => snapshot(keptSessions.all()));
    for (const note of notes) {
      logger.warn({ folder }, note);
    }
    const ms = Math.round(performance.now() - startedAt);
    logger.info({ folder, durability: data.durability, ms, memoryBytes: space.stats.memoryBytes }, "data loaded");
    const early = this.#early ?? [];
    this.#early = undefined;
    early.forEach(this.#accept);
  }

  /** Resolves when what was changed by now is as safe as was promised, in each workspace. Rejects when it cannot be. */
  async kept(): Promise<void> {
    const { gate } = this;
    if (gate !== undefined) {
      const need = gate.needOf(Dependence.all);
      if (!gate.isOpenFor(need)) {
        await new Promise<void>((resolve, reject) => {
          const waiting = {
            release: (): void => {
              if (gate.isOpenFor(need)) {
                gate.remove(waiting);
                resolve();
              }
            },
            drop: (reason: string): void => {
              gate.remove(waiting);
              reject(new Error(reason));
            },
          };
          gate.add(waiting);
        });
      }
    }
  }

  /** The folder of persistent workspaces; undefined when they are not kept. */
  get dataFolder(): string | undefined {
    return this.#data?.folder;
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

  /** Listens on a Unix socket that only this user may use. */
  async listenUnix(path: string): Promise<void> {
    this.#listeners.push(await listenUnix(path, this.#accept, { isBackground: this.#isBackground }));
    this.logger.info({ path }, "listening");
  }

  /**
   * Stops: accepts nobody, tells those who wait, sends what was said (for a bounded time), makes what is persistent durable, and removes
   * what else it had in files. Other values are gone. Calling it again waits for the same end.
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

  newQuota(): Quota {
    return this.#noQuota ?? new Quota(this.limits, () => this.#clock.now());
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
    this.#endedOperations += connection.endedOperations;
    this.#connections.delete(connection);
    if (!this.#turnedAway.delete(connection)) {
      this.#addresses.ended(connection.peer);
    }
    if (this.#connections.size === 0) {
      this.#whenEmpty?.();
    }
  }

  // Inside

  readonly #accept = (socket: Socket): void => {
    if (this.#early !== undefined && this.#stop === undefined) {
      this.#early.push(socket);
    } else {
      this.#serve(socket, peerOf(socket));
    }
  };

  #serve(stream: Duplex, peer: string): void {
    if (this.#stop !== undefined || !this.#addresses.mayConnect(peer)) {
      stream.destroy();
      return;
    }
    const isAddressFull = this.#addresses.isFull(peer);
    const isTooMany = isAddressFull || this.connectionCount >= this.limits.maxConnections;
    if (isTooMany && this.#turnedAway.size >= MOST_TURNED_AWAY) {
      stream.destroy();
      return;
    }
    const connection = new Connection(stream, peer, this);
    if (isTooMany) {
      this.#turnedAway.add(connection);
      this.logger.warn({ peer: connection.peer }, "too many connections");
    } else {
      this.#addresses.began(peer);
    }
    const offer = offeredOptions({ allowKillOnClose: this.allowKillOnClose, webPort: this.webPort });
    const handshake = new HandshakeConversation(connection, offer, this.deadlines, (agreement) => {
      this.logger.debug({ peer: connection.peer, mode: agreement.mode }, "connected");
      const refusal = isTooMany ? this.#tooMany(isAddressFull) : undefined;
      if (agreement.mode === "multiplexed") {
        return new Greeting(connection, this, refusal);
      }
      if (isTooMany) {
        connection.close();
        return undefined;
      }
      return new ClassicSession(connection, this, agreement);
    });
    connection.conversation = handshake;
    this.#connections.add(connection);
  }

  #tooMany(isAddressFull: boolean): string {
    const { maxAddressConnections, maxConnections } = this.limits;
    return isAddressFull
      ? `${maxAddressConnections} clients are connected already from this address`
      : `${maxConnections} clients are connected already`;
  }

  async #stopNow(): Promise<void> {
    this.logger.info({ connections: this.connectionCount }, "stopping");
    for (const listener of this.#listeners) {
      listener.close();
    }
    const all = [...this.#connections];
    // First everybody is told, then they go: so nobody gets what the end of another one's session sets free.
    for (const connection of all) {
      connection.shutDown();
    }
    for (const connection of all) {
      connection.close();
    }
    await this.#emptyWithin(STOP_MS);
    for (const connection of [...this.#connections]) {
      connection.drop("the server stops");
    }
    this.#early?.forEach((socket) => socket.destroy());
    this.deadlines.clear();
    await this.#closeLog();
    await this.blobs.close();
    this.logger.info({}, "stopped");
    this.#hasStopped();
  }

  async #closeLog(): Promise<void> {
    try {
      await this.#log?.close();
    } catch (error) {
      this.logger.error({ err: error }, "not all that was changed could be kept; nobody was told that it was");
    }
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
