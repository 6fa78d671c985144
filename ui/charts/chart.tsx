import "uplot/dist/uPlot.min.css";
import "./chart.css";
import { useComputedColorScheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { type JSX, useEffect, useRef } from "react";
import uPlot from "uplot";
import { chartOptions } from "./chart-options.ts";

export interface ChartLine {
  readonly label: string;
  readonly y: readonly (number | null)[];
}

export interface ChartProps {
  /** What the chart shows, for who does not see it. */
  readonly label: string;
  /** Ascending: seconds since 1970 when `isTime`. */
  readonly x: readonly number[];
  readonly lines: readonly ChartLine[];
  readonly isTime?: boolean;
  readonly isBytes?: boolean;
  readonly height?: number;
  readonly format: (value: number | null) => string;
}

/** Lines over a common x. The plot is made once; what changes afterwards is only its data or its size. */
export function Chart({
  label,
  x,
  lines,
  isTime = false,
  isBytes = false,
  height = 180,
  format,
}: ChartProps): JSX.Element {
  const { ref, width } = useElementSize<HTMLDivElement>();
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(null);
  const scheme = useComputedColorScheme("light");
  const labels = lines.map((line) => line.label).join("\n");
  const hasWidth = width > 0;

  useEffect(() => {
    if (holder.current === null || !hasWidth) {
      return undefined;
    }
    const options = chartOptions({ labels: labels.split("\n"), isTime, isDark: scheme === "dark", isBytes, format });
    const made = new uPlot({ ...options, width: 300, height }, undefined, holder.current);
    plot.current = made;
    return () => {
      plot.current = null;
      made.destroy();
    };
  }, [labels, isTime, isBytes, scheme, format, height, hasWidth]);

  useEffect(() => {
    plot.current?.setSize({ width, height });
  }, [width, height, labels, scheme, format]);

  useEffect(() => {
    plot.current?.setData([[...x], ...lines.map(({ y }) => [...y])]);
  }, [x, lines, scheme, labels, format, height, hasWidth]);

  return (
    <div ref={ref} className="chart" role="img" aria-label={label}>
      <div ref={holder} />
    </div>
  );
}
