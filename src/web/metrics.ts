import { collectDefaultMetrics, Counter, Gauge, Registry } from "prom-client";
import type { Server } from "../server/server.ts";
import { TimesMetric } from "./times-metric.ts";

type Labels = Readonly<Record<string, string>>;
type Samples = Iterable<readonly [labels: Labels, value: number]>;

/**
 * What Prometheus reads; docs/monitoring.md has all of it. The server counts anyway, and is asked when somebody scrapes. Nothing is labelled by a
 * name that programs choose: there may be a million of them.
 */
export class Metrics {
  readonly #registry = new Registry();

  constructor(server: Server) {
    collectDefaultMetrics({ register: this.#registry });
    this.#gauge("nws_build_info", "1, with the version of the server", ["version"], () => [
      [{ version: server.version }, 1],
    ]);
    this.#gauge("nws_start_time_seconds", "When the server was started, in Unix time", [], () =>
      only(Math.round((performance.timeOrigin + server.startedAt) / 1000)),
    );
    this.#operations(server);
    this.#clients(server);
    this.#contents(server);
    this.#log(server);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  text(): Promise<string> {
    return this.#registry.metrics();
  }

  #operations({ tally, slow }: Server): void {
    const { answers, failures, handling, waiting } = tally;
    this.#counter("nws_operations_total", "Requests that were answered", ["protocol", "verb", "outcome"], () =>
      Object.entries(answers).flatMap(([protocol, ofProtocol]) =>
        [...ofProtocol].map(({ verb, outcome, count }) => [{ protocol, verb, outcome }, count] as const),
      ),
    );
    this.#counter("nws_operation_failures_total", "Requests that were answered with a failure", ["code"], () =>
      labelled("code", failures),
    );
    const help =
      "From the arrival of requests until their answers were given to the socket; one arrival in 16 is timed";
    this.#times("nws_handling_seconds", help, () => handling);
    this.#times("nws_waiting_seconds", "How long requests waited that had to, for a value or for room", () => waiting);
    this.#counter("nws_slow_operations_total", "Operations that took longer than --slow-operation-ms", [], () =>
      slow === undefined ? [] : only(slow.count),
    );
  }

  #clients(server: Server): void {
    const { tally, slowClients, limits } = server;
    this.#gauge("nws_connections", "Connections, those included whose client may come back", [], () =>
      only(server.connectionCount),
    );
    this.#gauge("nws_connections_limit", "Most connections (--max-connections)", [], () => only(limits.maxConnections));
    this.#gauge("nws_sessions", "Clients that were let in", ["protocol"], () => sessionsOf(server));
    this.#gauge("nws_sessions_detached", "Clients whose connection is broken and that may come back", [], () =>
      only([...server.clients()].filter(({ detachedSince }) => detachedSince !== undefined).length),
    );
    this.#counter("nws_received_bytes_total", "Bytes that came from clients", [], () => only(server.traffic.bytesIn));
    this.#counter("nws_sent_bytes_total", "Bytes that were said to clients", [], () => only(server.traffic.bytesOut));
    this.#counter("nws_connections_refused_total", "Connections that were turned away", ["reason"], () =>
      labelled("reason", tally.refusedConnections),
    );
    this.#counter("nws_authentication_failures_total", "Clients and requests not let in", ["reason"], () =>
      labelled("reason", tally.notLetIn),
    );
    this.#gauge("nws_slow_clients", "Clients that do not take what is said to them", [], () => only(slowClients.count));
    this.#counter("nws_slow_clients_dropped_total", "Clients that were dropped because they were too slow", [], () =>
      only(slowClients.droppedCount),
    );
  }

  #contents({ space, limits }: Server): void {
    const gauge = (name: string, help: string, read: () => number): void =>
      this.#gauge(name, help, [], () => only(read()));
    gauge("nws_workspaces", "Workspaces", () => space.stats.workspaces);
    gauge("nws_variables", "Variables", () => space.stats.variables);
    gauge("nws_values", "Values, free and booked", () => sum(space.workspaces.values(), "valueCount"));
    gauge("nws_booked_values", "Values that were fetched and are not confirmed", () =>
      sum(space.workspaces.values(), "bookedCount"),
    );
    gauge("nws_waiting_operations", "Requests that wait for a value or for room", () => space.stats.waiting);
    gauge("nws_waiting_operations_limit", "Most requests that may wait (--max-waiting)", () => limits.maxWaiting);
    gauge("nws_memory_bytes", "Bytes of values, and what keeps them, in memory", () => space.stats.memoryBytes);
    gauge("nws_memory_limit_bytes", "Most of them (--max-memory-bytes)", () => limits.maxMemoryBytes);
    gauge("nws_file_bytes", "Bytes of values in files", () => space.stats.fileBytes);
    gauge("nws_file_limit_bytes", "Most of them (--max-file-bytes)", () => limits.maxFileBytes);
  }

  /** Without a data folder these have no samples. */
  #log(server: Server): void {
    const ofLog = (read: (log: NonNullable<Server["log"]>) => number | undefined) => (): Samples => {
      const value = server.log === undefined ? undefined : read(server.log);
      return value === undefined ? [] : only(value);
    };
    const counter = (name: string, help: string, read: Parameters<typeof ofLog>[0]): void =>
      this.#counter(name, help, [], ofLog(read));
    const gauge = (name: string, help: string, read: Parameters<typeof ofLog>[0]): void =>
      this.#gauge(name, help, [], ofLog(read));
    counter("nws_log_syncs_total", "How often changes were made durable", ({ stats }) => stats.syncs);
    counter("nws_log_written_bytes_total", "Bytes written to the log", ({ stats }) => stats.bytesWritten);
    counter("nws_log_errors_total", "Writes, syncs and snapshots that failed", ({ stats }) => stats.errors);
    counter("nws_log_snapshots_total", "Snapshots that were written", ({ stats }) => stats.snapshots);
    this.#times("nws_log_write_seconds", "What writes and syncs of the log took", () => server.log?.stats.times);
    gauge("nws_log_disk_bytes", "Bytes of the log's files and its snapshot", ({ stats }) => stats.diskBytes);
    gauge("nws_log_pending_bytes", "Bytes that wait to be written", ({ pendingBytes }) => pendingBytes);
    gauge("nws_log_stalled_seconds", "How long the write under way has taken", ({ stalledMs }) => stalledMs / 1000);
    gauge("nws_log_full", "1: there is no room on the disk, and stores are refused", ({ isFull }) => Number(isFull));
    gauge("nws_log_failed", "1: nothing more can be kept until the server is started again", ({ failure }) =>
      Number(failure !== undefined),
    );
    gauge("nws_log_snapshot_seconds", "What the last snapshot took", ({ stats: { snapshotMs } }) =>
      snapshotMs === undefined ? undefined : snapshotMs / 1000,
    );
    gauge("nws_log_snapshot_age_seconds", "How long ago it was finished", ({ stats: { snapshotAgeMs } }) =>
      snapshotAgeMs === undefined ? undefined : snapshotAgeMs / 1000,
    );
  }

  #gauge(name: string, help: string, labelNames: readonly string[], read: () => Samples): void {
    new Gauge({
      name,
      help,
      labelNames,
      registers: [this.#registry],
      collect() {
        forget(this, labelNames);
        for (const [labels, value] of read()) {
          this.set(labels, value);
        }
      },
    });
  }

  #counter(name: string, help: string, labelNames: readonly string[], read: () => Samples): void {
    new Counter({
      name,
      help,
      labelNames,
      registers: [this.#registry],
      collect() {
        forget(this, labelNames);
        for (const [labels, value] of read()) {
          this.inc(labels, value);
        }
      },
    });
  }

  #times(name: string, help: string, times: ConstructorParameters<typeof TimesMetric>[3]): void {
    new TimesMetric(name, help, this.#registry, times);
  }
}

/** Without labels, `reset` leaves a sample that is 0, where there may be none. */
function forget(metric: { reset(): void; remove(): void }, labelNames: readonly string[]): void {
  metric.reset();
  if (labelNames.length === 0) {
    metric.remove();
  }
}

function only(value: number): Samples {
  return [[{}, value]];
}

function labelled(label: string, counts: Iterable<readonly [string, number]>): Samples {
  return Array.from(counts, ([name, count]) => [{ [label]: name }, count] as const);
}

function sessionsOf(server: Server): Samples {
  const counts = { classic: 0, multiplexed: 0 };
  for (const { protocol } of server.clients()) {
    counts[protocol]++;
  }
  return labelled("protocol", Object.entries(counts));
}

function sum<K extends string>(things: Iterable<Readonly<Record<K, number>>>, field: K): number {
  let total = 0;
  for (const thing of things) {
    total += thing[field];
  }
  return total;
}
