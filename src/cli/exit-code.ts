/** What a script sees of a command. docs/command-line.md lists them, and a test compares. */
export const ExitCode = {
  done: 0,
  /** The server refused, or a value could not be read or written. */
  failed: 1,
  /** The command line itself is wrong; nothing was done. */
  usage: 2,
  /** `--try` or `--all`: there was no value. */
  noValue: 3,
  /** `--timeout` passed. */
  timedOut: 4,
  /** No connection came about, or it broke. */
  unreachable: 5,
  /** The data folder of a server, or a dump, is damaged: something that was safe is not there any more. */
  dataDamaged: 6,
  /** The data folder cannot be used: another server does, it is of a newer version, or it cannot be read or written. So is a dump. */
  dataUnusable: 7,
  /** The server does not know who this is, or does not allow this to whom it knows. */
  notPermitted: 8,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Ends a command with a sentence for people and a number for scripts. */
export class CommandFailure extends Error {
  override readonly name = "CommandFailure";
  readonly exitCode: ExitCode;
  /** More sentences, where several things are wrong. */
  readonly others: readonly string[];

  constructor(
    exitCode: ExitCode,
    message: string,
    { others = [], ...options }: ErrorOptions & { readonly others?: readonly string[] } = {},
  ) {
    super(message, options);
    this.exitCode = exitCode;
    this.others = others;
  }
}
