import type { Launch } from "./launcher.ts";
import type { WorkerSettings } from "./worker-settings.ts";

/** What may differ from node to node. */
export interface NodeOptions {
  /** The server's host as the workers of the node see it. Default: the server's own; see docs/launching-workers.md for tunnels. */
  readonly nwsHostRemote?: string;
  /** The server's port as the workers of the node see it. Default: the server's own. */
  readonly nwsPortRemote?: number;
  /**
   * How the worker script is told what to do: by plain `arguments`, by environment variables set with the program `env`, or as a
   * function says. Default: `arguments`. The key of the sleigh is in neither.
   */
  readonly scriptExec?: "arguments" | "env" | ScriptExec;
  /** The folder of the worker script on the node. Default: none, the script is found on the `PATH` there. */
  readonly scriptDir?: string;
  /**
   * The worker script: a program, or several words as `["npx", "networkspaces"]`. A name that ends in `.js`, `.mjs` or `.cjs` is run by
   * `node`. Default: `networkspaces`; for workers on this machine, this package.
   */
  readonly scriptName?: string | readonly string[];
  /** Folders in which the worker looks for modules besides its own. Default: none. */
  readonly modulePath?: string | readonly string[];
  /** The folder in which the worker runs. Default: where it was started (with `ssh` the home folder). Not for threads. */
  readonly workingDir?: string;
  /** Where the worker writes its log file, on the node. Default: no log file. */
  readonly logDir?: string;
  /** The user's name on the node. Default: as the launching program thinks. */
  readonly user?: string;
  /** The worker says more in its log. Default: false. */
  readonly verbose?: boolean;
  /** What the worker prints is shown by the master. Default: true. */
  readonly redirectOutput?: boolean;
  /** Environment variables of the worker. Others on the node may see them: no secrets. Default: none. */
  readonly env?: Readonly<Record<string, string>>;
  /** How long a worker may take to join, in ms; `Infinity`: for ever. Default: 60 000; for ever where it waits in a batch queue. */
  readonly launchTimeout?: number;
  /** The folder for key files, where a launcher needs one; shared with the nodes. Default: `.networkspaces/keys` in the home folder. */
  readonly keyDir?: string;
}

/** Builds the argument list that runs a worker from the words of the script and what the worker must know. */
export type ScriptExec = (script: readonly string[], settings: WorkerSettings) => readonly string[];

/** A node with options of its own, which win over the sleigh's. */
export interface NodeEntry extends NodeOptions {
  readonly node: string;
  /** How many workers run there. Default: 1. */
  readonly workers?: number;
}

export interface LaunchOptions extends NodeOptions {
  /** Default: `local`. */
  readonly launch?: Launch;
  /** A worker for each; a name may come more than once. Default for `local`, `threads`: this machine; else no name. */
  readonly nodeList?: readonly (string | NodeEntry)[];
  /** How many workers. Default: one for each entry of `nodeList`, which is gone through again for more; 3 without a list; 0 for `web`. */
  readonly workerCount?: number;
  /** Start more than three times as many workers on this machine as it has cores. Default: false. */
  readonly force?: boolean;
}
