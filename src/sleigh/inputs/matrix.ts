import { SleighArgumentError } from "../errors.ts";

/** How a matrix (a list of rows of equal length) is gone through. */
export type By = "row" | "column" | "cell";

/**
 * The elements of one list of arguments. A matrix gives its rows, its columns, or its cells, column by column as in R; any other list gives
 * its own elements.
 */
export function elementsBy(list: readonly unknown[], by: By): readonly unknown[] {
  if (!isMatrix(list)) {
    return list;
  }
  switch (by) {
    case "row":
      return list;
    case "column":
      return columnsOf(list);
    case "cell":
      return columnsOf(list).flat();
    default:
      throw new SleighArgumentError(`by: ${JSON.stringify(by satisfies never)}; there are "row", "column" and "cell"`);
  }
}

function columnsOf(matrix: readonly ArrayLike<unknown>[]): unknown[][] {
  return Array.from({ length: matrix[0]!.length }, (_, column) =>
    Array.from<ArrayLike<unknown>, unknown>(matrix, (row) => row[column]),
  );
}

function isMatrix(list: readonly unknown[]): list is readonly ArrayLike<unknown>[] {
  const isRow = (row: unknown): row is ArrayLike<unknown> =>
    Array.isArray(row) || (ArrayBuffer.isView(row) && !(row instanceof DataView));
  const [first] = list;
  if (!isRow(first)) {
    return false;
  }
  const odd = list.findIndex((row) => !isRow(row) || row.length !== first.length);
  if (odd !== -1) {
    throw new SleighArgumentError(`by: row ${odd} of a matrix is not as long as its first row, ${first.length}`);
  }
  return true;
}
