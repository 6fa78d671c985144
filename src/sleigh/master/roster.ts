import type { LaunchedWorker, WorkerPlan, WorkerStarter } from "../launchers/index.ts";
import { SleighError, type WorkerDeath } from "../errors.ts";
import { type JoinMessage, newToken, Variables, type WelcomeMessage } from "../messages.ts";
import type { Link, Warn } from "./link.ts";
import { Member } from "./member.ts";
import type { ReplayLog } from "./replay-log.ts";

/** Between the death of a worker and its successor; doubled with each death soon after. */
const BACKOFF_MS = 50;
const MOST_BACKOFF_MS = 5000;
/** So long a worker that is killed may take until it is gone. */
const KILL_MS = 2000;
/** Who has lived so long has not died of being started. */
const HEALTHY_MS = 30_000;

export interface RosterOptions {
  readonly link: Link;
  readonly plans: readonly WorkerPlan[];
  readonly starter: WorkerStarter;
  readonly log: ReplayLog;
  readonly userWs: string;
  readonly heartbeatMs: number;
  readonly heartbeatTimeoutMs: number;
  /** How often in a row a worker is started again. */
  readonly maxRestarts: number;
  /** Nobody knows how many workers will come: only `closeGroup` says that all are there. */
  readonly isOpenEnded: boolean;
  readonly cancelledJobs: () => readonly number[];
  readonly warn: Warn;
}

export interface RosterEvents {
  joined(member: Member): void;
  lost(member: Member): void;
  /** No worker is left, and none is to come: what waits for one waits in vain. */
  deserted(error: Error): void;
}

/** The place of a worker: its successors have the same rank. */
interface Seat {
  readonly rank: number;
  readonly plan: WorkerPlan | undefined;
  member: Member | undefined;
  /** A worker is to come: it was launched, or will be in a moment. */
  isComing: boolean;
  launched: LaunchedWorker | undefined;
  token: string;
  timer: NodeJS.Timeout | undefined;
  deathsInARow: number;
  joinedAt: number;
}

/** Who works here: launches workers, welcomes those who join, misses those who are gone, and replaces them. */
export class Roster {
  readonly #options: RosterOptions;
  readonly #events: RosterEvents;
  readonly #seats = new Map<number, Seat>();
  readonly #lives = new Map<string, Member>();
  #isClosed = false;
  #isStopping = false;
  #lastDeath: Promise<WorkerDeath> | undefined;
  #failure: Error | undefined;
  #watchers: (() => void)[] = [];

  constructor(options: RosterOptions, events: RosterEvents) {
    this.#options = options;
    this.#events = events;
  }

  /** Launches all. */
  start(): void {
    for (const plan of this.#options.plans) {
      this.#launch(this.#addSeat(plan.rank, plan));
    }
  }

  /** Those who live, by rank. */
  get members(): Member[] {
    return [...this.#seats.values()]
      .flatMap(({ member }) => (member === undefined ? [] : [member]))
      .sort((a, b) => a.rank - b.rank);
  }

  /** Those who live or are to come. */
  get size(): number {
    return [...this.#seats.values()].filter((seat) => seat.member !== undefined || seat.isComing).length;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** One more than the highest rank that was given out. */
  get rankCount(): number {
    return Math.max(-1, ...this.#seats.keys()) + 1;
  }

  /** Whether all are there who are to come. */
  get isSettled(): boolean {
    return this.#isClosed || (!this.#options.isOpenEnded && [...this.#seats.values()].every((seat) => !seat.isComing));
  }

  /** Why a worker did not come up, if one did not. */
  get launchFailure(): Error | undefined {
    return this.#failure;
  }

  get lastDeath(): Promise<WorkerDeath> | undefined {
    return this.#lastDeath;
  }

  /** A worker, alive or not, by its token. */
  life(token: string): Member | undefined {
    return this.#lives.get(token);
  }

  /** Nobody may join any more, but for those who replace the dead. */
  closeGroup(): void {
    this.#isClosed = true;
    for (const seat of this.#seats.values()) {
      // Who never came is not waited for any longer.
      if (seat.isComing && seat.deathsInARow === 0) {
        seat.isComing = false;
        seat.launched?.kill();
      }
    }
    this.#changed();
    this.#lookForSurvivors(new SleighError("worker_lost", "the group is closed, and no worker has joined"));
  }

  /** Resolves when `until` holds; it is looked at again whenever a worker joins, fails to come, or is lost. */
  async when(until: () => boolean, signal?: AbortSignal): Promise<void> {
    while (!until() && signal?.aborted !== true) {
      await new Promise<void>((resolve) => {
        this.#watchers.push(resolve);
        signal?.addEventListener("abort", () => resolve(), { once: true });
      });
    }
  }

  join(message: JoinMessage): void {
    const seat = this.#seatFor(message);
    if (seat === undefined) {
      const refused = this.#isStopping ? "the sleigh is being stopped" : "the group of workers is closed";
      this.#welcome(message.token, { refused, rank: 0, replay: [] });
      return;
    }
    const { link, log, heartbeatTimeoutMs } = this.#options;
    const launched = seat.token === message.token ? seat.launched : undefined;
    const member = new Member(seat.rank, message, launched, link, { lost: (lost) => this.#lost(seat, lost) });
    seat.member = member;
    seat.isComing = false;
    seat.joinedAt = performance.now();
    this.#lives.set(message.token, member);
    launched?.joined();
    this.#welcome(message.token, { refused: undefined, rank: seat.rank, replay: log.for(seat.rank) });
    member.watch(heartbeatTimeoutMs);
    if (seat.plan?.local === true) {
      // (Elsewhere what was launched, ssh for one, may end before the worker does.)
      void launched?.exited.then(() => member.processEnded());
    }
    this.#countChanged(member);
    this.#events.joined(member);
    this.#changed();
  }

  /** Ends all: asks, waits, kills. */
  async stop(graceMs: number): Promise<void> {
    this.#isStopping = true;
    const ends: Promise<unknown>[] = [];
    for (const seat of this.#seats.values()) {
      clearTimeout(seat.timer);
      if (seat.isComing) {
        seat.isComing = false;
        seat.launched?.kill("SIGKILL");
      }
      seat.member?.send({ kind: "stop", graceMs });
      if (seat.launched !== undefined) {
        ends.push(seat.launched.exited);
      }
    }
    this.#changed();
    await allOrLate(ends, graceMs);
    for (const { launched } of this.#seats.values()) {
      launched?.kill("SIGKILL");
    }
    await allOrLate(ends, KILL_MS);
    for (const member of this.members) {
      member.lose("the sleigh was stopped");
    }
  }

  /** Without the server nobody can do anything, and nobody is started again. */
  serverIsGone(): void {
    this.#isStopping = true;
    for (const seat of this.#seats.values()) {
      clearTimeout(seat.timer);
      seat.isComing = false;
      seat.launched?.kill();
    }
    this.#changed();
  }

  #addSeat(rank: number, plan: WorkerPlan | undefined): Seat {
    const seat: Seat = {
      rank,
      plan,
      member: undefined,
      isComing: false,
      launched: undefined,
      token: "",
      timer: undefined,
      deathsInARow: 0,
      joinedAt: 0,
    };
    this.#seats.set(rank, seat);
    return seat;
  }

  #launch(seat: Seat): void {
    seat.isComing = true;
    seat.token = newToken();
    try {
      seat.launched = this.#options.starter.start(seat.plan!, seat.token);
      // Who waits for it keeps the program running by itself.
      seat.launched.unref();
    } catch (error) {
      this.#didNotCome(seat, error as Error);
      return;
    }
    const { token } = seat;
    seat.launched.ready.catch((error: unknown) => {
      if (seat.token === token && seat.isComing) {
        this.#didNotCome(seat, error as Error);
      }
    });
  }

  #didNotCome(seat: Seat, error: Error): void {
    seat.isComing = false;
    this.#failure = error;
    this.#options.warn(error.message);
    this.#changed();
    this.#lookForSurvivors(error);
  }

  #lost(seat: Seat, member: Member): void {
    if (seat.member !== member) {
      return;
    }
    seat.member = undefined;
    this.#lastDeath = member.death;
    if (this.#isStopping) {
      return;
    }
    const { plan } = seat;
    const isHealthy = performance.now() - seat.joinedAt > HEALTHY_MS;
    seat.deathsInARow = isHealthy ? 1 : seat.deathsInARow + 1;
    if (plan?.local === true && seat.deathsInARow <= this.#options.maxRestarts) {
      seat.isComing = true;
      const delayMs = Math.min(MOST_BACKOFF_MS, BACKOFF_MS * 2 ** (seat.deathsInARow - 1));
      seat.timer = setTimeout(() => this.#launch(seat), delayMs);
      seat.timer.unref();
    } else {
      this.#countChanged(undefined);
    }
    this.#events.lost(member);
    this.#changed();
    void member.death?.then((death) => {
      const what = `worker ${member.rank} on ${member.host} is lost (${howItDied(death)})`;
      if (!this.#isStopping) {
        this.#options.warn(seat.isComing ? `${what}; another is started in its place` : what);
      }
      this.#lookForSurvivors(new SleighError("worker_lost", `${what}; it was the last one, and none is to come`));
    });
  }

  #lookForSurvivors(error: Error): void {
    if (this.size === 0 && !this.#isStopping && (!this.#options.isOpenEnded || this.#isClosed)) {
      this.#events.deserted(error);
    }
  }

  /** The rank that it was launched for, or asks for; else the lowest that is free. */
  #seatFor({ token, rank }: JoinMessage): Seat | undefined {
    if (this.#isStopping) {
      return undefined;
    }
    const own = [...this.#seats.values()].find((seat) => seat.token === token);
    if (own !== undefined || this.#isClosed) {
      return own?.isComing === true ? own : undefined;
    }
    const isFree = (wanted: number): boolean => {
      const seat = this.#seats.get(wanted);
      return seat === undefined || (seat.member === undefined && !seat.isComing);
    };
    let free = rank !== undefined && Number.isSafeInteger(rank) && rank >= 0 && isFree(rank) ? rank : 0;
    while (!isFree(free)) {
      free += 1;
    }
    return this.#seats.get(free) ?? this.#addSeat(free, undefined);
  }

  #welcome(token: string, about: Pick<WelcomeMessage, "refused" | "rank" | "replay">): void {
    const { link, userWs, heartbeatMs, cancelledJobs } = this.#options;
    const message: WelcomeMessage = {
      kind: "welcome",
      ...about,
      workerCount: this.size,
      sleigh: link.nws.name,
      userWs,
      heartbeatMs,
      cancelled: cancelledJobs(),
    };
    link.post(Variables.welcome(token), message).done.catch(() => undefined);
  }

  #countChanged(except: Member | undefined): void {
    for (const member of this.members) {
      if (member !== except) {
        member.send({ kind: "count", workerCount: this.size });
      }
    }
  }

  #changed(): void {
    const watchers = this.#watchers;
    this.#watchers = [];
    for (const watcher of watchers) {
      watcher();
    }
  }
}

function howItDied({ reason, exitCode, signal }: WorkerDeath): string {
  return signal !== undefined
    ? `${reason}, ended by ${signal}`
    : exitCode !== undefined
      ? `${reason}, exit code ${exitCode}`
      : reason;
}

/** Done when all are, or when so much time has passed. */
async function allOrLate(all: readonly Promise<unknown>[], ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([Promise.all(all), late]);
  clearTimeout(timer);
}
