import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";
import type { Server } from "../server/server.ts";

/** What Prometheus reads. Nothing is labelled by a name that programs choose: there may be a million of them. */
export class Metrics {
  readonly #registry = new Registry();

  constructor(server: Server) {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry, prefix: "nws_" });
    const gauge = (name: string, help: string, read: () => number): void => {
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read());
        },
      });
    };
    const { space } = server;
    gauge("nws_connections", "Connected clients", () => server.connectionCount);
    gauge("nws_workspaces", "Workspaces", () => space.stats.workspaces);
    gauge("nws_variables", "Variables", () => space.stats.variables);
    gauge("nws_values", "Values, free and booked", () => sum(space.workspaces.values(), "valueCount"));
    gauge("nws_booked_values", "Values that are fetched and not confirmed", () =>
      sum(space.workspaces.values(), "bookedCount"),
    );
    gauge("nws_waiting_operations", "Requests that wait for a value", () => space.stats.waiting);
    gauge("nws_memory_bytes", "Bytes of values, and what keeps them, in memory", () => space.stats.memoryBytes);
    gauge("nws_file_bytes", "Bytes of values in files", () => space.stats.fileBytes);
    let counted = 0;
    new Counter({
      name: "nws_operations_total",
      help: "Requests of all clients",
      registers,
      collect() {
        const count = server.operationCount;
        this.inc(Math.max(0, count - counted));
        counted = count;
      },
    });
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }
}

function sum<K extends string>(things: Iterable<Readonly<Record<K, number>>>, field: K): number {
  let total = 0;
  for (const thing of things) {
    total += thing[field];
  }
  return total;
}
