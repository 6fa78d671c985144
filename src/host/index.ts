/**
 * A workspace server in this process, and what belongs to it: its data folder, and the list of who may use it.
 *
 * @module networkspaces/server
 */
export type { Durability } from "../log/index.ts";
export { LogError, type LogErrorCode } from "../log/index.ts";
export type { ServerTlsOptions } from "../server/tls/server-certificate.ts";
export { checkData, type DataCheck, type DataRepair, repairData } from "../server/journal/data-maintenance.ts";
export {
  type AccessRecord,
  certificateRecord,
  changeAccessFile,
  createToken,
  defaultAccessFile,
  type Grant,
  readAccessFile,
} from "../server/access/access-file.ts";
export { type TokenLimits, tokenLimitNames } from "../server/access/token-limits.ts";
export type { Role } from "../server/access/role.ts";
export type { Limits } from "../server/limits.ts";
export { defaultLimits } from "../server/limits.ts";
export type { Logger } from "../server/logger.ts";
export { checkListening } from "./access-control.ts";
export { checkCertificate } from "./certificate-check.ts";
export { defaultDataFolder, NO_DATA } from "./data-folder.ts";
export { type LogLevel, logLevels } from "./logging.ts";
export {
  type ListenFds,
  type ReloadOptions,
  type RunningServer,
  startServer,
  type StartServerOptions,
  type StopOptions,
} from "./start-server.ts";
export { VERSION } from "./version.ts";
