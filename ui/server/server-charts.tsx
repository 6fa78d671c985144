import { type JSX, useMemo } from "react";
import type { HistoryPoint } from "../../src/web/api.ts";
import { historyPath } from "../api/addresses.ts";
import { Chart } from "../charts/chart.tsx";
import { useLive } from "../live/use-live.ts";
import { bytes, microseconds, shortCount } from "../format/numbers.ts";

const nothing: readonly HistoryPoint[] = [];

interface ChartPlan {
  readonly title: string;
  /** What is shown of which field. */
  readonly lines: readonly (readonly [label: string, field: Exclude<keyof HistoryPoint, "at">])[];
  readonly format: (value: number | null) => string;
  readonly isBytes?: true;
}

const plans: readonly ChartPlan[] = [
  { title: "Operations a second", lines: [["operations/s", "operationsPerSecond"]], format: countText },
  {
    title: "Time to answer, of requests that need not wait",
    lines: [
      ["median", "p50"],
      ["99 %", "p99"],
    ],
    format: timeText,
  },
  {
    title: "Connections and waiting requests",
    lines: [
      ["connections", "connections"],
      ["waiting", "waiting"],
    ],
    format: countText,
  },
  {
    title: "Memory",
    lines: [
      ["values", "memoryBytes"],
      ["process", "residentBytes"],
    ],
    format: bytesText,
    isBytes: true,
  },
];

/** The last five minutes, from second to second. */
export function ServerCharts(): JSX.Element {
  const { data: history = nothing } = useLive<readonly HistoryPoint[]>(historyPath);
  const x = useMemo(() => history.map(({ at }) => Date.parse(at) / 1000), [history]);
  return (
    <div className="charts">
      {plans.map(({ title, lines, format, isBytes = false }) => (
        <section key={title} className="panel">
          <h2 className="section-title">{title}</h2>
          <Chart
            label={`${title} in the last five minutes: ${lines.map(([label]) => label).join(", ")}`}
            x={x}
            isTime
            isBytes={isBytes}
            lines={lines.map(([label, field]) => ({ label, y: history.map((point) => point[field]) }))}
            format={format}
          />
        </section>
      ))}
    </div>
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
