import { type JSX, useMemo } from "react";
import { count } from "../format/numbers.ts";
import { shortened, visibleLine } from "../format/visible-text.ts";
import { type Column, VirtualTable } from "../shared/virtual-table.tsx";
import { csvRows, delimiterOf } from "./csv.ts";

const MOST_ROWS = 50_000;
const MOST_COLUMNS = 50;
const LONGEST_FIELD = 500;

/** A text that is a table, with its first row as the head. */
export function CsvView({ text }: { readonly text: string }): JSX.Element {
  const rows = useMemo(() => csvRows(text, delimiterOf(text) ?? ",", MOST_ROWS + 1), [text]);
  const [head = [], ...body] = rows;
  const columns: readonly Column<readonly string[]>[] = head.slice(0, MOST_COLUMNS).map((title, i) => ({
    key: String(i),
    title: fieldText(title),
    width: "minmax(6rem, 1fr)",
    cell: (row) => <bdi>{fieldText(row[i] ?? "")}</bdi>,
  }));
  return (
    <>
      <div className="viewer-table">
        <VirtualTable
          label="The value as a table"
          columns={columns}
          total={body.length}
          rowAt={(index) => body[index]}
        />
      </div>
      {body.length === MOST_ROWS && <span className="note">the first {count(MOST_ROWS)} rows</span>}
      {head.length > MOST_COLUMNS && (
        <span className="note">
          {" "}
          {MOST_COLUMNS} of {count(head.length)} columns
        </span>
      )}
    </>
  );
}

function fieldText(field: string): string {
  return visibleLine(shortened(field, LONGEST_FIELD));
}
