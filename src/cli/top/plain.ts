import { setTimeout as pause } from "node:timers/promises";
import { writeLine } from "../output.ts";
import { columnsOf } from "./columns.ts";
import { headerLines, tableTitle } from "./draw.ts";
import { keyOf } from "./sample.ts";
import type { Source } from "./source.ts";
import { queryOf, type TopState, withSample } from "./state.ts";

/** Prints a table, or a line of JSON, and another one each interval until it has printed `count`. `first` has been looked at already. */
export async function runPlain(source: Source, first: TopState, count: number, isJson: boolean): Promise<void> {
  let state = first;
  for (let printed = 1; ; printed++) {
    await writeLine(isJson ? jsonOf(state) : `${printed > 1 ? "\n" : ""}${tableOf(state)}`);
    if (printed >= count) {
      return;
    }
    await pause(state.intervalMs);
    state = withSample(state, await source.look(queryOf(state)));
  }
}

export function tableOf(state: TopState): string {
  const columns = columnsOf(state.view, state.workspace);
  const cells = [
    columns.map(({ heading }) => heading),
    ...state.rows.map((row) => columns.map(({ text }) => text(row, state.rowRates.get(keyOf(row))))),
  ];
  const lines = cells.map((line) => line.map((cell, index) => cell.padStart(columns[index]!.width)).join("  "));
  return [...headerLines(state), tableTitle(state), ...lines].join("\n");
}

/** What the server said, and how quickly that changes; a rate that is not known is left out. */
export function jsonOf({ sample, rates, rows, rowRates, view, workspace }: TopState): string {
  const { total, isPartial } = sample!.ranking;
  return JSON.stringify({
    time: new Date().toISOString(),
    server: { ...sample!.info, limits: undefined, ...rates },
    view,
    workspace,
    total,
    isPartial,
    rows: rows.map((row) => ({ ...row, view: undefined, operationsPerSecond: rowRates.get(keyOf(row)) })),
  });
}
