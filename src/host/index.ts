/** The door `networkspaces/server`: a workspace server in this process. */
export type { Limits } from "../server/limits.ts";
export { defaultLimits } from "../server/limits.ts";
export type { Logger } from "../server/logger.ts";
export { type LogLevel, logLevels } from "./logging.ts";
export { type RunningServer, startServer, type StartServerOptions } from "./start-server.ts";
export { VERSION } from "./version.ts";
