import {
  keyOf,
  type Query,
  type Rates,
  ratesBetween,
  type Row,
  rowRatesBetween,
  type Sample,
  type SortKey,
  sortRows,
  type View,
} from "./sample.ts";

/** What the command line says; keys change some of it. */
export interface Beginning {
  readonly address: string;
  readonly intervalMs: number;
  readonly view: View;
  /** Variables of this one only; undefined: of all. */
  readonly workspace: string | undefined;
  readonly sort: SortKey;
  readonly filter: string;
}

/** All that decides what stands on the screen. Never changed: `actions.ts` makes another. */
export interface TopState extends Beginning {
  /** What is being typed as the next filter; undefined: nothing is. */
  readonly draft: string | undefined;
  readonly isPaused: boolean;
  readonly panel: "help" | "details" | undefined;
  /** Undefined: nothing was heard yet of what is to be shown. */
  readonly sample: Sample | undefined;
  readonly rates: Rates | undefined;
  readonly rowRates: ReadonlyMap<string, number>;
  /** Those of the sample, in order. */
  readonly rows: readonly Row[];
  /** The key of the row that is selected, and where it was. */
  readonly selectedKey: string | undefined;
  readonly selectedIndex: number;
  /** The first row on the screen. */
  readonly top: number;
  /** How many rows the screen has room for. */
  readonly room: number;
  /** What is wrong now; undefined: nothing. */
  readonly trouble: string | undefined;
}

export function initialState(beginning: Beginning): TopState {
  return {
    ...beginning,
    draft: undefined,
    isPaused: false,
    panel: undefined,
    sample: undefined,
    rates: undefined,
    rowRates: new Map(),
    rows: [],
    selectedKey: undefined,
    selectedIndex: 0,
    top: 0,
    room: 20,
    trouble: undefined,
  };
}

export function queryOf({ view, workspace, sort, filter, draft }: TopState): Query {
  return { view, workspace: view === "variables" ? workspace : undefined, sort, filter: draft ?? filter };
}

/** A look at the server. One that answers what is not asked any more tells only of the server. */
export function withSample(state: TopState, sample: Sample): TopState {
  const rates = ratesBetween(state.sample, sample) ?? state.rates;
  const query = queryOf(state);
  const isWanted = (Object.keys(query) as (keyof Query)[]).every((key) => query[key] === sample.query[key]);
  if (!isWanted) {
    return { ...state, rates, trouble: undefined };
  }
  const rowRates = rowRatesBetween(state.sample, sample);
  return ordered({ ...state, sample, rates, rowRates, trouble: undefined });
}

export function withTrouble(state: TopState, trouble: string): TopState {
  return { ...state, trouble };
}

/** The rows in order again; the selection stays with its row, and where that is gone, in its place. */
export function ordered(state: TopState): TopState {
  const rows = state.sample === undefined ? [] : sortRows(state.sample.ranking.rows, state.sort, state.rowRates);
  const found = rows.findIndex((row) => keyOf(row) === state.selectedKey);
  return select({ ...state, rows }, found < 0 ? state.selectedIndex : found);
}

/** Selects a row, or the nearest that there is, and has it on the screen. */
export function select(state: TopState, index: number): TopState {
  const { rows, room } = state;
  const selectedIndex = Math.max(0, Math.min(index, rows.length - 1));
  const row = rows[selectedIndex];
  const last = Math.max(0, rows.length - room);
  const top = Math.max(0, Math.min(state.top, selectedIndex, last), selectedIndex - room + 1);
  return { ...state, selectedIndex, selectedKey: row === undefined ? state.selectedKey : keyOf(row), top };
}

export function selectedRow({ rows, selectedIndex }: TopState): Row | undefined {
  return rows[selectedIndex];
}
