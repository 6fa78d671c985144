import "./virtual-table.css";
import { useMediaQuery } from "@mantine/hooks";
import { useVirtualizer } from "@tanstack/react-virtual";
import { type JSX, type KeyboardEvent, type ReactNode, useEffect, useRef } from "react";
import { TableHead } from "./table-head.tsx";

export interface Column<T> {
  readonly key: string;
  readonly title: string;
  /** A CSS grid track: `minmax(8rem, 2fr)`. */
  readonly width: string;
  /** Numbers stand at the right. */
  readonly isNumber?: boolean;
  readonly isSortable?: boolean;
  /** From which width of the window on there is room for it. Default: always. */
  readonly from?: "sm" | "md" | "lg";
  readonly cell: (row: T) => ReactNode;
}

export interface Sorting {
  readonly sort: string;
  readonly order: "asc" | "desc";
}

export interface VirtualTableProps<T> {
  /** What the table is of, for who hears it. */
  readonly label: string;
  readonly columns: readonly Column<T>[];
  readonly total: number;
  /** undefined: not there yet. */
  readonly rowAt: (index: number) => T | undefined;
  readonly sorting?: Sorting;
  readonly onSort?: (sorting: Sorting) => void;
  readonly onFirstVisible?: (index: number) => void;
}

const ROW_PX = 36;
/** Browsers make no element higher than about 33 million pixels. */
const MOST_ROWS = 800_000;

/** A table of however many rows: only those on the screen are in the page. The arrow keys go from row to row. */
export function VirtualTable<T>(props: VirtualTableProps<T>): JSX.Element {
  const { label, total, rowAt, sorting, onSort, onFirstVisible } = props;
  const columns = useShownColumns(props.columns);
  const scroller = useRef<HTMLDivElement>(null);
  const rowCount = Math.min(total, MOST_ROWS);
  // eslint-disable-next-line react-hooks/incompatible-library -- React's compiler, which cannot see what it does, is not used here.
  const virtualizer = useVirtualizer({
    count: rowCount,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 8,
  });
  const shown = virtualizer.getVirtualItems();
  const first = shown[0]?.index ?? 0;
  useEffect(() => onFirstVisible?.(first), [first, onFirstVisible]);

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    const row = (event.target as HTMLElement).closest<HTMLElement>("[data-index]");
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (row !== null && step !== undefined) {
      event.preventDefault();
      const next = Math.min(Math.max(Number(row.dataset["index"]) + step, 0), rowCount - 1);
      virtualizer.scrollToIndex(next);
      requestAnimationFrame(() => focusRow(scroller.current, next));
    }
  };

  const template = { gridTemplateColumns: columns.map(({ width }) => width).join(" ") };
  return (
    <div className="table-scroller" ref={scroller} tabIndex={0} role="region" aria-label={label} onKeyDown={onKeyDown}>
      <div role="table" aria-label={label} aria-rowcount={total + 1} aria-colcount={columns.length} className="table">
        <TableHead
          columns={columns}
          template={template}
          {...(sorting === undefined ? {} : { sorting })}
          {...(onSort === undefined ? {} : { onSort })}
        />
        <div role="rowgroup" className="table-body" style={{ height: virtualizer.getTotalSize() }}>
          {shown.map(({ index, start }) => (
            <div
              key={index}
              role="row"
              aria-rowindex={index + 2}
              data-index={index}
              className="table-row"
              style={{ ...template, height: ROW_PX, transform: `translateY(${start}px)` }}
            >
              <Cells columns={columns} row={rowAt(index)} />
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}

function Cells<T>({
  columns,
  row,
}: {
  readonly columns: readonly Column<T>[];
  readonly row: T | undefined;
}): JSX.Element {
  return (
    <>
      {columns.map(({ key, isNumber = false, cell }) => (
        <div key={key} role="cell" className={isNumber ? "table-cell table-number" : "table-cell"}>
          {row === undefined ? <span className="table-missing">…</span> : cell(row)}
        </div>
      ))}
    </>
  );
}

function useShownColumns<T>(columns: readonly Column<T>[]): readonly Column<T>[] {
  const now = { getInitialValueInEffect: false };
  const room = {
    sm: useMediaQuery("(min-width: 48em)", true, now),
    md: useMediaQuery("(min-width: 62em)", true, now),
    lg: useMediaQuery("(min-width: 80em)", true, now),
  };
  return columns.filter(({ from }) => from === undefined || room[from]);
}

function focusRow(scroller: HTMLElement | null, index: number): void {
  scroller?.querySelector<HTMLElement>(`[data-index="${index}"] :is(a, button)`)?.focus();
}
