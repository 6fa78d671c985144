import { type Logger, silentLogger } from "../server/logger.ts";

/** The levels, from what tells least to what tells most. */
export const logLevels = ["silent", "error", "warn", "info", "debug"] as const;
/** What is logged: this and what is worse. */
export type LogLevel = (typeof logLevels)[number];

/** Writes JSON lines to the standard error output, or nothing, as its level says, which may change. */
export class LevelLogger implements Logger {
  #logger: Logger;

  private constructor(logger: Logger) {
    this.#logger = logger;
  }

  static async create(level: LogLevel): Promise<LevelLogger> {
    return new LevelLogger(await loggerOf(level));
  }

  async setLevel(level: LogLevel): Promise<void> {
    this.#logger = await loggerOf(level);
  }

  debug(details: object, message: string): void {
    this.#logger.debug(details, message);
  }

  info(details: object, message: string): void {
    this.#logger.info(details, message);
  }

  warn(details: object, message: string): void {
    this.#logger.warn(details, message);
  }

  error(details: object, message: string): void {
    this.#logger.error(details, message);
  }
}

/** (pino is loaded only here: a quiet server starts without it.) */
async function loggerOf(level: LogLevel): Promise<Logger> {
  if (level === "silent") {
    return silentLogger;
  }
  const { pino } = await import("pino");
  const logger: Logger = pino({ level, base: { pid: process.pid } }, pino.destination({ dest: 2, sync: true }));
  return logger;
}
