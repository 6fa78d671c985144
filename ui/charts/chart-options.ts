import type uPlot from "uplot";

export interface ChartStyle {
  readonly labels: readonly string[];
  readonly isTime: boolean;
  readonly isDark: boolean;
  readonly format: (value: number | null) => string;
  /** Ticks at powers of two. */
  readonly isBytes: boolean;
}

/** Told apart also by who does not see red and green apart. */
const strokes = {
  light: ["#0b7285", "#c2410c", "#5f3dc4"],
  dark: ["#66d9e8", "#ffa94d", "#b197fc"],
} as const;

const powersOfTwo = Array.from({ length: 50 }, (_, power) => 2 ** power);

/** The look of a plot; canvas knows no variables of the style sheet. */
export function chartOptions(style: ChartStyle): Omit<uPlot.Options, "width" | "height"> {
  const { labels, isTime, isDark, isBytes, format } = style;
  const text = isDark ? "#c1c2c5" : "#495057";
  const grid = { stroke: isDark ? "#3a3d42" : "#e9ecef", width: 1 };
  const colours = isDark ? strokes.dark : strokes.light;
  return {
    scales: { x: { time: isTime }, y: { range: yRange } },
    legend: { live: true },
    cursor: { drag: { x: false, y: false } },
    axes: [
      { stroke: text, grid, ticks: grid, size: 30 },
      {
        stroke: text,
        grid,
        ticks: grid,
        size: 68,
        values: (_, ticks) => ticks.map(format),
        ...(isBytes && { incrs: powersOfTwo }),
      },
    ],
    series: [
      isTime ? { label: "at", value: (_, seconds: number | null) => clock(seconds) } : { label: "index" },
      ...labels.map((label, i) => ({
        label,
        stroke: colours[i % colours.length]!,
        width: 1.5,
        points: { show: false },
        // Nothing is pointed at: the legend names the lines only.
        value: (_: uPlot, value: number | null) => (value === null ? "" : format(value)),
      })),
    ],
  };
}

function clock(seconds: number | null): string {
  return seconds === null ? "" : new Date(seconds * 1000).toTimeString().slice(0, 8);
}

/** From 0, if nothing is below; never without height. */
function yRange(_: uPlot, least: number | null, greatest: number | null): [number, number] {
  const low = Math.min(0, least ?? 0);
  const high = Math.max(greatest ?? 0, low + 1e-9);
  const isFlat = high - low < 1e-6;
  const room = (high - low) * 0.08;
  return [low < 0 ? low - room : 0, isFlat ? low + 1 : high + room];
}
