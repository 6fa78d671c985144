/** Rows as aligned columns under a heading. Columns of numbers stand at the right. No row: the heading alone. */
export function table(headings: readonly string[], rows: readonly (readonly (string | number | boolean)[])[]): string {
  const texts = rows.map((row) =>
    row.map((cell) => (typeof cell === "boolean" ? (cell ? "yes" : "no") : String(cell))),
  );
  const widths = headings.map((heading, column) =>
    texts.reduce((widest, row) => Math.max(widest, row[column]!.length), heading.length),
  );
  const isNumeric = headings.map(
    (_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === "number"),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => (isNumeric[column] ? cell.padStart(widths[column]!) : cell.padEnd(widths[column]!)))
      .join("  ")
      .trimEnd();
  return [headings, ...texts].map(line).join("\n");
}
