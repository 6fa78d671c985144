import type { Action } from "./actions.ts";

/** A key, as `readline` tells of it. */
export interface Keypress {
  readonly name?: string | undefined;
  readonly ctrl?: boolean | undefined;
  readonly meta?: boolean | undefined;
}

/** What keys do. The help shows this table, and docs/command-line.md has it: a test compares. */
export const keyTable: readonly {
  /** As they are written for people. */
  readonly label: string;
  /** As `nameOfKey` calls them. */
  readonly keys: readonly string[];
  readonly action: Action;
  readonly help: string;
}[] = [
  { label: "w", keys: ["w"], action: "workspaces", help: "workspaces" },
  { label: "v", keys: ["v"], action: "variables", help: "variables of all workspaces" },
  { label: "c", keys: ["c"], action: "clients", help: "clients" },
  { label: "Up, k", keys: ["up", "k"], action: "up", help: "select the one above" },
  { label: "Down, j", keys: ["down", "j"], action: "down", help: "select the one below" },
  { label: "Page Up", keys: ["pageup", "ctrl+b"], action: "pageUp", help: "a screen up" },
  { label: "Page Down", keys: ["pagedown", "ctrl+f"], action: "pageDown", help: "a screen down" },
  { label: "Home, g", keys: ["home", "g"], action: "first", help: "select the first" },
  { label: "End, G", keys: ["end", "G"], action: "last", help: "select the last" },
  {
    label: "Enter",
    keys: ["return", "enter", "right"],
    action: "enter",
    help: "variables of the workspace; of others, all that is known",
  },
  { label: "Esc", keys: ["escape", "backspace", "left"], action: "back", help: "back" },
  { label: "s", keys: ["s"], action: "sort", help: "sort by the next column that can be sorted by" },
  {
    label: "/",
    keys: ["/"],
    action: "filter",
    help: "show only names with this in them (Enter keeps it, Esc ends it)",
  },
  { label: "p", keys: ["p"], action: "pause", help: "pause, and go on" },
  { label: "Space", keys: ["space"], action: "refresh", help: "look again now" },
  { label: "?, h", keys: ["?", "h"], action: "help", help: "this list" },
  { label: "Ctrl-Z", keys: ["ctrl+z"], action: "suspend", help: "back to the shell for a while (fg goes on)" },
  { label: "q, Ctrl-C", keys: ["q", "ctrl+c"], action: "quit", help: "end" },
];

const actions = new Map(keyTable.flatMap(({ keys, action }) => keys.map((key) => [key, action] as const)));

/** `up`, `ctrl+c`, `G`; for what has no name, what was typed. */
export function nameOfKey(text: string | undefined, key: Keypress): string {
  const { name, ctrl } = key;
  if (ctrl === true) {
    return `ctrl+${name ?? ""}`;
  }
  // (A capital letter has the name of the small one.)
  return name === undefined || (text !== undefined && name.length === 1) ? (text ?? "") : name;
}

export function actionOf(key: string): Action | undefined {
  return actions.get(key);
}
