/** The durable log: bytes in, positions out; a folder of files that survives crashes. Begin at `open-log.ts` and `log.ts`. */
export { checkLog, type CheckReport } from "./check-log.ts";
export { type Clock, systemClock } from "./clock.ts";
export type { Disk, DiskFile, DiskLock, Done } from "./disk.ts";
export type { Durability } from "./durability.ts";
export {
  LogCorruptError,
  LogError,
  type LogErrorCode,
  LogFailedError,
  LogFolderError,
  LogFullError,
  LogLockedError,
  LogVersionError,
} from "./errors.ts";
export type { Log, LogStats } from "./log.ts";
export { nodeDisk } from "./node-disk.ts";
export { type LogOptions, type LogSizes, type OpenedLog, openLog } from "./open-log.ts";
export { type RepairReport, repairLog } from "./repair-log.ts";
export type { Replay } from "./survey.ts";
export { TimeBuckets } from "./time-buckets.ts";
export type { BadPlace, SurveyedFile } from "./surveyed.ts";
