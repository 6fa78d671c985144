/** How a launched command, or thread, ended. */
export interface WorkerExit {
  /** The exit code, `null` when a signal ended it or it never started. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The end of what it printed (standard output and error together), at most `OUTPUT_TAIL_CHARS`. */
  readonly output: string;
}

export type OutputStream = "stdout" | "stderr";

/**
 * A worker that was launched: the command (of `ssh`, say) or the thread. It does not keep the program running, but for the time that
 * `ready` is awaited; `ref` and `unref` change that.
 */
export interface LaunchedWorker {
  /** Of the command on this machine; `undefined` for a thread, and when it could not be started. */
  readonly pid: number | undefined;
  /** The command as a line to read, as a dry run prints it. It holds no secret. */
  readonly description: string;
  /** Resolves when `joined` was called; rejects with a LaunchError when the command ends before, or takes too long (it is killed). */
  readonly ready: Promise<void>;
  /** Never rejects. */
  readonly exited: Promise<WorkerExit>;
  /** The end of what it has printed so far. */
  readonly output: string;
  /** Says that the worker has joined the sleigh: from now on it may run for as long as it likes. */
  joined(): void;
  /** Ends it. Default: `SIGTERM`. A thread is terminated whatever the signal. Nothing when it has ended. */
  kill(signal?: NodeJS.Signals): void;
  /** It keeps the program running. */
  ref(): void;
  /** It does not, not even until it has joined. */
  unref(): void;
}
