/**
 * Sleigh: workers on this machine or many, and work for them.
 *
 * @module networkspaces/sleigh
 */
export type { Status, WorkerInfo } from "./backend.ts";
export type { Lists, OneList, Values } from "./call-types.ts";
export {
  SleighArgumentError,
  SleighCancelledError,
  SleighError,
  type SleighErrorCode,
  SleighStoppedError,
  SleighTaskError,
  TaskTimeoutError,
  type WorkerDeath,
  WorkerLostError,
} from "./errors.ts";
export type { Imap } from "./imap.ts";
export type { By } from "./inputs/matrix.ts";
export type { ElementFunction } from "./inputs/element-source.ts";
export {
  availableCores,
  batchNodeList,
  type BatchNodeListOptions,
  type BatchSystem,
  dryRun,
  type DryRunOptions,
  type Launch,
  type LaunchCommand,
  type Launcher,
  LaunchError,
  type LaunchErrorCode,
  type LaunchOptions,
  local,
  lsf,
  type LsfOptions,
  type NodeEntry,
  type NodeOptions,
  rsh,
  type RshOptions,
  type ScriptExec,
  shellLine,
  shellQuote,
  slurm,
  type SlurmOptions,
  ssh,
  sshForward,
  type SshOptions,
  windowsLine,
  windowsQuote,
  type WorkerToLaunch,
} from "./launchers/index.ts";
export type { Accumulate, Accumulator } from "./master/accumulator.ts";
export type { Progress } from "./master/job.ts";
export {
  MONITOR_VERSION,
  type MonitoredError,
  type MonitoredJob,
  type MonitoredLine,
  type MonitoredTimeline,
  type MonitoredWorker,
  type SleighMonitor,
} from "./monitor.ts";
export type { FailedTask, OnError } from "./master/policy.ts";
export type {
  CallOptions,
  EachElemOptions,
  EachWorkerOptions,
  FeedOptions,
  SleighOptions,
  WorkerOutput,
} from "./options.ts";
export type { SleighPending } from "./pending.ts";
export { range, type Range } from "./range.ts";
export { explicit, RebuildError, ref, ShippingError } from "./shipping/index.ts";
export { type ExportOptions, Sleigh, type StatusOptions, type ViewOptions } from "./sleigh.ts";
export type { SleighContext } from "./worker/context.ts";
export { randomStream } from "./worker/random.ts";
