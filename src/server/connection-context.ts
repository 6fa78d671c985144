import type { Connection } from "./connection.ts";
import type { Deadlines } from "./deadlines.ts";
import type { FlushQueue } from "./flush-queue.ts";
import type { Logger } from "./logger.ts";
import type { MemoryGauge } from "./memory-gauge.ts";

/** What a connection needs of the server. */
export interface ConnectionContext {
  readonly flushQueue: FlushQueue;
  readonly deadlines: Deadlines;
  readonly logger: Logger;
  readonly maxUnsentBytes: number;
  readonly memory: MemoryGauge;
  /** Logs an exception that nobody expected and returns the sentence that the client gets. */
  bug(error: unknown, where: string): string;
  /** The connection is gone. */
  closed(connection: Connection): void;
}
