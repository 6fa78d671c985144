import { median } from "../harness/statistics.ts";

/** One figure at one moment. */
export interface Point {
  readonly seconds: number;
  readonly value: number;
}

export interface Growth {
  /** How much more it is at the end of the second half than at its beginning: of the line through it. */
  readonly growth: number;
  /** What it could have grown without anybody being able to tell. */
  readonly noise: number;
  readonly isGrowing: boolean;
}

/** From the usual deviation of points to what nearly none of them exceeds: three times their standard deviation. */
const DEVIATIONS = 3 * 1.4826;

/**
 * Whether a figure grows over the second half of a run. The line is that of Theil and Sen (the median of the slopes between all pairs), which a
 * few wild points do not move; noise is how far the points are from it, and at least `tolerance`.
 */
export function growthOf(points: readonly Point[], tolerance: number): Growth {
  const half = points.slice(points.length >> 1);
  const slopes = half.flatMap((one, i) =>
    half.slice(i + 1).map((other) => (other.value - one.value) / (other.seconds - one.seconds)),
  );
  if (slopes.length === 0) {
    return { growth: 0, noise: tolerance, isGrowing: false };
  }
  const slope = median(slopes);
  const offsets = half.map(({ seconds, value }) => value - slope * seconds);
  const offset = median(offsets);
  const noise = Math.max(tolerance, DEVIATIONS * median(offsets.map((each) => Math.abs(each - offset))));
  const growth = slope * (half.at(-1)!.seconds - half[0]!.seconds);
  return { growth, noise, isGrowing: growth > noise };
}
