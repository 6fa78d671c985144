import type { MonitoredTimeline } from "../../src/sleigh/monitor.ts";

/** A chunk of tasks as it is drawn; times are milliseconds since the sleigh's start. */
export interface Bar {
  readonly lane: number;
  readonly rank: number;
  readonly job: number;
  readonly first: number;
  readonly count: number;
  readonly failed: number;
  readonly began: number;
  readonly ended: number;
}

export interface TimelineLayout {
  /** The workers' ranks, one a lane, from above. */
  readonly ranks: readonly number[];
  readonly bars: readonly Bar[];
  readonly began: number;
  readonly ended: number;
}

/** More lanes would be too thin to see. */
export const MOST_LANES = 64;

/** Lanes and bars of the chunks; undefined when there are none. */
export function timelineLayout(timeline: MonitoredTimeline): TimelineLayout | undefined {
  const { job, first, count, rank, began, ended, failed } = timeline;
  const ranks = [...new Set(rank)].sort((a, b) => a - b).slice(0, MOST_LANES);
  const lanes = new Map(ranks.map((one, lane) => [one, lane]));
  const bars: Bar[] = [];
  let earliest = Number.POSITIVE_INFINITY;
  let latest = Number.NEGATIVE_INFINITY;
  for (const [i, one] of rank.entries()) {
    const lane = lanes.get(one);
    const from = began[i];
    const to = ended[i];
    if (lane !== undefined && from !== undefined && to !== undefined) {
      earliest = Math.min(earliest, from);
      latest = Math.max(latest, to);
      bars.push({
        lane,
        rank: one,
        job: job[i] ?? 0,
        first: first[i] ?? 0,
        count: count[i] ?? 0,
        failed: failed[i] ?? 0,
        began: from,
        ended: to,
      });
    }
  }
  return bars.length === 0 ? undefined : { ranks, bars, began: earliest, ended: Math.max(latest, earliest + 1) };
}

/** The bar at a moment in a lane: the last one that covers it, or is nearer than `within` milliseconds. */
export function barAt(layout: TimelineLayout, lane: number, at: number, within: number): Bar | undefined {
  return layout.bars.findLast((bar) => bar.lane === lane && at >= bar.began - within && at <= bar.ended + within);
}
