import { cellText } from "../cell-text.ts";
import { bytesText, countText, durationText, rateText } from "./numbers.ts";
import type { Row, SortKey, View } from "./sample.ts";

/** A column of a table. The last of each has names in it, of any width: so whatever these are, nothing behind them is moved. */
export interface Column<R> {
  readonly heading: string;
  /** 0: all that is left. */
  readonly width: number;
  /** What puts it in order, if something does. */
  readonly sort?: SortKey;
  readonly text: (row: R, rate: number | undefined) => string;
}

type RowOf<V extends View> = Extract<Row, { readonly view: V }>;

const workspaceColumns: readonly Column<RowOf<"workspaces">>[] = [
  { heading: "VALUES", width: 8, sort: "values", text: ({ values }) => countText(values) },
  { heading: "BOOKED", width: 7, text: ({ booked }) => countText(booked) },
  { heading: "BYTES", width: 6, sort: "bytes", text: ({ bytes }) => bytesText(bytes) },
  { heading: "WAITING", width: 8, sort: "waiting", text: ({ waiting }) => countText(waiting) },
  { heading: "OPS/S", width: 7, sort: "rate", text: (_, rate) => rateText(rate) },
  { heading: "VARS", width: 7, text: ({ variables }) => countText(variables) },
  { heading: "PERS", width: 4, text: ({ persistent }) => (persistent ? "yes" : "no") },
  { heading: "WORKSPACE", width: 0, sort: "name", text: ({ name }) => cellText(name) },
];

const variableColumns: readonly Column<RowOf<"variables">>[] = [
  { heading: "VALUES", width: 8, sort: "values", text: ({ values }) => countText(values) },
  { heading: "BOOKED", width: 7, text: ({ booked }) => countText(booked) },
  { heading: "BYTES", width: 6, sort: "bytes", text: ({ bytes }) => bytesText(bytes) },
  {
    heading: "WAITING",
    width: 8,
    sort: "waiting",
    text: ({ fetchers, finders, storers }) => countText(fetchers + finders + storers),
  },
  { heading: "OPS/S", width: 7, sort: "rate", text: (_, rate) => rateText(rate) },
  { heading: "MODE", width: 7, text: ({ mode }) => cellText(mode) },
  { heading: "VARIABLE", width: 0, sort: "name", text: ({ name }) => cellText(name) },
];

/** Of several workspaces: which one is said behind a space, and so can be taken for no part of the name. */
const allVariableColumns: readonly Column<RowOf<"variables">>[] = [
  ...variableColumns.slice(0, -1),
  {
    heading: "WORKSPACE  VARIABLE",
    width: 0,
    sort: "name",
    text: ({ workspace, name }) => `${cellText(workspace)}  ${cellText(name)}`,
  },
];

const clientColumns: readonly Column<RowOf<"clients">>[] = [
  { heading: "OPS/S", width: 7, sort: "rate", text: (_, rate) => rateText(rate) },
  { heading: "WAITING", width: 8, sort: "waiting", text: ({ waiting }) => countText(waiting) },
  { heading: "BOOKED", width: 7, sort: "values", text: ({ booked }) => countText(booked) },
  { heading: "BYTES", width: 6, sort: "bytes", text: ({ bytesIn, bytesOut }) => bytesText(bytesIn + bytesOut) },
  { heading: "IDLE", width: 9, text: ({ idleMs, ageMs }) => durationText(idleMs ?? ageMs) },
  { heading: "LAST", width: 9, text: ({ last, isAway }) => (isAway ? "(away)" : cellText(last || "-")) },
  {
    heading: "USER  LABEL  ADDRESS",
    width: 0,
    sort: "name",
    text: ({ user, label, peer }) => [user, label, peer].map(cellText).join("  "),
  },
];

/** `workspace`: the only one whose variables are shown. */
export function columnsOf(view: View, workspace: string | undefined): readonly Column<Row>[] {
  switch (view) {
    case "workspaces":
      return workspaceColumns as readonly Column<Row>[];
    case "variables":
      return (workspace === undefined ? allVariableColumns : variableColumns) as readonly Column<Row>[];
    case "clients":
      return clientColumns as readonly Column<Row>[];
  }
}
