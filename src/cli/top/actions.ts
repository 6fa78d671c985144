import { columnsOf } from "./columns.ts";
import type { SortKey, View } from "./sample.ts";
import { ordered, select, selectedRow, type TopState } from "./state.ts";

/** What a key may do. */
export type Action =
  | "quit"
  | "suspend"
  | "workspaces"
  | "variables"
  | "clients"
  | "up"
  | "down"
  | "pageUp"
  | "pageDown"
  | "first"
  | "last"
  | "enter"
  | "back"
  | "sort"
  | "filter"
  | "pause"
  | "help"
  | "refresh";

/** What the screen shows after a key. (`quit`, `suspend` and `refresh` change nothing here.) */
export function act(state: TopState, action: Action): TopState {
  switch (action) {
    case "workspaces":
    case "clients":
      return show(state, action, undefined);
    case "variables":
      return show(state, "variables", undefined);
    case "up":
      return select(state, state.selectedIndex - 1);
    case "down":
      return select(state, state.selectedIndex + 1);
    case "pageUp":
      return select(state, state.selectedIndex - state.room);
    case "pageDown":
      return select(state, state.selectedIndex + state.room);
    case "first":
      return select(state, 0);
    case "last":
      return select(state, state.rows.length - 1);
    case "enter":
      return enter(state);
    case "back":
      return back(state);
    case "sort":
      return ordered(select({ ...state, sort: nextSort(state), selectedKey: undefined }, 0));
    case "filter":
      return { ...state, panel: undefined, draft: state.filter };
    case "pause":
      return { ...state, isPaused: !state.isPaused };
    case "help":
      return { ...state, panel: state.panel === "help" ? undefined : "help" };
    case "quit":
    case "suspend":
    case "refresh":
      return state;
  }
}

/** The orders of a view, as its columns stand. */
export function sortsOf(view: View): readonly SortKey[] {
  return columnsOf(view, undefined).flatMap(({ sort }) => sort ?? []);
}

/** What was typed while a filter is being written: it counts at once. */
export function typed(state: TopState, key: { readonly name: string; readonly text: string }): TopState {
  const { draft = "" } = state;
  switch (key.name) {
    case "return":
    case "enter":
      return { ...state, filter: draft, draft: undefined };
    case "escape":
      return { ...state, draft: undefined };
    case "ctrl+u":
      return { ...state, draft: "" };
    case "backspace":
      return { ...state, draft: draft.replace(/\P{M}\p{M}*$/u, "") };
    default:
      return /^[^\p{C}]+$/u.test(key.text) ? { ...state, draft: draft + key.text } : state;
  }
}

/** From a workspace to its variables, else to all that is known of what is selected. */
function enter(state: TopState): TopState {
  const row = selectedRow(state);
  if (state.panel !== undefined) {
    return { ...state, panel: undefined };
  }
  if (row === undefined) {
    return state;
  }
  return row.view === "workspaces" ? show(state, "variables", row.name) : { ...state, panel: "details" };
}

/** Out of a panel; without the filter; from the variables of a workspace to the workspaces. */
function back(state: TopState): TopState {
  if (state.panel !== undefined) {
    return { ...state, panel: undefined };
  }
  if (state.filter !== "") {
    return { ...state, filter: "" };
  }
  const { workspace } = state;
  return workspace === undefined ? state : { ...show(state, "workspaces", undefined), selectedKey: workspace };
}

function show(state: TopState, view: View, workspace: string | undefined): TopState {
  const sort = sortsOf(view).includes(state.sort) ? state.sort : "values";
  const empty = { sample: undefined, rows: [], rowRates: new Map<string, number>(), selectedKey: undefined };
  return select(
    { ...state, ...empty, view, workspace, sort, filter: "", draft: undefined, panel: undefined, top: 0 },
    0,
  );
}

function nextSort({ view, sort }: TopState): SortKey {
  const sorts = sortsOf(view);
  return sorts[(sorts.indexOf(sort) + 1) % sorts.length] ?? sort;
}
