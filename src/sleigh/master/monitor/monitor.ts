import type { NetWorkSpace } from "../../../client/index.ts";
import type { Work } from "../../backend.ts";
import { type OutputMessage, type ResultMessage, Variables } from "../../messages.ts";
import { MONITOR_VERSION, type MonitoredError, type MonitoredLine, type SleighMonitor } from "../../monitor.ts";
import type { Job } from "../job.ts";
import type { Member } from "../member.ts";
import { Publisher } from "./publisher.ts";
import { RecentTexts, shortened } from "./recent-texts.ts";
import { CHUNK_BYTES, Timeline } from "./timeline.ts";
import { WatchedJob } from "./watched-job.ts";
import { WatchedWorker } from "./watched-worker.ts";

const MOST_BYTES = 256 * 1024;
const MOST_CHUNKS = 2000;
const MOST_WORKERS = 256;
const MOST_JOBS = 100;
const MOST_ENDED_JOBS = 20;
const MOST_LINES = 200;
const MOST_LINE_CHARS = 16_384;
const MOST_ERRORS = 30;
const MOST_ERROR_CHARS = 8192;
const TEXT_CHARS = 500;

// What each may take when it is encoded, without the texts of lines and errors, which are counted.
const BYTES_PER_CHAR = 3;
const FIXED_BYTES = 2048;
const WORKER_BYTES = 1024;
const JOB_BYTES = 512;
const TEXT_BYTES = 128;

export interface MonitorOptions {
  /** The sleigh's workspace, of the session that owns it. */
  readonly nws: NetWorkSpace;
  readonly workerCount: () => number;
}

/**
 * Keeps variable `monitor` of the sleigh's workspace up to date. It looks on, and nothing of the work depends on it: to note what happens is
 * cheap, and what goes wrong when it is stored ends the telling and nothing else.
 */
export class Monitor {
  readonly #options: MonitorOptions;
  readonly #startedAt = Date.now();
  readonly #zero = performance.now();
  readonly #workers = new Map<string, WatchedWorker>();
  /** By number, which is also the order in which they began. */
  readonly #jobs = new Map<number, WatchedJob>();
  readonly #timeline = new Timeline(MOST_CHUNKS);
  readonly #lines = new RecentTexts<MonitoredLine>(MOST_LINES, MOST_LINE_CHARS, ({ text }) => text);
  readonly #errors = new RecentTexts<MonitoredError>(MOST_ERRORS, MOST_ERROR_CHARS, ({ message }) => message);
  readonly #publisher: Publisher;
  #jobCount = 0;

  constructor(options: MonitorOptions) {
    this.#options = options;
    const { nws } = options;
    this.#publisher = new Publisher(() => nws.store(Variables.monitor, this.#shown()));
    // Nobody else may tell stories about this sleigh. Both come before whatever is stored.
    Promise.all([nws.declare(Variables.monitor, "single"), nws.guard(Variables.monitor)]).catch(() => this.stop());
    this.#publisher.changed();
  }

  stop(): void {
    this.#publisher.stop();
  }

  joined(member: Member): void {
    this.#workers.set(member.token, new WatchedWorker(member, this.#now));
    this.#forgetOldest(this.#workers, MOST_WORKERS, ({ isAlive }) => !isAlive);
    this.#publisher.changed();
  }

  lost(member: Member): void {
    this.#workers.get(member.token)?.ended(this.#now, () => this.#publisher.changed());
    this.#publisher.changed();
  }

  /** Notes a call, and when it ends. */
  watch(job: Job, work: Work): void {
    const watched = new WatchedJob(job, work, this.#now);
    this.#jobs.set(job.number, watched);
    this.#jobCount += 1;
    const end = (state: "done" | "failed"): void => {
      this.#noteFailures(watched);
      watched.ended(state, this.#now);
      this.#forgetOldest(this.#jobs, this.#runningJobs + MOST_ENDED_JOBS, ({ hasEnded }) => hasEnded);
      this.#publisher.changed();
    };
    job.promise.then(
      () => end("done"),
      () => end("failed"),
    );
    this.#publisher.changed();
  }

  /** The outcome of `count` tasks has come, of which the first has the number `first`. */
  returned(member: Member, message: ResultMessage, first: number, count: number): void {
    const { job, elapsedMs, failures, unrun } = message;
    const ended = this.#now;
    const began = Math.max(0, ended - elapsedMs);
    const ran = count - unrun.length;
    this.#workers.get(member.token)?.returned(ran - failures.length, failures.length, began, ended);
    if (ran > 0) {
      this.#timeline.add(job, first, ran, member.rank, began, ended, failures.length);
    }
    this.#publisher.changed();
  }

  printed({ rank }: Member, { stream, text }: OutputMessage): void {
    const at = this.#now;
    const lines = text.slice(-MOST_LINE_CHARS).split("\n");
    if (lines.at(-1) === "") {
      lines.pop();
    }
    for (const line of lines.slice(-MOST_LINES)) {
      this.#lines.add({ at, rank, stream, text: shortened(line, TEXT_CHARS) });
    }
    this.#publisher.changed();
  }

  get #now(): number {
    return performance.now() - this.#zero;
  }

  get #runningJobs(): number {
    let count = 0;
    for (const { hasEnded } of this.#jobs.values()) {
      count += hasEnded ? 0 : 1;
    }
    return count;
  }

  #shown(): SleighMonitor {
    const now = this.#now;
    for (const job of this.#jobs.values()) {
      this.#noteFailures(job);
    }
    const workers = [...this.#workers.values()].slice(-MOST_WORKERS).map((worker) => worker.shown(now));
    const jobs = [...this.#jobs.values()].slice(-MOST_JOBS).map((job) => job.shown(now));
    const texts = this.#lines.length + this.#errors.length;
    const room =
      MOST_BYTES -
      FIXED_BYTES -
      workers.length * WORKER_BYTES -
      jobs.length * JOB_BYTES -
      texts * TEXT_BYTES -
      (this.#lines.chars + this.#errors.chars) * BYTES_PER_CHAR;
    return {
      version: MONITOR_VERSION,
      sleigh: this.#options.nws.name,
      startedAt: this.#startedAt,
      updatedAt: now,
      workerCount: this.#options.workerCount(),
      workers,
      jobs,
      jobCount: this.#jobCount,
      timeline: this.#timeline.last(Math.floor(room / CHUNK_BYTES)),
      output: this.#lines.list(),
      errors: this.#errors.list(),
    };
  }

  #noteFailures(job: WatchedJob): void {
    for (const { error } of job.newFailures(MOST_ERRORS)) {
      const { task, rank, message } = error;
      this.#errors.add({ at: this.#now, job: job.number, task, rank, message: shortened(message, TEXT_CHARS) });
    }
  }

  /** Keeps at most `most`, as far as there are some that may go. */
  #forgetOldest<T>(all: Map<unknown, T>, most: number, mayGo: (each: T) => boolean): void {
    for (const [key, each] of all) {
      if (all.size <= most) {
        return;
      }
      if (mayGo(each)) {
        all.delete(key);
      }
    }
  }
}
