import type { Server } from "../../server/server.ts";
import type { HistoryPoint } from "../api.ts";

const TICK_MS = 1000;
/** Five minutes. */
const KEPT = 300;

/** What the server has done in the last minutes, a point each second: from when somebody looks for the first time. */
export class History {
  readonly points: HistoryPoint[] = [];
  readonly #server: Server;
  readonly #timer: NodeJS.Timeout;
  #operations: number;
  #at = performance.now();

  constructor(server: Server) {
    this.#server = server;
    this.#operations = server.operationCount;
    server.latency.reset();
    this.#timer = setInterval(() => this.#tick(), TICK_MS).unref();
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const server = this.#server;
    const { latency, operationCount, connectionCount } = server;
    const { waiting, memoryBytes } = server.space.stats;
    const now = performance.now();
    const seconds = (now - this.#at) / 1000;
    this.points.push({
      at: new Date().toISOString(),
      operationsPerSecond: Math.max(0, Math.round((operationCount - this.#operations) / seconds)),
      connections: connectionCount,
      waiting,
      memoryBytes,
      residentBytes: process.memoryUsage.rss(),
      p50: latency.count === 0 ? 0 : latency.percentile(50),
      p99: latency.count === 0 ? 0 : latency.percentile(99),
    });
    if (this.points.length > KEPT) {
      this.points.shift();
    }
    this.#operations = operationCount;
    this.#at = now;
    latency.reset();
  }
}
