import type { Logger } from "../server/logger.ts";

/** The levels, from what tells least to what tells most. */
export const logLevels = ["silent", "error", "warn", "info", "debug"] as const;
/** What is logged: this and what is worse. */
export type LogLevel = (typeof logLevels)[number];

/** A logger that writes JSON lines to the standard error output. pino is loaded only here: a quiet server starts without it. */
export async function createLogger(level: Exclude<LogLevel, "silent">): Promise<Logger> {
  const { pino } = await import("pino");
  const logger: Logger = pino({ level, base: { pid: process.pid } }, pino.destination({ dest: 2, sync: true }));
  return logger;
}
