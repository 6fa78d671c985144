import type { MachineFacts } from "./machine.ts";
import { passes, type BenchmarkResult, type Check, type Figure } from "./result.ts";

/** Everything a run prints. */

export function machineLine(facts: MachineFacts): string {
  return (
    `${facts.processors} processors (${facts.model}), ${facts.memoryGiB} GiB, Linux ${facts.kernel}, ` +
    `Node ${facts.node}, at most ${facts.openFiles} open files`
  );
}

export function benchmarkText({ name, title, figures, checks, notes }: BenchmarkResult): string {
  const columns = ["", "median", "", "quarters", "client µs", "server µs"];
  return [
    `${name}: ${title}`,
    ...grid([columns, ...figures.map(figureRow)]),
    ...checks.map((check) => `  ${passes(check) ? "pass" : "FAIL"}  ${checkText(check)}`),
    ...notes.map((note) => `  (${note})`),
    "",
  ].join("\n");
}

/** One line for each target. */
export function summaryText(results: readonly BenchmarkResult[]): string {
  const rows = results.flatMap(({ name, checks }) =>
    checks.map((check) => [
      name,
      check.label,
      amount(check.value, check.unit),
      targetText(check),
      passes(check) ? "pass" : "FAIL",
    ]),
  );
  return grid([["benchmark", "what", "measured", "target", ""], ...rows]).join("\n");
}

function figureRow(figure: Figure): string[] {
  const { label, value, unit, spread, clientMicros, serverMicros } = figure;
  const micros = (value: number | undefined): string => (value === undefined ? "" : value.toFixed(2));
  return [
    label,
    number(value),
    unit,
    spread === undefined ? "" : spread.map(number).join(" – "),
    micros(clientMicros),
    micros(serverMicros),
  ];
}

function checkText(check: Check): string {
  return `${check.label}: ${amount(check.value, check.unit)}, target ${targetText(check)}`;
}

function targetText({ target, unit }: Check): string {
  return "atLeast" in target ? `≥ ${amount(target.atLeast, unit)}` : `≤ ${amount(target.atMost, unit)}`;
}

function amount(value: number, unit: string): string {
  return unit === "" ? number(value) : `${number(value)} ${unit}`;
}

/** Four digits are as many as a shared machine can promise; large numbers whole, with thin groups of three. */
function number(value: number): string {
  if (Math.abs(value) >= 1000) {
    return Math.round(value).toLocaleString("en-US").replaceAll(",", " ");
  }
  return Number(value.toPrecision(3)).toString();
}

function grid(rows: readonly (readonly string[])[]): string[] {
  const widths = rows.reduce<number[]>(
    (widest, row) => row.map((cell, column) => Math.max(widest[column] ?? 0, cell.length)),
    [],
  );
  const isNumber = (cell: string): boolean => /^[\d-]/.test(cell);
  return rows.map((row) =>
    `  ${row.map((cell, at) => (isNumber(cell) ? cell.padStart(widths[at]!) : cell.padEnd(widths[at]!))).join("  ")}`.trimEnd(),
  );
}
