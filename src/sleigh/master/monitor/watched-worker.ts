import type { MonitoredWorker } from "../../monitor.ts";
import type { Member } from "../member.ts";
import { Load } from "./load.ts";
import { shortened } from "./recent-texts.ts";

const NAME_CHARS = 64;

/** What is told about one life of a worker. */
export class WatchedWorker {
  readonly #member: Member;
  readonly #joinedAt: number;
  readonly #load: Load;
  #done = 0;
  #failed = 0;
  #endedAt: number | undefined;
  #state: MonitoredWorker["state"] = "joined";
  #reason: string | undefined;

  constructor(member: Member, now: number) {
    this.#member = member;
    this.#joinedAt = now;
    this.#load = new Load(now);
  }

  get isAlive(): boolean {
    return this.#endedAt === undefined;
  }

  returned(done: number, failed: number, began: number, ended: number): void {
    this.#done += done;
    this.#failed += failed;
    this.#load.add(began, ended);
  }

  /** It is gone; how is known a moment later, when `told` is called. */
  ended(now: number, told: () => void): void {
    this.#endedAt = now;
    this.#state = "lost";
    void this.#member.death?.then(({ reason, exitCode, signal }) => {
      this.#state = exitCode === 0 && signal === undefined ? "left" : "lost";
      this.#reason = signal === undefined ? reason : `${reason}, ended by ${signal}`;
      told();
    });
  }

  shown(now: number): MonitoredWorker {
    const { rank, host, join } = this.#member;
    const until = this.#endedAt ?? now;
    return {
      rank,
      host: shortened(host, NAME_CHARS),
      pid: join.pid,
      version: shortened(join.version, NAME_CHARS),
      runtime: shortened(join.runtime, NAME_CHARS),
      state: this.#state,
      reason: this.#reason,
      joinedAt: this.#joinedAt,
      endedAt: this.#endedAt,
      done: this.#done,
      failed: this.#failed,
      busyMs: Math.round(this.#load.totalMs),
      recentBusyShare: this.isAlive ? this.#load.recentShare(now) : 0,
      busyShare: this.#load.share(until),
    };
  }
}
