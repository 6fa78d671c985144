import { type JSX, useEffect, useRef } from "react";
import type { MonitoredError, MonitoredLine } from "../../src/sleigh/monitor.ts";
import { count } from "../format/numbers.ts";
import { exactTime } from "../format/times.ts";
import { visibleLine, visibleText } from "../format/visible-text.ts";
import { isoTime } from "./iso-time.ts";
import { Section } from "../shared/section.tsx";

/** What workers print, the newest at the end; it stays at the end while one is there. */
export function Output({
  output,
  startedAt,
}: {
  readonly output: readonly MonitoredLine[];
  readonly startedAt: number;
}): JSX.Element {
  const scroller = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useEffect(() => {
    if (isAtEnd.current && scroller.current !== null) {
      scroller.current.scrollTop = scroller.current.scrollHeight;
    }
  }, [output]);
  return (
    <Section id="output" title="Output">
      {output.length === 0 ? (
        <span className="note">The workers have printed nothing.</span>
      ) : (
        <div
          ref={scroller}
          className="output"
          role="region"
          aria-labelledby="output"
          tabIndex={0}
          onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
            isAtEnd.current = scrollHeight - scrollTop - clientHeight < 4;
          }}
        >
          {output.map(({ at, rank, stream, text }, i) => (
            <div key={i} className={stream === "stderr" ? "output-line output-error" : "output-line"}>
              <span
                className="output-rank"
                title={`${stream} of worker ${rank}, ${exactTime(isoTime(startedAt + at))}`}
              >
                {rank}
              </span>
              <bdi>{visibleLine(text)}</bdi>
            </div>
          ))}
        </div>
      )}
    </Section>
  );
}

/** The tasks that failed for good. Nothing when there are none. */
export function Errors({
  errors,
  startedAt,
}: {
  readonly errors: readonly MonitoredError[];
  readonly startedAt: number;
}): JSX.Element | null {
  if (errors.length === 0) {
    return null;
  }
  return (
    <Section id="errors" title={`Errors (the last ${count(errors.length)})`}>
      <div className="output" tabIndex={0} role="region" aria-labelledby="errors">
        {errors.map(({ at, job, task, rank, message }, i) => (
          <div key={i} className="output-line output-error">
            <span className="output-rank" title={exactTime(isoTime(startedAt + at))}>
              call {job}, task {task}, worker {rank}
            </span>
            <bdi>{visibleText(message)}</bdi>
          </div>
        ))}
      </div>
    </Section>
  );
}
