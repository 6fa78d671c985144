import { type JSX, useMemo } from "react";
import { count } from "../format/numbers.ts";
import { type Column, VirtualTable } from "../shared/virtual-table.tsx";
import type { TableContent } from "./table.ts";

const MOST_COLUMNS = 50;

/** A value that is a table: text of comma-separated fields, another language's data frame. */
export function TableView({ table }: { readonly table: TableContent }): JSX.Element {
  const { head, rowCount, isCut, cell } = table;
  const columns = useMemo<readonly Column<number>[]>(
    () =>
      head.slice(0, MOST_COLUMNS).map((title, column) => ({
        key: String(column),
        title,
        width: "minmax(6rem, 1fr)",
        cell: (row) => <bdi>{cell(row, column)}</bdi>,
      })),
    [head, cell],
  );
  return (
    <>
      <div className="viewer-table">
        <VirtualTable label="The value as a table" columns={columns} total={rowCount} rowAt={(index) => index} />
      </div>
      <span className="note">
        {isCut ? `the first ${count(rowCount)} rows` : `${count(rowCount)} rows`}
        {head.length > MOST_COLUMNS && `, the first ${MOST_COLUMNS} of ${count(head.length)} columns`}
      </span>
    </>
  );
}
