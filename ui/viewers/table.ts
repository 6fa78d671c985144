import { shortened, visibleLine } from "../format/visible-text.ts";
import type { Content } from "./content.ts";
import { csvRows, delimiterOf } from "./csv.ts";
import { foreignTable } from "./foreign-table.ts";

/** What the table viewer shows. */
export interface TableContent {
  readonly head: readonly string[];
  readonly rowCount: number;
  /** There are more rows. */
  readonly isCut: boolean;
  readonly cell: (row: number, column: number) => string;
}

const MOST_CSV_ROWS = 50_000;
const LONGEST_FIELD = 500;

export function tableOf(content: Content): TableContent | undefined {
  switch (content.kind) {
    case "text":
      return csvTable(content.text);
    case "foreign":
      return foreignTable(content.value);
    default:
      return undefined;
  }
}

/** A text that is a table, with its first row as the head. */
function csvTable(text: string): TableContent | undefined {
  const delimiter = delimiterOf(text);
  if (delimiter === undefined) {
    return undefined;
  }
  // The head, and one more row to see whether there are more.
  const [head = [], ...rows] = csvRows(text, delimiter, MOST_CSV_ROWS + 2);
  return {
    head: head.map(fieldText),
    rowCount: Math.min(rows.length, MOST_CSV_ROWS),
    isCut: rows.length > MOST_CSV_ROWS,
    cell: (row, column) => fieldText(rows[row]?.[column] ?? ""),
  };
}

function fieldText(field: string): string {
  return visibleLine(shortened(field, LONGEST_FIELD));
}
