import type { JSX } from "react";
import { count } from "../format/numbers.ts";

const WIDTH = 80;
const HEIGHT = 20;
/** The number of values of the last minute, as a small line; the newest is at the right end. */
export function Sparkline({ depths }: { readonly depths: readonly number[] }): JSX.Element | null {
  if (depths.length < 2) {
    return null;
  }
  const most = Math.max(...depths);
  const points = depths.map((depth, i) => {
    const x = (i / (depths.length - 1)) * WIDTH;
    const y = HEIGHT - 2 - (most === 0 ? 0 : (depth / most) * (HEIGHT - 4));
    return `${x.toFixed(1)},${y.toFixed(1)}`;
  });
  const label = `Values in the last minute: from ${count(Math.min(...depths))} to ${count(most)}, now ${count(depths.at(-1)!)}`;
  return (
    <svg
      className="sparkline"
      width={WIDTH}
      height={HEIGHT}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      <polygon points={`0,${HEIGHT} ${points.join(" ")} ${WIDTH},${HEIGHT}`} className="sparkline-area" />
      <polyline points={points.join(" ")} fill="none" stroke="currentColor" strokeWidth={1.3} />
    </svg>
  );
}
