import { useVirtualizer } from "@tanstack/react-virtual";
import { type JSX, type ReactNode, useRef } from "react";

export interface VirtualLinesProps {
  readonly label: string;
  readonly count: number;
  readonly line: (index: number) => ReactNode;
}

const LINE_PX = 20;

/** Any number of lines of the same height, of which only those on the screen are in the page. */
export function VirtualLines({ label, count, line }: VirtualLinesProps): JSX.Element {
  const scroller = useRef<HTMLDivElement>(null);
  // eslint-disable-next-line react-hooks/incompatible-library -- React's compiler, which cannot see what it does, is not used here.
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => LINE_PX,
    overscan: 10,
  });
  return (
    <div className="viewer-lines" ref={scroller} tabIndex={0} role="region" aria-label={label}>
      <div className="viewer-lines-inner" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ index, start }) => (
          <div key={index} className="viewer-line" style={{ height: LINE_PX, transform: `translateY(${start}px)` }}>
            {line(index)}
          </div>
        ))}
      </div>
    </div>
  );
}
