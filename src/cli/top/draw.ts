import { cellText, cut, fit, widthOf } from "../cell-text.ts";
import { type Column, columnsOf } from "./columns.ts";
import { keyTable } from "./keys.ts";
import { bytesText, countText, durationText, rateText } from "./numbers.ts";
import type { Paint } from "./paint.ts";
import { keyOf, type Row } from "./sample.ts";
import { selectedRow, type TopState } from "./state.ts";

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** Three lines about the server, one about the table, its heading, and the keys at the foot. */
const OTHER_LINES = 6;

/** How many rows of the table there is room for. */
export function roomOf({ rows }: Size): number {
  return Math.max(1, rows - OTHER_LINES);
}

/** What stands on the screen: as many lines as that has, none of them wider than it is. */
export function draw(state: TopState, size: Size, look: Paint): string[] {
  const { columns: width } = size;
  const room = roomOf(size);
  const body = bodyOf(state, width, room, look);
  const lines = [
    look.bold(cut(titleOf(state), width)),
    ...headerLines(state).map((line) => cut(line, width)),
    statusOf(state, width, look),
    ...body,
    ...Array<string>(Math.max(0, room + 1 - body.length)).fill(""),
    footOf(state, width, look),
  ];
  return lines.slice(0, size.rows);
}

function titleOf({ address, sample }: TopState): string {
  const server =
    sample === undefined ? "" : `  ${cellText(sample.info.version)}  up ${durationText(sample.info.uptimeMs)}`;
  return `nws top  ${cellText(address)}${server}`;
}

/** What the server does, and what it holds. */
export function headerLines({ sample, rates }: Pick<TopState, "sample" | "rates">): [string, string] {
  if (sample === undefined) {
    return ["", ""];
  }
  const { info } = sample;
  const busy = rates === undefined ? "-" : `${Math.round(rates.busy * 100)}%`;
  return [
    `clients ${countText(info.connections)}   workspaces ${countText(info.workspaces)}   variables ${countText(info.variables)}   waiting ${countText(info.waiting)}`,
    `operations/s ${rateText(rates?.operationsPerSecond)}   busy ${busy}   values ${bytesText(info.memoryBytes)} in memory, ${bytesText(info.fileBytes)} in files   process ${bytesText(info.residentBytes)}`,
  ];
}

/** What is shown, of how many, and what is wrong. */
function statusOf(state: TopState, width: number, look: Paint): string {
  if (state.trouble !== undefined) {
    return look.warning(cut(cellText(state.trouble), width));
  }
  return cut((state.isPaused ? "PAUSED   " : "") + tableTitle(state), width);
}

export function tableTitle(state: TopState): string {
  const { view, workspace, sort, filter, draft, sample } = state;
  const what = view === "variables" && workspace !== undefined ? `variables of ${cellText(workspace)}` : view;
  const wanted = draft ?? filter;
  const having = wanted === "" ? "" : ` with '${cellText(wanted)}'`;
  return `${what}${having}, by ${sort}${sample === undefined ? "" : countOf(sample.ranking, sort)}`;
}

/** What the table leaves out is said. */
function countOf({ rows, total, isPartial }: NonNullable<TopState["sample"]>["ranking"], sort: string): string {
  const all = isPartial ? `${total} or more (the server looks at so many and no further)` : `${total}`;
  if (rows.length >= total && !isPartial) {
    return `: ${all}`;
  }
  const which = sort === "rate" ? "those with most operations so far" : "the first";
  return `: ${rows.length} of ${all}, ${which}`;
}

function bodyOf(state: TopState, width: number, room: number, look: Paint): string[] {
  switch (state.panel) {
    case "help":
      return ["", ...keyTable.map(({ label, help }) => `  ${fit(label, 12)}${help}`)]
        .slice(0, room + 1)
        .map((line) => cut(line, width));
    case "details":
      return detailsOf(state, width, look).slice(0, room + 1);
    case undefined:
      return tableOf(state, width, room, look);
  }
}

/** All that is known of a row, in full: numbers as they are, names as long as the screen is wide. */
function detailsOf(state: TopState, width: number, look: Paint): string[] {
  const row = selectedRow(state);
  if (row === undefined) {
    return ["", cut("  It is not there any more.", width)];
  }
  const { view, ...facts } = row;
  const lines = Object.entries(facts as Record<string, string | number | boolean | null>).map(([name, value]) =>
    cut(`  ${fit(name, 14)}${value === null ? "-" : cellText(String(value))}`, width),
  );
  const title = look.heading(fit(`One of the ${view}. Esc goes back.`, width));
  return [title, ...lines, cut(`  ${fit("ops/s", 14)}${rateText(state.rowRates.get(keyOf(row)))}`, width)];
}

function tableOf(state: TopState, width: number, room: number, look: Paint): string[] {
  const columns = columnsOf(state.view, state.workspace);
  const heading = look.heading(
    fit(
      lineOf(columns, ({ heading, sort }) => heading + mark(sort, state)),
      width,
    ),
  );
  const shown = state.rows.slice(state.top, state.top + room);
  const lines = shown.map((row, index) => {
    const rate = state.rowRates.get(keyOf(row));
    const line = lineOf(columns, (column) => column.text(row, rate));
    return state.top + index === state.selectedIndex ? look.reverse(fit(line, width)) : cut(line, width);
  });
  return [heading, ...lines];
}

/** Numbers stand at the right of their columns. The last column has what is left. */
function lineOf(columns: readonly Column<Row>[], text: (column: Column<Row>) => string): string {
  return columns
    .map((column) => (column.width === 0 ? text(column) : fit(text(column), Math.max(column.width, 1), true)))
    .join("  ");
}

function mark(sort: string | undefined, state: TopState): string {
  return sort === state.sort ? "*" : "";
}

function footOf(state: TopState, width: number, look: Paint): string {
  if (state.draft !== undefined) {
    const line = `/${cellText(state.draft)}`;
    // What is being typed is at the end: of a long one that is seen.
    return look.bold(widthOf(line) <= width - 1 ? `${line}_` : `${cut(line, width - 1)}_`);
  }
  return look.dim(
    cut("? help  w workspaces  v variables  c clients  Enter open  s sort  / filter  p pause  q quit", width),
  );
}
