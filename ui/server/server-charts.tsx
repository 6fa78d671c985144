import { type JSX, type ReactNode, useMemo } from "react";
import type { HistoryPoint } from "../../src/web/api.ts";
import { historyPath } from "../api/addresses.ts";
import { Chart } from "../charts/chart.tsx";
import { useLive } from "../live/use-live.ts";
import { bytes, microseconds, shortCount } from "../format/numbers.ts";

const nothing: readonly HistoryPoint[] = [];

/** The last five minutes, from second to second. */
export function ServerCharts(): JSX.Element {
  const { data: history = nothing } = useLive<readonly HistoryPoint[]>(historyPath);
  const x = useMemo(() => history.map(({ at }) => Date.parse(at) / 1000), [history]);
  const of = (field: Exclude<keyof HistoryPoint, "at">): number[] => history.map((point) => point[field]);
  return (
    <div className="charts">
      <Panel title="Operations a second">
        <Chart
          label="Operations a second in the last five minutes"
          x={x}
          isTime
          lines={[{ label: "operations/s", y: of("operationsPerSecond") }]}
          format={countText}
        />
      </Panel>
      <Panel title="Time to answer, of requests that need not wait">
        <Chart
          label="Time to answer in the last five minutes: median and 99th percentile"
          x={x}
          isTime
          lines={[
            { label: "median", y: of("p50") },
            { label: "99 %", y: of("p99") },
          ]}
          format={timeText}
        />
      </Panel>
      <Panel title="Connections and waiting requests">
        <Chart
          label="Connections and waiting requests in the last five minutes"
          x={x}
          isTime
          lines={[
            { label: "connections", y: of("connections") },
            { label: "waiting", y: of("waiting") },
          ]}
          format={countText}
        />
      </Panel>
      <Panel title="Memory">
        <Chart
          label="Memory in the last five minutes: values, and the whole process"
          x={x}
          isTime
          lines={[
            { label: "values", y: of("memoryBytes") },
            { label: "process", y: of("residentBytes") },
          ]}
          format={bytesText}
          isBytes
        />
      </Panel>
    </div>
  );
}

function Panel({ title, children }: { readonly title: string; readonly children: ReactNode }): JSX.Element {
  return (
    <section className="panel">
      <h2 className="section-title">{title}</h2>
      {children}
    </section>
  );
}

function countText(value: number | null): string {
  return value === null ? "–" : shortCount(value);
}

function timeText(value: number | null): string {
  return value === null ? "–" : microseconds(value);
}

function bytesText(value: number | null): string {
  return value === null ? "–" : bytes(value);
}
