import { ProgressBar } from "@opentf/cli-pbar";
import type { Progress } from "./master/job.ts";

/** The bar is drawn at most so often, in milliseconds. */
const REDRAW_MS = 100;

export type ProgressListener = (progress: Progress, isOver: boolean) => void;

/** The listener that the option `progress` asks for: a bar only where `stream` is a terminal. */
export function progressListener(
  option: boolean | ((progress: Progress) => void) | undefined,
  stream: NodeJS.WriteStream = process.stderr,
): ProgressListener | undefined {
  if (typeof option === "function") {
    return option;
  }
  return option === true && stream.isTTY ? barOn(stream) : undefined;
}

function barOn(stream: NodeJS.WriteStream): ProgressListener {
  const bar = new ProgressBar({ stream, size: "MEDIUM" });
  let drawnAt = -Infinity;
  let isStarted = false;
  return (progress, isOver) => {
    const now = performance.now();
    if (now - drawnAt < REDRAW_MS && !isOver) {
      return;
    }
    drawnAt = now;
    const { done, failed, total } = progress;
    const state = {
      value: done + failed,
      total: total ?? 0,
      showPercent: total !== undefined,
      suffix: progressText(progress),
    };
    if (isStarted) {
      bar.update(state);
    } else {
      isStarted = true;
      bar.start(state);
    }
    if (isOver) {
      bar.stop();
    }
  };
}

/** As `480 of 1000 done, 2 failed, 95/s, 5 s left`. */
export function progressText({ done, failed, total, elapsedMs }: Progress): string {
  const settled = done + failed;
  const perSecond = elapsedMs > 0 ? (settled / elapsedMs) * 1000 : 0;
  const left = total === undefined || settled === 0 ? undefined : (total - settled) / perSecond;
  return [
    `${done}${total === undefined ? "" : ` of ${total}`} done`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    `${perSecond >= 10 ? Math.round(perSecond) : perSecond.toFixed(1)}/s`,
    ...(left === undefined || left === 0 ? [] : [`${timeText(left)} left`]),
  ].join(", ");
}

function timeText(seconds: number): string {
  const whole = Math.ceil(seconds);
  return whole < 120 ? `${whole} s` : whole < 7200 ? `${Math.ceil(whole / 60)} min` : `${Math.ceil(whole / 3600)} h`;
}
