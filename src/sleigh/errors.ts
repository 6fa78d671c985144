import type { RemoteError } from "./messages.ts";

/** For programs to compare with: why something of a sleigh failed. */
export type SleighErrorCode =
  | "bad_arguments"
  | "bad_launch"
  | "cancelled"
  | "launch_failed"
  | "launch_timed_out"
  | "not_available"
  | "stopped"
  | "task_failed"
  | "task_timed_out"
  | "too_many_workers"
  | "worker_lost";

/** The root of every error that a sleigh throws by itself. */
export class SleighError extends Error {
  override readonly name: string = "SleighError";
  readonly code: SleighErrorCode;

  constructor(code: SleighErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Arguments or options that can never work. Nothing was sent. */
export class SleighArgumentError extends SleighError {
  override readonly name: string = "SleighArgumentError";

  constructor(message: string, options?: ErrorOptions) {
    super("bad_arguments", message, options);
  }
}

/** The sleigh was stopped before the work was done, or its server went away (then that is the `cause`). */
export class SleighStoppedError extends SleighError {
  override readonly name: string = "SleighStoppedError";

  constructor(message: string, options?: ErrorOptions) {
    super("stopped", message, options);
  }
}

/** The call was cancelled: by `cancel()`, or by its signal, whose reason is the `cause`. */
export class SleighCancelledError extends SleighError {
  override readonly name: string = "SleighCancelledError";

  constructor(message: string, options?: ErrorOptions) {
    super("cancelled", message, options);
  }
}

/** Where and when a task failed. */
export interface TaskPlace {
  /** Number of the task; of `eachWorker` the rank. */
  readonly task: number;
  readonly rank: number;
  readonly host: string;
  /** The last of what the worker had printed. */
  readonly output: string;
  /** How often the task was run, this time included. */
  readonly attempts: number;
}

/** A task has no result. What was thrown on the worker is described here and as the `cause`, with the worker's stack. */
export class SleighTaskError extends SleighError implements TaskPlace {
  override readonly name: string = "SleighTaskError";
  readonly task: number;
  readonly rank: number;
  readonly host: string;
  readonly output: string;
  readonly attempts: number;
  /** Class name and message of what was thrown. */
  readonly remoteName: string;
  readonly remoteMessage: string;
  /** The stack on the worker, which points into the user's own files. */
  readonly remoteStack: string | undefined;

  constructor(code: SleighErrorCode, message: string, place: TaskPlace, remote?: RemoteError) {
    super(code, message, remote === undefined ? undefined : { cause: revive(remote) });
    this.task = place.task;
    this.rank = place.rank;
    this.host = place.host;
    this.output = place.output;
    this.attempts = place.attempts;
    this.remoteName = remote?.name ?? "";
    this.remoteMessage = remote?.message ?? "";
    this.remoteStack = remote?.stack;
  }
}

/** The task ran longer than `timeout`. */
export class TaskTimeoutError extends SleighTaskError {
  override readonly name: string = "TaskTimeoutError";
}

/** How a worker ended. */
export interface WorkerDeath {
  readonly rank: number;
  readonly host: string;
  /** What is known of a local worker's process. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  /** Why the master thinks so, as "its process ended". */
  readonly reason: string;
  /** The last of what it had printed. */
  readonly output: string;
}

/** Workers died while they ran the task, `maxAttempts` times; or the worker of an `eachWorker` call died. */
export class WorkerLostError extends SleighTaskError {
  override readonly name: string = "WorkerLostError";
  /** Of the last death. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  /** All deaths that the master knows of, oldest first. */
  readonly deaths: readonly WorkerDeath[];

  constructor(message: string, place: TaskPlace, deaths: readonly WorkerDeath[]) {
    super("worker_lost", message, place);
    this.deaths = deaths;
    this.exitCode = deaths.at(-1)?.exitCode;
    this.signal = deaths.at(-1)?.signal;
  }
}

/** An Error that looks like the one on the worker, as far as data can. */
export function revive(remote: RemoteError): Error {
  const cause = remote.cause === undefined ? undefined : { cause: revive(remote.cause) };
  const error =
    remote.errors === undefined
      ? new Error(remote.message, cause)
      : new AggregateError(remote.errors.map(revive), remote.message, cause);
  Object.defineProperty(error, "name", { value: remote.name, configurable: true, writable: true });
  Object.defineProperty(error, "stack", {
    value: remote.stack ?? `${remote.name}: ${remote.message}`,
    configurable: true,
    writable: true,
  });
  return remote.code === undefined ? error : Object.assign(error, { code: remote.code });
}
