import { randomBytes, randomInt } from "node:crypto";
import { tmpdir } from "node:os";
import { createHistogram } from "node:perf_hooks";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { BlobStore } from "../blobs/blob-store.ts";
import { StoredBlob } from "../blobs/stored-blob.ts";
import {
  type Clock,
  type Disk,
  type Durability,
  type Log,
  type LogSizes,
  type LogStats,
  nodeDisk,
  systemClock,
} from "../log/index.ts";
import { Space, type SpaceLimits } from "../space/index.ts";
import { Access } from "./access/access.ts";
import { AccessList } from "./access/access-list.ts";
import type { Peer } from "./access/peer.ts";
import type { Principal } from "./access/principal.ts";
import { Standing } from "./access/standing.ts";
import { ArrivingRoom } from "./arriving-room.ts";
import { type Audit, auditInLog } from "./audit.ts";
import type { ClientView } from "./client-view.ts";
import type { ConnectionContext } from "./connection-context.ts";
import type { Connection } from "./connection.ts";
import { Connections } from "./connections.ts";
import { Deadlines } from "./deadlines.ts";
import { Expiry } from "./expiry.ts";
import { FlushQueue } from "./flush-queue.ts";
import { VALUES_FOLDER } from "./journal/data-maintenance.ts";
import { JournalWriter } from "./journal/journal-writer.ts";
import { nameOfBlob, openJournal } from "./journal/open-journal.ts";
import { KeptSessions } from "./kept-sessions.ts";
import { completeLimits, type Limits } from "./limits.ts";
import { type ListenAddress, listenFd, listenTcp, listenUnix, type Listener } from "./listeners.ts";
import { type Logger, silentLogger } from "./logger.ts";
import { isLoopback } from "./loopback.ts";
import { MemoryGauge } from "./memory-gauge.ts";
import { Dependence, ReplyGate } from "./reply-gate.ts";
import { isUnlimited, NO_QUOTA, Quota } from "./quota.ts";
import type { ServerContext } from "./server-context.ts";
import { isWaitingServed, Readiness } from "./readiness.ts";
import { Reception } from "./reception.ts";
import { SessionRegistry } from "./session-registry.ts";
import { SlowClients } from "./slow-clients.ts";
import { SlowOperations } from "./slow-operations.ts";
import { type NotLetInReason, Tally } from "./tally.ts";
import type { ServerCertificate } from "./tls/server-certificate.ts";
import { Turns } from "./turns.ts";

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
  /** Who is let in. Default: who runs as this process's user on this machine, where the system tells. */
  readonly access?: Access;
  /** Clients are known by tokens and certificates alone, not by whose process is at the other end: that may be a tunnel's. Default: no. */
  readonly tokensOnly?: boolean;
  /** The TCP port takes TLS, too, with this. Default: it does not. */
  readonly certificate?: ServerCertificate | undefined;
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
  /** Operations whose handling takes so many milliseconds or longer are logged. Default: none is. */
  readonly slowOperationMs?: number;
  /** Default: nothing is logged. */
  readonly logger?: Logger;
  /** Is told who does what. Default: the log is. */
  readonly audit?: Audit;
  /** For all that happens in its time. (What is only shown or measured is in the time of `performance.now()`.) Default: the system's. */
  readonly clock?: Clock;
  /** Where the pseudo-random orders of `multi` variables begin. Default: at random. */
  readonly seed?: number;
}

/** The log of persistent workspaces, for whoever only looks. */
export interface LogView {
  readonly stats: LogStats;
  /** Appended and not given to the disk. */
  readonly pendingBytes: number;
  /** How long the write under way has taken; 0 when there is none. */
  readonly stalledMs: number;
  /** There is no room on the disk: what makes the log longer is refused. */
  readonly isFull: boolean;
  /** Why nothing more can be kept, if so: it stays like that. */
  readonly failure: Error | undefined;
}

/** A workspace server: one space, and everybody who is connected to it. */
export class Server implements ServerContext, ConnectionContext {
  readonly access: Access;
  /** As they are now: whoever looks at them looks here each time, and nobody keeps a copy, unless it is to hold for one session alone. */
  readonly limits: Limits;
  longValueBytes: number;
  allowKillOnClose: boolean;
  readonly logger: Logger;
  readonly audit: Audit;
  readonly flushQueue: FlushQueue;
  readonly deadlines: Deadlines;
  readonly turns: Turns;
  readonly slowClients: SlowClients;
  readonly blobs: BlobStore;
  readonly space: Space;
  readonly memory: MemoryGauge;
  readonly arriving: ArrivingRoom;
  readonly tally = new Tally();
  readonly slow: SlowOperations | undefined;
  readonly readiness = new Readiness();
  readonly gate: ReplyGate | undefined;
  readonly keptSessions: KeptSessions | undefined;
  /** Done when the server has stopped, whoever asked for it. */
  readonly stopped: Promise<void>;

  /** Of requests, since it was asked for last. */
  readonly latency = createHistogram();
  readonly version: string;
  /** Told to clients in the handshake. */
  webPort: number | undefined;
  /** So is this: whether its web interface is reached by https. */
  isWebEncrypted = false;
  readonly #isBackground: boolean;
  readonly #hasTls: boolean;
  readonly #runId = randomBytes(5).toString("hex");
  readonly sessions = new SessionRegistry(this.#runId);
  readonly startedAt = performance.now();
  readonly #listeners: Listener[] = [];
  readonly #connections: Connections;
  readonly #reception: Reception;
  /** Where sessions have no limits of their own: all have this one. */
  readonly #noQuota: Quota;
  readonly #clock: Clock;
  readonly #expiry: Expiry;
  readonly #data: DataOptions | undefined;
  readonly #journal: JournalWriter | undefined;
  #log: Log | undefined;
  readonly #standing: Standing;
  #stop: Promise<void> | undefined;
  #isDraining = false;
  #hasStopped: () => void = () => undefined;

  constructor(options: ServerOptions) {
    this.version = options.version;
    this.access = options.access ?? new Access({ list: new AccessList() });
    this.#isBackground = options.isBackground ?? false;
    const clock = options.clock ?? systemClock;
    this.#clock = clock;
    this.flushQueue = new FlushQueue(clock);
    this.deadlines = new Deadlines(clock, this.#isBackground);
    this.#standing = new Standing(this.deadlines, () => this.recheckAccess());
    this.turns = new Turns(clock, this.flushQueue);
    this.limits = completeLimits(options.limits);
    this.longValueBytes = options.longValueBytes ?? 16 * 2 ** 20;
    this.allowKillOnClose = options.allowKillOnClose ?? false;
    this.logger = options.logger ?? silentLogger;
    this.audit = options.audit ?? auditInLog(this.logger);
    const { slowOperationMs } = options;
    this.slow =
      slowOperationMs === undefined ? undefined : new SlowOperations(slowOperationMs, this.logger, () => clock.now());
    this.#hasTls = options.certificate !== undefined;
    this.slowClients = new SlowClients(this.limits, this.deadlines, () => clock.now());
    this.#noQuota = new Quota(NO_QUOTA, () => clock.now());
    this.#connections = new Connections(this.limits, this.tally, () => clock.now());
    const data = options.data;
    this.#data = data;
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
      maxBytes: () => this.limits.maxFileBytes,
      warn: (message, error) => {
        this.logger.warn({ err: error }, message);
      },
    });
    const expiry = new Expiry(clock, this.deadlines, (now) => this.#expireDue(now));
    this.#expiry = expiry;
    this.space = new Space({
      runId: this.#runId,
      seed: options.seed ?? randomInt(2 ** 31),
      dropFile: (file) => {
        if (file instanceof StoredBlob) {
          file.drop();
        }
      },
      ...spaceLimits(this.limits),
      wallNow: expiry.wallNow,
      onExpiry: (at) => expiry.plan(at),
      now: () => performance.now(),
      ...(journal !== undefined && { journal }),
    });
    this.keptSessions = journal && new KeptSessions(journal, this.deadlines, (member) => this.space.end(member));
    this.memory = new MemoryGauge(this.limits.maxMemoryBytes, () => this.space.stats.memoryBytes);
    // (For these there is no answer but to hang up, so they have some room of their own even where memory is short.)
    this.arriving = new ArrivingRoom(arrivingBytes(this.limits));
    this.#reception = new Reception({
      context: this,
      connections: this.#connections,
      entrance: options.certificate?.entrance({ deadlines: this.deadlines, logger: this.logger }),
      tokensOnly: options.tokensOnly ?? false,
      isLoading: data !== undefined,
      web: this,
    });
    this.#watchReadiness();
    this.stopped = new Promise((resolve) => {
      this.#hasStopped = resolve;
    });
  }

  get maxUnsentBytes(): number {
    return this.limits.maxUnsentBytes;
  }

  /**
   * Sets limits: `given`, and the defaults for the rest. They hold from now on; those of one session or connection hold for the ones that begin
   * from now on. What is over a limit now stays. Throws as `completeLimits` does.
   */
  changeLimits(given: Partial<Limits>): void {
    const limits: Limits = Object.assign(this.limits, completeLimits(given));
    this.memory.maxBytes = limits.maxMemoryBytes;
    this.arriving.maxBytes = arrivingBytes(limits);
    this.space.changeLimits(spaceLimits(limits));
  }

  get connectionCount(): number {
    return this.#connections.count;
  }

  /** Requests so far. */
  get operationCount(): number {
    return this.#connections.operationCount;
  }

  /** Bytes of requests so far, and bytes said to clients, of all connections. */
  get traffic(): { readonly bytesIn: number; readonly bytesOut: number } {
    return this.#connections.traffic;
  }

  /** What the log has done; undefined: there is none, or not yet. */
  get log(): LogView | undefined {
    const log = this.#log;
    const journal = this.#journal;
    return (
      log &&
      journal && {
        stats: log.stats,
        pendingBytes: log.pendingBytes,
        stalledMs: log.stalledMs,
        isFull: log.isFull || (journal.isBehind && journal.failure === undefined),
        failure: journal.failure,
      }
    );
  }

  /** Everybody who is connected, for whoever only looks. */
  clients(): Iterable<ClientView> {
    return this.#connections.clients();
  }

  /** Serves a client whose bytes come some other way than over a socket that was accepted here. */
  acceptStream(stream: Duplex, peer: Peer): void {
    this.#reception.enterByStream(stream, peer);
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
    const { slow } = this;
    if (slow !== undefined) {
      log.onWritten = (ms, bytes) => slow.noteWrite(ms, bytes);
    }
    keptSessions.await(sessions);
    // (The first may be taken at once.)
    log.keepSnapshots(() => snapshot(keptSessions.all()));
    for (const note of notes) {
      logger.warn({ folder }, note);
    }
    const ms = Math.round(performance.now() - startedAt);
    logger.info({ folder, durability: data.durability, ms, memoryBytes: space.stats.memoryBytes }, "data loaded");
    this.#reception.open();
  }

  /** Sends away everybody who may not do any more what he might when he came. Returns when the time of the others is over. */
  recheckAccess(): number[] {
    const expiries: number[] = [];
    for (const connection of this.#connections.all()) {
      const { principal } = connection;
      if (principal !== undefined && !this.access.isStillGood(principal)) {
        connection.drop(`what let '${principal.name}' in was taken back, or has expired`);
      } else if (principal?.expiresAt !== undefined) {
        expiries.push(principal.expiresAt);
      }
    }
    return expiries;
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

  /** Listens on a TCP port (0: a free one). An Error when other machines could connect and nothing keeps what they say from being read on the way. */
  async listen(host: string, port: number): Promise<{ readonly host: string; readonly port: number }> {
    if (!isLoopback(host)) {
      this.access.checkListening(host, this.#hasTls);
    }
    const listener = await listenTcp(host, port, this.#reception.enter, { isBackground: this.#isBackground });
    this.#listeners.push(listener);
    this.logger.info(listener.address, "listening");
    return listener.address;
  }

  /** Listens on a Unix socket that only this user may use. */
  async listenUnix(path: string): Promise<void> {
    this.#listeners.push(
      await listenUnix(path, this.#reception.enterByUnixSocket, { isBackground: this.#isBackground }),
    );
    this.logger.info({ path }, "listening");
  }

  /**
   * Listens on a socket that somebody else has opened and handed down as this file descriptor. For one that is a Unix socket, whoever may open
   * it is this user: an Error when that is everybody.
   */
  async listenFd(fd: number): Promise<ListenAddress> {
    const ways = { tcp: this.#reception.enter, unix: this.#reception.enterByUnixSocket };
    const listener = await listenFd(fd, ways, { isBackground: this.#isBackground });
    this.#listeners.push(listener);
    const { address } = listener;
    if (address.port !== 0 && !isLoopback(address.host)) {
      this.access.checkListening(address.host, this.#hasTls);
    }
    this.logger.info({ ...address, fd }, "listening");
    return address;
  }

  /** Whether it takes no new clients any more: it waits for those that are there to leave, or stops. */
  get isDraining(): boolean {
    return this.#isDraining || this.#stop !== undefined;
  }

  /**
   * Takes no new clients. Resolves when those that are there have left, after so many milliseconds, or when somebody stops the server, which this
   * does not. The web interface goes on.
   */
  async drain(ms: number): Promise<void> {
    if (this.#stop !== undefined) {
      return;
    }
    this.#isDraining = true;
    this.logger.info({ connections: this.connectionCount, ms }, "draining");
    this.#closeListeners();
    this.#reception.drain();
    await this.#connections.emptyWithin(ms, this.deadlines);
  }

  /**
   * Stops: accepts nobody, tells those who wait, sends what was said (for a bounded time), makes what is persistent durable, and removes
   * what else it had in files. Other values are gone. Calling it again waits for the same end.
   */
  async stop(): Promise<void> {
    if (this.#stop === undefined) {
      // (Whoever is told that it stops may call this.)
      this.#stop = this.stopped;
      this.#stop = this.#stopNow();
    }
    await this.#stop;
  }

  // For the sessions

  bug(error: unknown, where: string): string {
    const id = randomBytes(4).toString("hex");
    this.logger.error({ err: error, id, where }, "internal error");
    return `internal error ${id}; the server's log says more`;
  }

  newQuota({ tokenQuota }: Connection): Quota {
    const own = (): Quota =>
      isUnlimited(this.limits) ? this.#noQuota : new Quota(this.limits, () => this.#clock.now());
    return tokenQuota ?? own();
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
      residentBytes: process.memoryUsage.rss(),
      operations: this.operationCount,
      // How long its event loop has been at work. (Who asks twice knows how busy it was in between.)
      busyMs: Math.round(performance.eventLoopUtilization().active),
      // (A limit that is Infinity is null here.)
      limits: this.limits,
    });
  }

  letIn(connection: Connection, principal: Principal): void {
    connection.letIn(principal, this.#connections.known(connection, principal));
    this.logger.debug({ peer: connection.peer.name, user: principal.name, role: principal.role }, "let in");
    if (principal.expiresAt !== undefined) {
      this.#standing.note(principal.expiresAt);
    }
  }

  refusesAnother(principal: Principal): string | undefined {
    return this.#connections.refusesAnother(principal);
  }

  notLetIn(peer: Peer, reason: NotLetInReason, message: string): void {
    this.tally.notLetIn.add(reason);
    this.logger.warn({ peer: peer.name, reason: message }, "not let in");
    this.audit.note({ who: undefined, from: peer.name, act: "refused to come in", on: {} });
  }

  killed(peer: Peer, principal: Principal | undefined): void {
    if (this.#stop !== undefined) {
      return;
    }
    this.logger.info({ peer: peer.name }, "stopping, for a client that asked for it has hung up");
    this.audit.note({ who: principal, from: peer.name, act: "stop server", on: {} });
    void this.stop();
  }

  closed(connection: Connection): void {
    this.#connections.remove(connection);
  }

  // Inside

  #watchReadiness(): void {
    const { readiness } = this;
    readiness.add(() => (this.#reception.isLoading && this.#stop === undefined ? "starting" : undefined));
    readiness.add(() => (this.#stop !== undefined ? "stopping" : this.#isDraining ? "draining" : undefined));
    readiness.add(() => {
      const { log } = this;
      return log?.failure !== undefined ? "log_failed" : log?.isFull === true ? "disk_full" : undefined;
    });
    readiness.add(async () => {
      const canSay = !this.#reception.isLoading && this.#stop === undefined;
      return !canSay || (await isWaitingServed(this.space)) ? undefined : "waiting_not_served";
    });
  }

  #expireDue(now: number): void {
    try {
      this.space.expireDue(now);
    } catch (error) {
      this.bug(error, "the end of values or workspaces");
    }
  }

  async #stopNow(): Promise<void> {
    this.logger.info({ connections: this.connectionCount }, "stopping");
    this.#closeListeners();
    this.#reception.close();
    this.#connections.stopWaiting();
    const all = this.#connections.all();
    // First everybody is told, then they go: so nobody gets what the end of another one's session sets free.
    for (const connection of all) {
      connection.shutDown();
    }
    for (const connection of all) {
      connection.close();
    }
    await this.#connections.emptyWithin(STOP_MS, this.deadlines);
    for (const connection of this.#connections.all()) {
      connection.drop("the server stops");
    }
    this.#expiry.close();
    this.deadlines.clear();
    await this.#closeLog();
    await this.blobs.close();
    this.logger.info({}, "stopped");
    this.#hasStopped();
  }

  #closeListeners(): void {
    for (const listener of this.#listeners.splice(0)) {
      listener.close();
    }
  }

  async #closeLog(): Promise<void> {
    try {
      await this.#log?.close();
    } catch (error) {
      this.logger.error({ err: error }, "not all that was changed could be kept; nobody was told that it was");
    }
  }
}

function arrivingBytes({ maxMemoryBytes }: Limits): number {
  return Math.max(LEAST_ARRIVING_BYTES, maxMemoryBytes / 4);
}

function spaceLimits({ maxWaiting, maxMemoryBytes, maxWorkspaces, maxVariables, maxIdleMs }: Limits): SpaceLimits {
  return { maxWaiting, maxMemoryBytes, maxWorkspaces, maxVariables, maxIdleMs };
}
