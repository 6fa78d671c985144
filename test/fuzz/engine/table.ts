import type { TargetState } from "./state.ts";

export interface TableRow extends TargetState {
  readonly name: string;
  readonly failures: number;
}

/** What was done so far: a row for each target, and their sums. */
export function stateTable(rows: readonly TableRow[]): string {
  const sum = (of: (row: TableRow) => number): number => rows.reduce((total, row) => total + of(row), 0);
  const cells = [
    ["target", "inputs", "minutes", "inputs/s", "corpus", "blocks reached", "failures"],
    ...rows.map(({ name, inputs, seconds, corpus, blocks, blockCount, failures }) => [
      name,
      whole(inputs),
      (seconds / 60).toFixed(1),
      whole(inputs / Math.max(seconds, 1e-9)),
      whole(corpus),
      `${whole(blocks)} of ${whole(blockCount)}`,
      whole(failures),
    ]),
    [
      "all",
      whole(sum(({ inputs }) => inputs)),
      (sum(({ seconds }) => seconds) / 60).toFixed(1),
      "",
      "",
      "",
      whole(sum(({ failures }) => failures)),
    ],
  ];
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  return cells
    .map((row) => row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]!) : cell.padStart(widths[at]!))).join("  "))
    .join("\n");
}

/** With thin groups of three. */
function whole(value: number): string {
  return Math.round(value).toLocaleString("en-US").replaceAll(",", " ");
}
