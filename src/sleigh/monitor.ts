/*
 * What a sleigh tells about itself: the value of variable `monitor` in its workspace, for whoever looks on (the web interface does). The
 * master stores a new one a few times a second at most, and only when something has happened. At most 256 KiB.
 *
 * All times but `startedAt` are milliseconds since then.
 */

/** Goes up when a program that reads an older one would misunderstand a newer one. */
export const MONITOR_VERSION = 1;

/** What variable `monitor` of a sleigh's workspace has. Times but `startedAt` are milliseconds since then. */
export interface SleighMonitor {
  readonly version: typeof MONITOR_VERSION;
  readonly sleigh: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly updatedAt: number;
  /** Workers that live or are to come. */
  readonly workerCount: number;
  /** Those who live, and the last of those who do not, in the order in which they joined; at most 256. */
  readonly workers: readonly MonitoredWorker[];
  /** Calls that are under way, and the last 20 that have ended, by their numbers; at most 100. */
  readonly jobs: readonly MonitoredJob[];
  /** Calls so far. */
  readonly jobCount: number;
  readonly timeline: MonitoredTimeline;
  /** The last lines that workers have printed, oldest first. */
  readonly output: readonly MonitoredLine[];
  /** The last tasks that failed for good, oldest first. */
  readonly errors: readonly MonitoredError[];
}

/** One life of a worker: who takes a dead worker's place has its rank. */
export interface MonitoredWorker {
  readonly rank: number;
  readonly host: string;
  readonly pid: number;
  readonly version: string;
  readonly runtime: string;
  /** `left`: its program has ended by itself, without an error. */
  readonly state: "joined" | "lost" | "left";
  /** Why, of one that is lost or has left. */
  readonly reason: string | undefined;
  readonly joinedAt: number;
  readonly endedAt: number | undefined;
  /** Tasks with a result, and tasks that failed. */
  readonly done: number;
  readonly failed: number;
  /** Milliseconds that its tasks took. */
  readonly busyMs: number;
  /** What part of the last 5 seconds that was, and of all its time: 0 to 1. A chunk counts when it is done. */
  readonly recentBusyShare: number;
  readonly busyShare: number;
}

/** A call: `eachElem`, `eachWorker`, `imap` and so on. */
export interface MonitoredJob {
  readonly number: number;
  /** `tasks` go to whoever is free, a `call` to each worker. */
  readonly kind: "tasks" | "call";
  /** The name of the function, or the beginning of the expression; empty when it has none. */
  readonly name: string;
  readonly state: "running" | "done" | "failed";
  /** All tasks; undefined where the input does not tell before its end. */
  readonly total: number | undefined;
  /** Tasks handed out so far; of these, those that are not back. */
  readonly submitted: number;
  readonly running: number;
  readonly done: number;
  readonly failed: number;
  /** Tasks a second: of the last 10 seconds, or of all its time when it has ended. */
  readonly rate: number;
  /** Milliseconds that the rest will take at this rate; undefined where nobody knows. */
  readonly leftMs: number | undefined;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
}

/** The last chunks that came back, at most 2000, in the order in which they came: a chunk is a place in each list. */
export interface MonitoredTimeline {
  readonly job: Uint32Array;
  /** The number of its first task (of a call the rank), and how many tasks it had. */
  readonly first: Float64Array;
  readonly count: Uint32Array;
  readonly rank: Uint32Array;
  readonly began: Float64Array;
  readonly ended: Float64Array;
  /** How many of its tasks failed. */
  readonly failed: Uint32Array;
  /** Chunks that came before these. */
  readonly earlier: number;
}

/** A line that a worker has printed. */
export interface MonitoredLine {
  readonly at: number;
  readonly rank: number;
  readonly stream: "stdout" | "stderr";
  /** At most 500 characters. */
  readonly text: string;
}

/** A task that has failed. */
export interface MonitoredError {
  readonly at: number;
  readonly job: number;
  /** Number of the task; of a call the rank. */
  readonly task: number;
  readonly rank: number;
  /** At most 500 characters. */
  readonly message: string;
}
