import { NetWorkSpace, NwsServer, type ServerOptions } from "../../client/index.ts";
import { startEmbeddedServer } from "../embedded-server.ts";
import { SleighArgumentError, SleighStoppedError } from "../errors.ts";
import { availableCores, checkLocalWorkers, offerByHand, planWorkers, WorkerStarter } from "../launchers/index.ts";
import { type FromWorker, type JoinMessage, Variables } from "../messages.ts";
import type { SleighOptions, WorkerOutput } from "../options.ts";
import { Sealer } from "../seal.ts";
import { Link, type Warn } from "./link.ts";
import { Monitor } from "./monitor/monitor.ts";
import { Packer } from "./packer.ts";
import { ReplayLog } from "./replay-log.ts";
import { Roster } from "./roster.ts";
import { tlsForWorkers } from "./tls-for-workers.ts";
import { WorkerCrew } from "./worker-crew.ts";

const SLEIGH_TEMPLATE = "sleigh_ride_%04d";
const USER_TEMPLATE = "sleigh_user_%04d";
const MAX_ATTEMPTS = 3;
const MAX_RESTARTS = 10;
const HEARTBEAT_MS = 1000;
const HEARTBEAT_TIMEOUT_MS = 10_000;

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Everything behind a sleigh that has started: its workspaces, and who works in them. */
export class Master {
  readonly link: Link;
  readonly packer: Packer;
  readonly log: ReplayLog;
  readonly roster: Roster;
  readonly crew: WorkerCrew;
  /** Undefined when nobody is to be told. */
  readonly monitor: Monitor | undefined;
  /** The user's two workspaces have a session of their own: what the user waits for there keeps the program running. */
  readonly nws: NetWorkSpace;
  readonly userNws: NetWorkSpace;
  readonly #end: () => Promise<void>;
  readonly #stopOffer = new AbortController();

  /** Opens the workspaces and launches the workers. Rejects when that cannot be; workers that do not come up are told by the roster. */
  static async start(options: SleighOptions, warn: Warn, print: (output: WorkerOutput) => void): Promise<Master> {
    const { durability } = options;
    const plans = planWorkers(options);
    const tooMany = checkLocalWorkers(plans, options);
    if (tooMany !== undefined) {
      warn(tooMany);
    }
    const undo: (() => Promise<unknown>)[] = [];
    const end = async (): Promise<void> => {
      for (const each of undo.splice(0).reverse()) {
        await each();
      }
    };
    try {
      const { server, userServer, serverToken } = await connect(options, undo);
      const address = addressOf(server);
      const [ride, user] = await Promise.all([
        server.openTempWs(options.wsNameTemplate ?? SLEIGH_TEMPLATE, { durability }),
        userServer.openTempWs(options.userWsNameTemplate ?? USER_TEMPLATE, { durability }),
      ]);
      // Nobody else may store there: a chunk that somebody has copied cannot be given out a second time.
      await Promise.all([ride.declare(Variables.tasks, "fifo"), ride.guard(Variables.tasks)]);
      const nws = new NetWorkSpace(ride.name, { server: userServer, useUse: true });
      const key = Sealer.newKey();
      const starter = new WorkerStarter({
        sleigh: ride.name,
        server: address,
        key,
        serverToken,
        tls: tlsForWorkers(server.tls, address.host),
        durability,
      });
      undo.push(() => {
        starter.close();
        return Promise.resolve();
      });
      const link = new Link({ server, nws: ride, sealer: new Sealer(key, ride.name), warn });
      const master = new Master({ options, link, nws, userNws: user, plans, starter, warn, print, end });
      master.#run(options, starter, warn);
      return master;
    } catch (error) {
      await end();
      throw error;
    }
  }

  private constructor(parts: {
    readonly options: SleighOptions;
    readonly link: Link;
    readonly nws: NetWorkSpace;
    readonly userNws: NetWorkSpace;
    readonly plans: ReturnType<typeof planWorkers>;
    readonly starter: WorkerStarter;
    readonly warn: Warn;
    readonly print: (output: WorkerOutput) => void;
    readonly end: () => Promise<void>;
  }) {
    const { options, link, plans, starter, warn, print } = parts;
    this.link = link;
    this.nws = parts.nws;
    this.userNws = parts.userNws;
    this.#end = parts.end;
    this.packer = new Packer(link, warn);
    this.log = new ReplayLog();
    this.monitor =
      (options.monitor ?? true) ? new Monitor({ nws: link.nws, workerCount: () => this.roster.size }) : undefined;
    this.crew = new WorkerCrew({
      link,
      packer: this.packer,
      roster: () => this.roster,
      maxAttempts: options.maxAttempts ?? MAX_ATTEMPTS,
      printed: (member, message) => {
        const { rank, host } = member;
        const { stream, text } = message;
        this.monitor?.printed(member, message);
        print({ rank, host, stream, text });
      },
      returned: (member, message, first, count) => this.monitor?.returned(member, message, first, count),
      warn,
    });
    this.roster = new Roster(
      {
        link,
        plans,
        starter,
        log: this.log,
        userWs: this.userNws.name,
        heartbeatMs: options.heartbeatInterval ?? HEARTBEAT_MS,
        heartbeatTimeoutMs: options.heartbeatTimeout ?? HEARTBEAT_TIMEOUT_MS,
        maxRestarts: options.maxRestarts ?? MAX_RESTARTS,
        isOpenEnded: options.launch === "web",
        cancelledJobs: () => this.crew.overJobs,
        warn,
      },
      {
        joined: (member) => {
          this.monitor?.joined(member);
          this.crew.grown();
        },
        lost: (member) => {
          this.monitor?.lost(member);
          this.crew.lost(member);
        },
        deserted: (error) => this.crew.abandon(error),
      },
    );
  }

  /** Workers are asked to end, then made to; then the workspaces go. */
  async stop(graceMs: number): Promise<void> {
    this.#stopOffer.abort();
    this.monitor?.stop();
    this.crew.abandon(new SleighStoppedError("the sleigh was stopped before this was done"));
    await this.roster.stop(graceMs);
    await this.#end();
  }

  #run(options: SleighOptions, starter: WorkerStarter, warn: Warn): void {
    const { link, roster, crew } = this;
    const ended = (error: unknown): void => {
      crew.abandon(
        new SleighStoppedError(`the sleigh has ended: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        }),
      );
      roster.serverIsGone();
    };
    link.listen(Variables.results, (message: FromWorker) => crew.take(message)).catch(ended);
    link.listen(Variables.join, (message: JoinMessage) => roster.join(message)).catch(ended);
    roster.start();
    // While they come up there is nothing else to do, unless they have all processors.
    const ready = availableCores() > roster.size ? Promise.resolve() : roster.when(() => roster.isSettled);
    void ready.then(() =>
      setImmediate(() => {
        if (!this.#stopOffer.signal.aborted) {
          this.packer.warmUp();
        }
      }),
    );
    if (options.launch === "web") {
      offerByHand(link.nws, starter.byHand(options), { signal: this.#stopOffer.signal }).then(
        () => roster.closeGroup(),
        (error: unknown) => {
          if (!this.#stopOffer.signal.aborted) {
            warn(`the launch by hand has ended: ${String(error)}`);
          }
        },
      );
    }
  }
}

/** Two sessions with the server that was named, or with one of the sleigh's own; and with what workers log in there. */
async function connect(
  { server, nwsHost, nwsPort, tls }: SleighOptions,
  undo: (() => Promise<unknown>)[],
): Promise<{ readonly server: NwsServer; readonly userServer: NwsServer; readonly serverToken: string | undefined }> {
  let where: ServerOptions = { serverHost: nwsHost, serverPort: nwsPort, tls };
  if (server !== undefined) {
    const { host, port } = addressOf(server);
    where = { serverHost: host, serverPort: port, tls: tls ?? server.tls ?? false, token: await server.token() };
  } else if (nwsHost === undefined && nwsPort === undefined) {
    const embedded = await startEmbeddedServer();
    undo.push(() => embedded.stop());
    const token = await embedded.createToken({ name: "sleigh", role: "use" });
    where = { serverHost: embedded.host, serverPort: embedded.port, tls: false, token };
  }
  const open = (): NwsServer => {
    const connection = new NwsServer(where);
    undo.push(() => connection.close());
    return connection;
  };
  const own = open();
  return { server: own, userServer: open(), serverToken: where.token ?? (await own.token()) };
}

function addressOf({ address }: NwsServer): Address {
  const [, host, port] = /^(.+):(\d+)$/.exec(address) ?? [];
  if (host === undefined) {
    throw new SleighArgumentError(`workers cannot reach the server at '${address}': it must be a host and a port`);
  }
  return { host, port: Number(port) };
}
