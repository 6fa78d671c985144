/** What the server writes its log to: pino's shape, so a pino logger can be passed in as it is. */
export interface Logger {
  /** What is of interest when something is looked for. */
  debug(details: object, message: string): void;
  /** What has happened: connections, logins, the life of the server. */
  info(details: object, message: string): void;
  /** What somebody should look at. */
  warn(details: object, message: string): void;
  /** What has gone wrong. */
  error(details: object, message: string): void;
}

const nothing = (): void => undefined;

/** Writes nothing. */
export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing };
