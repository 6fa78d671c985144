import type { ForeignTable, ForeignValue } from "../../src/codec/foreign/index.ts";
import { arrayElement, foreignNode } from "./foreign-node.ts";
import type { TableContent } from "./table.ts";
import { oneLine } from "./tree-node.ts";

/** A data frame as a table, with the rows' names as the first column where they have some; undefined for what is none. */
export function foreignTable(value: ForeignValue): TableContent | undefined {
  if (typeof value !== "object" || value?.kind !== "table") {
    return undefined;
  }
  const { rowNames, rowCount, columns } = value;
  const all: readonly Column[] = [
    ...(rowNames === undefined ? [] : [{ title: "", cell: (row: number) => oneLine(rowNames[row] ?? "") }]),
    ...columns.map(([title, column]) => ({ title: oneLine(title), cell: cellsOf(column) })),
  ];
  return {
    head: all.map(({ title }) => title),
    rowCount,
    isCut: false,
    cell: (row, column) => all[column]?.cell(row) ?? "",
  };
}

interface Column {
  readonly title: string;
  readonly cell: (row: number) => string;
}

function cellsOf(column: ForeignTable["columns"][number][1]): (row: number) => string {
  if (typeof column === "object" && column?.kind === "array") {
    return (row) => bare(arrayElement(column, row));
  }
  if (typeof column === "object" && column?.kind === "list") {
    return (row) => bare(foreignNode(column.items[row] ?? null).summary);
  }
  return () => foreignNode(column).summary;
}

/** In a table's cell a text needs no quotes. */
function bare(summary: string): string {
  return /^".*"$/s.test(summary) ? summary.slice(1, -1) : summary;
}
