import type { Point } from "./points.ts";

/** The coefficients, constant first, of the polynomial of a degree that has the least squared error on the points. */
export function fit(points: readonly Point[], degree: number): number[] {
  // Row i of the normal equations: the sums of x^(i+j) for each j, and of y x^i.
  const rows = Array.from({ length: degree + 1 }, (_, i) => [
    ...Array.from({ length: degree + 1 }, (_, j) => sum(points, ([x]) => x ** (i + j))),
    sum(points, ([x, y]) => y * x ** i),
  ]);
  return solve(rows);
}

/** The mean squared error of a polynomial on the points. */
export function errorOf(coefficients: readonly number[], points: readonly Point[]): number {
  const valueAt = (x: number): number => coefficients.reduceRight((value, coefficient) => value * x + coefficient, 0);
  return sum(points, ([x, y]) => (valueAt(x) - y) ** 2) / points.length;
}

function sum(points: readonly Point[], term: (point: Point) => number): number {
  return points.reduce((total, point) => total + term(point), 0);
}

/** Solves linear equations, by Gauss; the last column is the right side. Changes the rows. */
function solve(rows: number[][]): number[] {
  for (let column = 0; column < rows.length; column++) {
    const best = rows.reduce(
      (top, row, i) => (i > column && Math.abs(row[column]!) > Math.abs(rows[top]![column]!) ? i : top),
      column,
    );
    [rows[column], rows[best]] = [rows[best]!, rows[column]!];
    const pivot = rows[column]!;
    for (const row of rows) {
      if (row !== pivot) {
        const factor = row[column]! / pivot[column]!;
        row.forEach((value, i) => (row[i] = value - factor * pivot[i]!));
      }
    }
  }
  return rows.map((row, i) => row.at(-1)! / row[i]!);
}
