import type { CSSProperties, JSX } from "react";
import { Icon } from "./icon.tsx";
import type { Column, Sorting } from "./virtual-table.tsx";

export interface TableHeadProps<T> {
  readonly columns: readonly Column<T>[];
  readonly template: CSSProperties;
  readonly sorting?: Sorting;
  readonly onSort?: (sorting: Sorting) => void;
}

export function TableHead<T>({ columns, template, sorting, onSort }: TableHeadProps<T>): JSX.Element {
  return (
    <div role="rowgroup" className="table-head">
      <div role="row" aria-rowindex={1} className="table-head-row" style={template}>
        {columns.map((column) => (
          <div
            key={column.key}
            role="columnheader"
            className={column.isNumber === true ? "table-cell table-number" : "table-cell"}
            {...(column.isSortable === true ? { "aria-sort": ariaSort(column.key, sorting) } : {})}
          >
            {column.isSortable === true && onSort !== undefined ? (
              <button type="button" className="table-sort" onClick={() => onSort(nextSorting(column, sorting))}>
                {column.title}
                {sorting?.sort === column.key && <Icon name={sorting.order === "asc" ? "up" : "down"} size={13} />}
              </button>
            ) : (
              column.title
            )}
          </div>
        ))}
      </div>
    </div>
  );
}

function ariaSort(key: string, sorting: Sorting | undefined): "ascending" | "descending" | "none" {
  return sorting?.sort !== key ? "none" : sorting.order === "asc" ? "ascending" : "descending";
}

/** Of numbers one wants to see the greatest first, of names the first. */
function nextSorting(
  { key, isNumber = false }: { key: string; isNumber?: boolean },
  now: Sorting | undefined,
): Sorting {
  if (now?.sort === key) {
    return { sort: key, order: now.order === "asc" ? "desc" : "asc" };
  }
  return { sort: key, order: isNumber ? "desc" : "asc" };
}
