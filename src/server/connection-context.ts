import type { Connection } from "./connection.ts";
import type { Deadlines } from "./deadlines.ts";
import type { FlushQueue } from "./flush-queue.ts";
import type { Logger } from "./logger.ts";
import type { MemoryGauge } from "./memory-gauge.ts";
import type { ReplyGate } from "./reply-gate.ts";
import type { SlowClients } from "./slow-clients.ts";
import type { Tally } from "./tally.ts";
import type { Turns } from "./turns.ts";

/** What a connection needs of the server. */
export interface ConnectionContext {
  readonly flushQueue: FlushQueue;
  readonly deadlines: Deadlines;
  readonly turns: Turns;
  readonly slowClients: SlowClients;
  readonly logger: Logger;
  readonly maxUnsentBytes: number;
  readonly memory: MemoryGauge;
  /** Where answers wait for the log; `undefined` where nothing is kept. */
  readonly gate: ReplyGate | undefined;
  /** Logs an exception that nobody expected and returns the sentence that the client gets. */
  bug(error: unknown, where: string): string;
  /** Whole microseconds, at least 1, from the arrival of some bytes until what is to be said to them was given to the socket. */
  readonly latency: { record(microseconds: number): void };
  /** The same is counted there. */
  readonly tally: Pick<Tally, "handling">;
  /** The connection is gone. */
  closed(connection: Connection): void;
}
