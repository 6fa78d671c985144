import { useComputedColorScheme } from "@mantine/core";
import { useElementSize } from "@mantine/hooks";
import { type JSX, type PointerEvent, useEffect, useMemo, useRef, useState } from "react";
import type { MonitoredTimeline } from "../../src/sleigh/monitor.ts";
import { count, counted, duration } from "../format/numbers.ts";
import { type Bar, barAt, MOST_LANES, type TimelineLayout, timelineLayout } from "./timeline-layout.ts";
import { Section } from "../shared/section.tsx";

const LANE_PX = 16;
const BAR_PX = 12;
const LABEL_PX = 40;
const AXIS_PX = 18;
/** So near a bar the pointer is taken to be on it. */
const NEAR_PX = 3;

/** Each call has a colour; failures have one of their own. */
const colours = {
  light: { bars: ["#0b7285", "#5f3dc4", "#2b8a3e", "#9c36b5"], failed: "#e03131", text: "#495057", line: "#e9ecef" },
  dark: { bars: ["#3bc9db", "#b197fc", "#69db7c", "#e599f7"], failed: "#ff6b6b", text: "#c1c2c5", line: "#3a3d42" },
} as const;

/** When which worker worked on what, of the last chunks of tasks. */
export function Timeline({ timeline }: { readonly timeline: MonitoredTimeline }): JSX.Element {
  const layout = useMemo(() => timelineLayout(timeline), [timeline]);
  return (
    <Section id="timeline" title="Timeline">
      {layout === undefined ? <span className="note">No task has come back yet.</span> : <Lanes layout={layout} />}
      {timeline.earlier > 0 && (
        <span className="note">{counted(timeline.earlier, "earlier chunk")} of tasks not shown. </span>
      )}
      {layout?.ranks.length === MOST_LANES && <span className="note">The first {MOST_LANES} workers are shown.</span>}
    </Section>
  );
}

function Lanes({ layout }: { readonly layout: TimelineLayout }): JSX.Element {
  const { ref, width } = useElementSize<HTMLDivElement>();
  const canvas = useRef<HTMLCanvasElement>(null);
  const scheme = useComputedColorScheme("light");
  const [pointed, setPointed] = useState<Bar>();
  const height = layout.ranks.length * LANE_PX + AXIS_PX;
  const span = layout.ended - layout.began;
  const plotWidth = Math.max(1, width - LABEL_PX);

  useEffect(() => {
    if (canvas.current !== null && width > 0) {
      draw(canvas.current, layout, { width, height, scheme });
    }
  }, [layout, width, height, scheme]);

  const onPointerMove = ({ nativeEvent }: PointerEvent): void => {
    const msPerPixel = span / plotWidth;
    const at = layout.began + (nativeEvent.offsetX - LABEL_PX) * msPerPixel;
    setPointed(barAt(layout, Math.floor(nativeEvent.offsetY / LANE_PX), at, NEAR_PX * msPerPixel));
  };
  const label = `${counted(layout.bars.length, "chunk")} of tasks on ${counted(layout.ranks.length, "worker")} in ${duration(span)}`;
  return (
    <div ref={ref} className="timeline">
      <canvas
        ref={canvas}
        role="img"
        aria-label={label}
        style={{ width: "100%", height }}
        onPointerMove={onPointerMove}
        onPointerLeave={() => setPointed(undefined)}
      />
      <div className="note">{pointed === undefined ? label : describe(pointed)}</div>
    </div>
  );
}

function describe({ rank, job, first, count: tasks, failed, began, ended }: Bar): string {
  const which = tasks === 1 ? `task ${count(first)}` : `tasks ${count(first)} to ${count(first + tasks - 1)}`;
  const bad = failed === 0 ? "" : `, ${count(failed)} failed`;
  return `Worker ${rank}, call ${job}, ${which}${bad}: ${duration(ended - began)}`;
}

interface Look {
  readonly width: number;
  readonly height: number;
  readonly scheme: "light" | "dark";
}

function draw(canvas: HTMLCanvasElement, layout: TimelineLayout, { width, height, scheme }: Look): void {
  const context = canvas.getContext("2d");
  if (context === null) {
    return;
  }
  const sharpness = window.devicePixelRatio;
  canvas.width = Math.round(width * sharpness);
  canvas.height = Math.round(height * sharpness);
  context.scale(sharpness, sharpness);
  const { bars, failed, text, line } = colours[scheme];
  const scale = (width - LABEL_PX) / (layout.ended - layout.began);
  context.font = "11px system-ui, sans-serif";
  for (const [lane, rank] of layout.ranks.entries()) {
    context.fillStyle = text;
    context.fillText(String(rank), 4, lane * LANE_PX + BAR_PX);
    context.fillStyle = line;
    context.fillRect(LABEL_PX, (lane + 1) * LANE_PX - 1, width - LABEL_PX, 1);
  }
  for (const bar of layout.bars) {
    context.fillStyle = bar.failed > 0 ? failed : bars[bar.job % bars.length]!;
    // Half a pixel of room, so that one sees where a chunk ends and the next begins.
    const length = Math.max(0.75, (bar.ended - bar.began) * scale - 0.5);
    context.fillRect(LABEL_PX + (bar.began - layout.began) * scale, bar.lane * LANE_PX + 1, length, BAR_PX);
  }
  context.fillStyle = text;
  const y = height - 4;
  context.fillText(duration(Math.max(0, layout.began)), LABEL_PX, y);
  context.textAlign = "right";
  context.fillText(duration(layout.ended), width, y);
}
