import type { NetWorkSpace } from "../client/index.ts";
import type { CallJob } from "./master/call-job.ts";
import type { ElementJob } from "./master/element-job.ts";
import type { FeedOptions } from "./options.ts";

/** A function of the user's, or an expression. */
export type Work = ((...args: never[]) => unknown) | string;

/** What is to be done for each task, whatever its own arguments. */
export interface Description {
  readonly work: Work;
  readonly fixed: readonly unknown[];
  readonly options: FeedOptions;
  /** The context of the call's span, where calls are traced. */
  readonly trace: string | undefined;
}

/** Who has joined a sleigh. */
export interface Status {
  /** Workers that have joined and live. */
  readonly joined: number;
  /** Whether nobody else is waited for: all are there, or the group was closed. */
  readonly closed: boolean;
}

/** What a worker says about itself. */
export interface WorkerInfo {
  readonly rank: number;
  readonly host: string;
  readonly pid: number;
  /** Version of this package. */
  readonly version: string;
  /** As `node v22.1.0`. */
  readonly runtime: string;
  readonly os: string;
  readonly logFile: string | undefined;
}

/** Who does a sleigh's work: worker processes and threads (`master/`), or this very process (`in-process/`). */
export interface Backend {
  readonly nws: NetWorkSpace;
  readonly userNws: NetWorkSpace;
  /** Workers that live or are to come; and one more than the highest rank so far. */
  readonly workerCount: number;
  readonly rankCount: number;
  /** Begins the job. What it throws or rejects with fails the job. */
  feed(job: ElementJob, what: Description): Promise<void>;
  call(job: CallJob, what: Description, isReplayed: boolean): Promise<void>;
  /** `worker`: only the worker of that rank. */
  export(name: string, value: unknown, worker: number | undefined): void;
  unexport(name: string, worker: number | undefined): void;
  status(how: { readonly closeGroup: boolean; readonly timeoutMs: number }): Promise<Status>;
  workerInfo(): Promise<WorkerInfo[]>;
  stop(graceMs: number): Promise<void>;
}
