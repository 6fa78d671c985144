import { type JSX, useMemo } from "react";
import { Chart } from "../charts/chart.tsx";
import { Facts } from "../shared/facts.tsx";
import { count } from "../format/numbers.ts";
import { type NumberSeries, plotData, summaryOf } from "./number-series.ts";
import { VirtualLines } from "./virtual-lines.tsx";

const PLOT_POINTS = 4000;
const NUMBERS_A_LINE = 8;

/** Numbers in a row: what they are like, a plot, and all of them. */
export default function NumbersView({ numbers }: { readonly numbers: NumberSeries }): JSX.Element {
  const plot = useMemo(() => plotData(numbers, PLOT_POINTS), [numbers]);
  const summary = useMemo(() => summaryOf(numbers), [numbers]);
  return (
    <>
      <Facts
        facts={[
          ["Kind", numbers.kind],
          ["Numbers", count(numbers.length)],
          ["Least", figure(summary?.least)],
          ["Greatest", figure(summary?.greatest)],
          ["Mean", figure(summary?.mean)],
        ]}
      />
      {plot.x.length >= 2 && (
        <Chart label="The numbers, by their index" x={plot.x} lines={[{ label: "value", y: plot.y }]} format={figure} />
      )}
      <VirtualLines
        label="All numbers"
        count={Math.ceil(numbers.length / NUMBERS_A_LINE)}
        line={(line) => {
          const from = line * NUMBERS_A_LINE;
          const length = Math.min(NUMBERS_A_LINE, numbers.length - from);
          return (
            <>
              <span className="hex-offset">{count(from)}</span>
              {Array.from({ length }, (_, i) => (
                <span key={i} className="number-cell">
                  {numbers.textAt(from + i)}
                </span>
              ))}
            </>
          );
        }}
      />
    </>
  );
}

function figure(value: number | null | undefined): string {
  return value === undefined || value === null ? "–" : String(Number(value.toPrecision(6)));
}
