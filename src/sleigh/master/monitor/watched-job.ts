import type { Work } from "../../backend.ts";
import type { MonitoredJob } from "../../monitor.ts";
import { CallJob } from "../call-job.ts";
import type { Failed, Job } from "../job.ts";
import { shortened } from "./recent-texts.ts";

const NAME_CHARS = 80;
/** The rate is that of so long. */
const RATE_MS = 10_000;

/** What is told about a call. It is asked for its numbers when they are to be told, so that they cost nothing as they change. */
export class WatchedJob {
  readonly number: number;
  readonly #kind: MonitoredJob["kind"];
  readonly #name: string;
  readonly #startedAt: number;
  /** Undefined when it has ended: it has the results of its tasks, and they should not stay for this. */
  #job: Job | undefined;
  #last: MonitoredJob | undefined;
  #failuresSeen = 0;
  /** Tasks that were settled at a time, oldest first; the first is the last before the time that the rate is of. */
  readonly #samples: { readonly at: number; readonly settled: number }[];

  constructor(job: Job, work: Work, now: number) {
    this.number = job.number;
    this.#job = job;
    this.#kind = job instanceof CallJob ? "call" : "tasks";
    this.#name = shortened(typeof work === "string" ? work : work.name, NAME_CHARS);
    this.#startedAt = now;
    this.#samples = [{ at: now, settled: 0 }];
  }

  get hasEnded(): boolean {
    return this.#job === undefined;
  }

  /** Its tasks that failed since this was called last, at most the last `most` of them. */
  newFailures(most: number): Failed[] {
    const failures = this.#job?.failures ?? [];
    const fresh = failures.slice(Math.max(this.#failuresSeen, failures.length - most));
    this.#failuresSeen = failures.length;
    return fresh;
  }

  ended(state: "done" | "failed", now: number): void {
    this.#last = this.#shown(state, now);
    this.#job = undefined;
  }

  shown(now: number): MonitoredJob {
    return this.#last ?? this.#shown("running", now);
  }

  #shown(state: MonitoredJob["state"], now: number): MonitoredJob {
    const { done, failed, submitted, total } = this.#job!.progress;
    const settled = done + failed;
    const isRunning = state === "running";
    const rate = isRunning ? this.#recentRate(settled, now) : perSecond(settled, now - this.#startedAt);
    return {
      number: this.number,
      kind: this.#kind,
      name: this.#name,
      state,
      total,
      submitted,
      running: isRunning ? submitted - settled : 0,
      done,
      failed,
      rate,
      leftMs: isRunning && total !== undefined && rate > 0 ? ((total - settled) / rate) * 1000 : undefined,
      startedAt: this.#startedAt,
      endedAt: isRunning ? undefined : now,
    };
  }

  #recentRate(settled: number, now: number): number {
    const samples = this.#samples;
    while (samples.length > 1 && samples[1]!.at <= now - RATE_MS) {
      samples.shift();
    }
    const before = samples[0]!;
    samples.push({ at: now, settled });
    return perSecond(settled - before.settled, now - before.at);
  }
}

function perSecond(count: number, ms: number): number {
  return ms <= 0 ? 0 : (count / ms) * 1000;
}
