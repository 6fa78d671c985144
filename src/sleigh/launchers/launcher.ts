import type { NodeOptions } from "./launch-options.ts";

/** Where a workspace server is. */
export interface ServerAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * How one worker is started: a function from a node's name to a command. It is small data, so writing one's own takes a line:
 *
 *     const docker: Launcher = (node, worker) => ({
 *       command: "docker",
 *       args: ["exec", "-i", node, ...worker.command()],
 *     });
 *
 * The command must stay in the foreground as long as the worker lives, pass standard input on to it (the key of the sleigh arrives
 * there, never in arguments or environment), and should pass back its output and exit code. It is started without a shell.
 * A launcher may throw a `LaunchError`. It may be called more than once for a worker: for a dry run, and when one is started again.
 */
export type Launcher = (node: string, worker: WorkerToLaunch) => LaunchCommand;

/** What a launcher is told about the worker that it is to start. */
export interface WorkerToLaunch {
  /** The worker's number in the sleigh, from 0. */
  readonly rank: number;
  readonly sleigh: string;
  /** What the user said for this node. */
  readonly options: NodeOptions;
  /** The server as the master sees it; for launchers that tunnel. */
  readonly server: ServerAddress;
  /** The program and its arguments that start the worker on the node, unquoted. For a shell: `shellLine(worker.command())`. */
  readonly command: (changes?: WorkerChanges) => readonly string[];
}

/** What a launcher may want different in the worker's command. */
export interface WorkerChanges {
  /** The server as the worker sees it. Default: the options `nwsHostRemote` and `nwsPortRemote`, else where the master's server is. */
  readonly host?: string;
  /** 0: it is told with the key, see `LaunchCommand.portPattern`. */
  readonly port?: number;
  /** Where the worker reads the key. Default: `stdin`. */
  readonly key?: KeySource;
  /** The worker runs on this machine: it is started by this Node from this package, unless the options name a script. */
  readonly local?: boolean;
}

/** `file`: a file that only the user may read, in the option `keyDir`, which the node must share. */
export type KeySource = "stdin" | "file";

/** A command, as `child_process.spawn` takes it. */
export interface LaunchCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** Added to the environment of the master. Never put the key here. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: the master's. */
  readonly cwd?: string;
  /** `file`: the worker was told `key: "file"`, and the command's standard input is empty. Default: `stdin`. */
  readonly key?: KeySource;
  /**
   * The command prints a line in which the first group of this pattern is the port that the worker must connect to (a tunnel that
   * chose a free one). Key and port are written to standard input when it came; the worker's command has `port: 0`.
   */
  readonly portPattern?: RegExp;
  /** It may wait in a queue for long: no launch timeout unless one is asked for. */
  readonly queued?: boolean;
  /** What ends the worker, where ending `command` does not. Run by `kill`. */
  readonly killCommand?: { readonly command: string; readonly args: readonly string[] };
}

/** What the option `launch` takes. */
export type Launch = "local" | "threads" | "web" | Launcher;
