import { randomBytes } from "node:crypto";

/*
 * What a master and its workers say to each other: plain data that the codec can encode. Every message travels sealed (seal.ts),
 * bound to the variable it is stored in. The variables of the sleigh's workspace:
 *
 *   tasks            fifo    master → any worker   TaskMessage; fetched on lease, completed into `results`
 *   results          fifo    workers → master      FromWorker
 *   join             fifo    worker → master       JoinMessage
 *   welcome <token>  fifo    master → that worker  WelcomeMessage
 *   mail <token>     fifo    master → that worker  Mail, read in order
 *   part <hash>      single  master → any worker   PartMessage; found when first needed, kept by the worker
 *
 * Beside these the master keeps `monitor` there, which is for onlookers and not sealed.
 *
 * <token> names one life of a worker: a worker that is started again has the old rank and a new token.
 */

export const Variables = {
  tasks: "tasks",
  results: "results",
  join: "join",
  /** Not sealed: a SleighMonitor (monitor.ts), for whoever looks on. Mode single; only the master may store there. */
  monitor: "monitor",
  welcome: (token: string): string => `welcome ${token}`,
  mail: (token: string): string => `mail ${token}`,
  part: (hash: string): string => `part ${hash}`,
  /** In the worker's own workspace: a number that its session thread counts up every `heartbeatMs`. Mode single. */
  beat: "beat",
  /** In the worker's own workspace: never stored. A `find` of it fails when the worker's session ends, and so tells the master. */
  gone: "gone",
} as const;

/** A name for one life of a worker. */
export function newToken(): string {
  return randomBytes(16).toString("hex");
}

/** The workspace that a worker owns for as long as it lives. */
export function workerWorkspace(sleigh: string, token: string): string {
  return `${sleigh}_worker_${token}`;
}

/*
 * How a worker is told where to go is in launchers/worker-settings.ts (arguments or environment) and, for the key,
 * launchers/worker-secret.ts (standard input or a file). A worker that got no token makes one up (`newToken`).
 */

export interface JoinMessage {
  readonly kind: "join";
  readonly token: string;
  /** The rank wished for. */
  readonly rank: number | undefined;
  readonly host: string;
  readonly pid: number;
  /** Version of this package; and of what runs it, as `node v22.1.0`. */
  readonly version: string;
  readonly runtime: string;
  /** As `linux x64 6.1.0`. */
  readonly os: string;
  readonly logFile: string | undefined;
  /** The worker's session, so that the master can end it. */
  readonly session: { readonly id: string; readonly secret: string } | undefined;
}

export interface WelcomeMessage {
  readonly kind: "welcome";
  /** Set when the master does not want this worker: why. Everything else is then of no meaning. */
  readonly refused: string | undefined;
  readonly rank: number;
  readonly workerCount: number;
  readonly sleigh: string;
  readonly userWs: string;
  /** Milliseconds between heartbeats. */
  readonly heartbeatMs: number;
  /** Done in order before anything else. Nothing of it is answered, but for a TroubleMessage where it fails. */
  readonly replay: readonly Mail[];
  /** Jobs whose chunks are not to be run any more. */
  readonly cancelled: readonly number[];
}

/** What is read in order by one worker. */
export type Mail =
  CallMessage | ExportMessage | UnexportMessage | CancelMessage | VerdictMessage | StopMessage | CountMessage;

/** Run the job once. Answered by a ResultMessage with `chunk: CALL_CHUNK` and a count of 1. */
export interface CallMessage {
  readonly kind: "call";
  readonly job: number;
  readonly spec: SpecSource;
}

export interface ExportMessage {
  readonly kind: "export";
  readonly name: string;
  readonly value: Packed;
}

export interface UnexportMessage {
  readonly kind: "unexport";
  readonly name: string;
}

/**
 * Abort the signal of what runs of this job, and run no more of it: complete its chunks with everything `unrun`.
 * With a chunk: only that one. What still runs after the job's grace ends with the worker.
 */
export interface CancelMessage {
  readonly kind: "cancel";
  readonly job: number;
  readonly chunk: number | undefined;
}

/** What to do with a suspect chunk. */
export interface VerdictMessage {
  readonly kind: "verdict";
  readonly job: number;
  readonly chunk: number;
  /** Places of tasks that have used up their attempts: do not run them, complete the chunk with a failure `lost` for each. */
  readonly lost: readonly number[];
}

/** End after the running chunk, at most `graceMs` later. */
export interface StopMessage {
  readonly kind: "stop";
  readonly graceMs: number;
}

/** The number of workers has changed (`SleighWorkerCount`). */
export interface CountMessage {
  readonly kind: "count";
  readonly workerCount: number;
}

/** The `chunk` of a call: ranks tell calls apart. */
export const CALL_CHUNK = -1;

/**
 * A chunk of tasks. Task `i` of it (0 … count−1) has the number `numbers?.[i] ?? first + i`.
 *
 * When it comes with `lease.deliveries > 1`, a worker that held it has died, and one of its tasks may be what kills workers. Then, when
 * its turn comes, the worker keeps the lease, says `suspect`, waits for the verdict in its mail and runs what that leaves
 * one task at a time: it says `started`, waits until the server has that, and only then begins the task. So chunks keep their place in the
 * queue (others may wait for their effects), and the master knows which task a worker died of.
 */
export interface TaskMessage {
  readonly kind: "tasks";
  readonly job: number;
  readonly chunk: number;
  readonly spec: SpecSource;
  readonly first: number;
  readonly count: number;
  /** Where the numbers do not simply go up. */
  readonly numbers: readonly number[] | undefined;
  readonly args: Packed;
  /** How `args` (unpacked) lies: `columns`: a list for each argument, all of `count` elements; `rows`: a list for each task. */
  readonly layout: "columns" | "rows";
}

/** A JobSpec, encoded: itself, or the hash of the part that it is. A worker decodes it once for each `job`. */
export type SpecSource = Uint8Array | string;

/** What all tasks of a job have in common. */
export interface JobSpec {
  readonly job: number;
  readonly code: JobCode;
  /** Fixed arguments, a list, which follow the task's own. */
  readonly fixed: Packed;
  /** Indices into the task's arguments followed by the fixed ones: what is passed. Undefined: all of them, in order. */
  readonly permute: readonly number[] | undefined;
  /** Most milliseconds for one task, from when it starts to run; then its signal aborts. */
  readonly timeoutMs: number | undefined;
  /** Milliseconds from an abort (cancel or timeout) until the worker ends. */
  readonly graceMs: number;
  /** How often a task that threw or took too long is done again, by the same worker: others may wait for what it does. */
  readonly retries: number;
  /** Milliseconds before that. */
  readonly retryDelayMs: number;
  /** Every chunk is worked off as one that was given out before: the master must know of each task that it has begun. */
  readonly isAnnounced: boolean;
  /** Seeds the random stream of each task, together with its number. */
  readonly seed: number | string | undefined;
  /** Module state of its own for this job. */
  readonly freshModules: boolean;
  /** Whether a sleigh that a task makes has workers of its own. */
  readonly nested: boolean;
  /** The context of the call's span, as metadata of values has it: tasks have spans of their own in it. Undefined: the call is not traced. */
  readonly trace: string | undefined;
}

/**
 * `invoke`: call the function with the arguments. `define`: the same, once for each worker and job, and keep what it returns as
 * globals (an object's own properties). `eval`: evaluate the text with the arguments as the list `SleighArguments`.
 */
export type JobCode =
  | {
      readonly type: "invoke" | "define";
      readonly fn: Packed;
      /** It uses nothing but its arguments: a worker makes it once, whatever job it comes with. Default false. */
      readonly isPure?: boolean;
    }
  | { readonly type: "eval"; readonly source: string };

/**
 * A value, or a function, as the shipping functions have packed it. `parts` are the hashes of all parts that are needed to
 * unpack it; the small ones are here, the others are variables of the workspace.
 */
export interface Packed {
  readonly value: unknown;
  readonly parts: readonly string[];
  readonly inline: readonly PartMessage[];
  /** The hash of the part (one of `parts`) that has the encoded list of this one value, when that is large; `value` is then of no meaning. */
  readonly stored?: string;
}

export interface PartMessage {
  readonly kind: "part";
  /** SHA-256 of `bytes` in hexadecimal, or the beginning of it. */
  readonly hash: string;
  readonly bytes: Uint8Array;
}

/** What comes through `results`. */
export type FromWorker = ResultMessage | SuspectMessage | StartedMessage | OutputMessage | TroubleMessage;

/** The outcome of a chunk or a call: each task is in `values`, `failures` or `unrun`. */
export interface ResultMessage {
  readonly kind: "result";
  readonly job: number;
  readonly chunk: number;
  /** Who did it: rank and life. */
  readonly rank: number;
  readonly token: string;
  /** Unpacked: a list of `count` results; undefined at the places of those that failed or did not run. */
  readonly values: Packed;
  readonly failures: readonly TaskFailure[];
  /** Places of tasks that were not begun (a cancelled job, a worker that ends). The master queues them again. */
  readonly unrun: readonly number[];
  /** Milliseconds that the tasks took, all together. */
  readonly elapsedMs: number;
}

/** Why a task has no result. */
export interface TaskFailure {
  /** Its place in the chunk. */
  readonly at: number;
  readonly reason: "threw" | "timed_out" | "cancelled" | "lost";
  /** Undefined only when it is lost. */
  readonly error: RemoteError | undefined;
  /** The last of what the worker printed since the task began. */
  readonly output: string;
  readonly elapsedMs: number;
  /** How often it was done by this worker. Default: once. */
  readonly tries?: number;
}

/** An error as data: whatever was thrown, described. */
export interface RemoteError {
  /** Class name, as `TypeError`; of what is no error, its type, as `string`. */
  readonly name: string;
  readonly message: string;
  readonly stack: string | undefined;
  readonly cause: RemoteError | undefined;
  /** The errors of an AggregateError. */
  readonly errors: readonly RemoteError[] | undefined;
  /** The error's `code`, when it is a string or a number. */
  readonly code: string | number | undefined;
}

/** This chunk was given out before. Answered by a VerdictMessage. */
export interface SuspectMessage {
  readonly kind: "suspect";
  readonly job: number;
  readonly chunk: number;
  readonly rank: number;
  readonly token: string;
  /** How often it was given out. */
  readonly deliveries: number;
}

/** The task at this place of a suspect chunk begins now. */
export interface StartedMessage {
  readonly kind: "started";
  readonly job: number;
  readonly chunk: number;
  readonly at: number;
  readonly rank: number;
  readonly token: string;
}

/** What a worker printed, whole lines where possible. Stored before the result of the task that printed it. */
export interface OutputMessage {
  readonly kind: "output";
  readonly rank: number;
  readonly token: string;
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}

/** Something is wrong that belongs to no task: a replayed call failed, an envelope was forged. */
export interface TroubleMessage {
  readonly kind: "trouble";
  readonly rank: number;
  readonly token: string;
  readonly text: string;
  readonly error: RemoteError | undefined;
}
