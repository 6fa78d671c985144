import type { LaunchedWorker } from "../launchers/index.ts";
import type { NetWorkSpace } from "../../client/index.ts";
import type { WorkerDeath } from "../errors.ts";
import { type JoinMessage, type Mail, Variables, workerWorkspace } from "../messages.ts";
import type { Link } from "./link.ts";

/** How much of what a worker prints is kept, for errors. */
const TAIL_CHARS = 4096;
/** How long the end of a worker's process may be behind the end of its session. */
const EXIT_MS = 4000;

export interface MemberEvents {
  /** Its session has ended, or it does not answer any more. */
  lost(member: Member, reason: string): void;
}

/** One life of a worker, from when it joined. */
export class Member {
  readonly rank: number;
  readonly join: JoinMessage;
  /** What the master has started it with; undefined for workers that were started otherwise. */
  readonly launched: LaunchedWorker | undefined;
  readonly #link: Link;
  readonly #home: NetWorkSpace;
  readonly #events: MemberEvents;
  #tail = "";
  #beat: unknown;
  #beatAt = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #death: Promise<WorkerDeath> | undefined;

  constructor(rank: number, join: JoinMessage, launched: LaunchedWorker | undefined, link: Link, events: MemberEvents) {
    this.rank = rank;
    this.join = join;
    this.launched = launched;
    this.#link = link;
    this.#events = events;
    this.#home = link.home(workerWorkspace(link.nws.name, join.token));
  }

  get token(): string {
    return this.join.token;
  }

  get host(): string {
    return this.join.host;
  }

  get isAlive(): boolean {
    return this.#death === undefined;
  }

  /** How it ended; undefined while it lives. */
  get death(): Promise<WorkerDeath> | undefined {
    return this.#death;
  }

  /** The last of what it printed. */
  get output(): string {
    return this.#tail;
  }

  printed(text: string): void {
    this.#tail = (this.#tail + text).slice(-TAIL_CHARS);
  }

  /** Begins to look whether it lives. `timeoutMs`: without a heartbeat for so long it counts as lost. */
  watch(timeoutMs: number): void {
    this.#home.find(Variables.gone).catch(() => this.lose("its session ended"));
    this.#timer = setInterval(() => void this.#look(timeoutMs), Math.max(100, timeoutMs / 4));
    this.#timer.unref();
  }

  send(mail: Mail): void {
    if (this.isAlive) {
      // If it does not arrive, that is because one of the two sides has ended, which is noticed otherwise.
      this.#link.post(Variables.mail(this.token), mail).done.catch(() => undefined);
    }
  }

  /** It is lost: ends what is left of it. The second call does nothing. */
  lose(reason: string): void {
    if (this.#death !== undefined) {
      return;
    }
    clearInterval(this.#timer);
    this.#death = this.#autopsy(reason);
    // Its leases go back now.
    this.#endSession();
    void this.#home.close();
    void this.#link.nws.deleteVar(Variables.mail(this.token)).catch(() => undefined);
    this.#events.lost(this, reason);
  }

  /**
   * Its process has ended, so its session need not wait for it to come back. Once that has ended too it is lost; not before, for what it
   * has sent last comes first.
   */
  processEnded(): void {
    if (this.isAlive) {
      this.#endSession();
    }
  }

  #endSession(): void {
    const { session } = this.join;
    if (session !== undefined) {
      // That it has ended already is as good.
      this.#link.server.endSession(session).catch(() => undefined);
    }
  }

  async #look(timeoutMs: number): Promise<void> {
    let beat: unknown;
    try {
      beat = await this.#home.findTry(Variables.beat);
    } catch {
      return; // the other watch tells
    }
    if (beat !== this.#beat) {
      this.#beat = beat;
      this.#beatAt = performance.now();
    } else if (performance.now() - this.#beatAt > timeoutMs) {
      this.lose(`no sign of life for ${Math.round(timeoutMs)} ms`);
    }
  }

  async #autopsy(reason: string): Promise<WorkerDeath> {
    const { rank, host, launched } = this;
    const known = { rank, host, reason };
    if (launched === undefined) {
      return { ...known, exitCode: undefined, signal: undefined, output: this.#tail };
    }
    // It may have ended its session in an orderly way and be about to exit; whatever hangs is ended.
    const timer = setTimeout(() => launched.kill("SIGKILL"), reason.startsWith("no sign") ? 0 : EXIT_MS / 2);
    timer.unref();
    let late: NodeJS.Timeout | undefined;
    const exit = await Promise.race([
      launched.exited,
      new Promise<undefined>((resolve) => (late = setTimeout(() => resolve(undefined), EXIT_MS).unref())),
    ]);
    clearTimeout(timer);
    clearTimeout(late);
    return {
      ...known,
      exitCode: exit?.code ?? undefined,
      signal: exit?.signal ?? undefined,
      output: this.#tail === "" ? (exit?.output ?? launched.output) : this.#tail,
    };
  }
}
