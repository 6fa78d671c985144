import type { Durability, NwsServer, TlsOptions, TracingApi } from "../client/index.ts";
import type { LaunchOptions } from "./launchers/index.ts";
import type { By } from "./inputs/matrix.ts";
import type { ElementFunction } from "./inputs/element-source.ts";
import type { Accumulator } from "./master/accumulator.ts";
import type { Progress } from "./master/job.ts";
import type { OnError } from "./master/policy.ts";

/** Something a worker has printed. */
export interface WorkerOutput {
  readonly rank: number;
  readonly host: string;
  readonly stream: "stdout" | "stderr";
  readonly text: string;
}

export interface SleighOptions extends LaunchOptions {
  /** The host of the workspace server. Default: with neither host, port nor `server`, a server of the sleigh's own is started. */
  readonly nwsHost?: string;
  /** Its port. Default: as for `NwsServer`. */
  readonly nwsPort?: number;
  /**
   * How connections to the server are encrypted, as for `NwsServer`; workers are told in private, with the key of the sleigh: they need no files.
   * Default: as for `NwsServer`; with `server` as that one's are.
   */
  readonly tls?: boolean | TlsOptions;
  /** The server of a connection that is there already, by its host and port. The sleigh has a session of its own. */
  readonly server?: NwsServer;
  /**
   * How safely the sleigh's workspaces are kept by a server that keeps persistent workspaces: then the sleigh goes on when the server is restarted or
   * crashes. `os` survives that, `fsync` a crash of the server's machine as well. Default: they are not kept, and end with the server.
   */
  readonly durability?: Durability;
  /** Name of the sleigh's workspace, with a place for a number. Default `sleigh_ride_%04d`. */
  readonly wsNameTemplate?: string;
  /** Name of the user's workspace. Default `sleigh_user_%04d`. */
  readonly userWsNameTemplate?: string;
  /**
   * How often a task is given to another worker when workers die of it: it is begun at most so often. Default 3. With 1, workers tell of each
   * task before they begin it, which takes as long as a message to the server and back.
   */
  readonly maxAttempts?: number;
  /** How often in a row a local worker is started again. Default 10; 0: never. */
  readonly maxRestarts?: number;
  /** Milliseconds between heartbeats of a worker. Default 1000. */
  readonly heartbeatInterval?: number;
  /** A worker that has not beaten for so many milliseconds is lost. Default 10 000. */
  readonly heartbeatTimeout?: number;
  /** Whether new workers run earlier `eachWorker` calls before anything else. Default true. */
  readonly replay?: boolean;
  /** A sleigh that is made in a task runs in that worker's process. True: it has workers of its own. Default false. */
  readonly nested?: boolean;
  /** Tells in variable `monitor` of the sleigh's workspace how the work goes, for the web interface (see `SleighMonitor`). Default true. */
  readonly monitor?: boolean;
  /**
   * Traces calls: OpenTelemetry's API (`import * as api from "@opentelemetry/api"`), with which the program has set up where spans go. Workers that have
   * it too make a span for each task. Default: nothing is traced.
   */
  readonly tracing?: TracingApi;
  /** Called with what workers print. Default: it is written to this program's own standard output and error, with the rank before each line. */
  readonly onOutput?: (output: WorkerOutput) => void;
  /** Told of what is wrong and stops nothing. Default: `process.emitWarning`. */
  readonly onWarning?: (text: string) => void;
}

/** Of every call. */
export interface CallOptions {
  /** Default `throw`: the call rejects with the first error. */
  readonly onError?: OnError;
  /** How often a task that threw or took too long is done again, by its worker, before anything else. Default 0. */
  readonly retries?: number;
  /** Milliseconds before that, in which its worker waits. Default 0. */
  readonly retryDelay?: number;
  /** Most milliseconds for a task, from when it begins. Default: none. */
  readonly timeout?: number;
  /** Milliseconds that a task has to end in after its signal was aborted; then its worker is ended and replaced. Default 2000. */
  readonly grace?: number;
  /** Cancels the call. */
  readonly signal?: AbortSignal;
  /** Gives every task a random stream of its own (`SleighContext.random()`), the same for any number of workers. Default: none. */
  readonly seed?: number | string;
  /** True draws a bar when the standard error output is a terminal; a function gets the numbers. Default false. */
  readonly progress?: boolean | ((progress: Progress) => void);
  /** Of a text instead of a function: always `eval`. Of a function: `define` keeps what it returns as globals. Default `invoke`. */
  readonly type?: "invoke" | "define" | "eval";
  /** Module-level variables of shipped files have their own values in this call, instead of those that earlier calls left. Default false. */
  readonly freshModules?: boolean;
  /** What the shipped function captures and imports, where that cannot be found out. See docs/shipping-functions.md. */
  readonly captures?: Readonly<Record<string, unknown>>;
  readonly imports?: Readonly<Record<string, string>>;
}

export interface EachWorkerOptions extends CallOptions {
  /** Whether workers that come later run it too. Default: what the sleigh's `replay` says. */
  readonly replay?: boolean;
}

export interface FeedOptions extends CallOptions {
  /** Tasks handed out at a time. Default `auto`: as many as take about 0.2 s. */
  readonly chunkSize?: number | "auto";
  /** At most so many chunks for each worker are in the workspace. Default 10; of chunks that take less than 2 ms as many as take 20 ms, at most 100. */
  readonly loadFactor?: number;
  /** At most so many bytes of arguments are in the workspace. Default 64 MiB. */
  readonly maxQueuedBytes?: number;
  /** Which arguments the function gets, in this order: indices into the task's own, followed by the fixed ones. */
  readonly argPermute?: readonly number[];
}

export interface EachElemOptions<R = unknown> extends FeedOptions {
  /** Gets the results as they arrive, instead of a list in the end. */
  readonly accumulator?: Accumulator<R>;
  /** Shorter lists repeat up to the longest. Default false: the shortest list says how many tasks there are. */
  readonly recycle?: boolean;
  /** Makes the arguments instead of lists (which are then undefined), until it returns undefined. */
  readonly elementFunc?: ElementFunction;
  /** How lists that are matrices (lists of rows of equal length) are gone through. Default: like any list. */
  readonly by?: By;
}
