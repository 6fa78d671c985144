import { SleighError, type SleighErrorCode } from "../errors.ts";

/**
 * - `bad_launch`: an option, a node's name or an argument that can never work. Nothing was started.
 * - `launch_failed`: the command could not be started, or ended before the worker joined.
 * - `launch_timed_out`: the worker did not join in time; the command was ended.
 * - `too_many_workers`: more than this machine should run.
 */
export type LaunchErrorCode = Extract<
  SleighErrorCode,
  "bad_launch" | "launch_failed" | "launch_timed_out" | "too_many_workers"
>;

export interface LaunchErrorOptions extends ErrorOptions {
  readonly node?: string | undefined;
  readonly rank?: number | undefined;
  readonly command?: string | undefined;
  readonly output?: string | undefined;
}

/** A worker could not be launched. When its command had been started, the message shows it and what it printed. */
export class LaunchError extends SleighError {
  override readonly name: string = "LaunchError";
  declare readonly code: LaunchErrorCode;
  readonly node: string | undefined;
  readonly rank: number | undefined;
  /** The command, quoted as for a shell. It holds no secret. */
  readonly command: string | undefined;
  /** The end of what it printed. */
  readonly output: string | undefined;

  constructor(code: LaunchErrorCode, message: string, options: LaunchErrorOptions = {}) {
    super(code, message, options);
    this.node = options.node;
    this.rank = options.rank;
    this.command = options.command;
    this.output = options.output;
  }
}
