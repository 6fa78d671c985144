import { hostname } from "node:os";
import { join, resolve } from "node:path";
import type { Durability, TlsOptions } from "../../client/index.ts";
import { newToken } from "../messages.ts";

/** What a worker must know to begin. */
export interface WorkerOptions {
  /** Name of the sleigh's workspace. */
  readonly sleigh: string;
  readonly host: string;
  readonly port: number;
  /** How its connections are encrypted. Default: they are not, whatever the environment says. */
  readonly tls?: TlsOptions | undefined;
  /** The key that the master and its workers share: 32 bytes. */
  readonly key: Uint8Array;
  /** With what to log in to the server. Default: what the environment says, or nothing. */
  readonly serverToken?: string | undefined;
  /** Version of this package. */
  readonly version: string;
  /** The rank to ask for. Default: the next free one. */
  readonly rank?: number | undefined;
  /** Names this life of the worker. Default: a new one. */
  readonly token?: string | undefined;
  /** How the sleigh's workspaces are kept: then this worker goes on when the server is restarted. Default: they go with the server. */
  readonly durability?: Durability | undefined;
  /** Folders in which the modules that functions import are looked for as well. Default: none. */
  readonly modulePath?: readonly string[] | undefined;
  /** Where to run. Default: where it was started. */
  readonly workingDir?: string | undefined;
  /** Folder for a file that gets what tasks print. Default: none. */
  readonly logDir?: string | undefined;
  /** Whether what tasks print goes to the master, and not to this process's own output. Default true. */
  readonly redirectOutput?: boolean | undefined;
  /** Called with what the worker does, a sentence each time. */
  readonly say?: ((sentence: string) => void) | undefined;
  /** Ends the worker as a stop by the master would, with this many milliseconds for the task that runs. */
  readonly signal?: AbortSignal | undefined;
}

/** The options with everything that has a default. */
export interface WorkerSetup {
  readonly token: string;
  readonly logFile: string | undefined;
  readonly modulePath: readonly string[];
  readonly redirectOutput: boolean;
}

export function setUp(options: WorkerOptions): WorkerSetup {
  const { sleigh, logDir, modulePath = [], token = newToken(), redirectOutput = true } = options;
  const file = `${sleigh.replaceAll(/[^\w.-]/g, "_")}_${hostname()}_${process.pid}_${token.slice(0, 8)}.log`;
  return {
    token,
    logFile: logDir === undefined ? undefined : join(resolve(logDir), file),
    modulePath: modulePath.map((path) => resolve(path)),
    redirectOutput,
  };
}
