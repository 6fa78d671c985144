import { describe, expect, it } from "vitest";
import type { ServerInfo } from "../../src/client/index.ts";
import { cellText, cut, fit, widthOf } from "../../src/cli/cell-text.ts";
import { act, typed } from "../../src/cli/top/actions.ts";
import { draw } from "../../src/cli/top/draw.ts";
import { actionOf, keyTable, nameOfKey } from "../../src/cli/top/keys.ts";
import { bytesText, countText, durationText, rateText } from "../../src/cli/top/numbers.ts";
import { paint } from "../../src/cli/top/paint.ts";
import { ratesBetween, rowRatesBetween, type Row, type Sample } from "../../src/cli/top/sample.ts";
import { initialState, queryOf, selectedRow, type TopState, withSample } from "../../src/cli/top/state.ts";

const beginning = { address: "here:1", intervalMs: 1000, workspace: undefined, filter: "" } as const;
const start = initialState({ ...beginning, view: "workspaces", sort: "values" });

function workspace(name: string, operations = 0): Row {
  const numbers = { variables: 1, values: 1, booked: 0, waiting: 0, bytes: 10, stored: operations, fetched: 0 };
  return { view: "workspaces", name, owner: "", persistent: false, ...numbers };
}

function sample(state: TopState, rows: readonly Row[], at = 0, more: Partial<ServerInfo> = {}): Sample {
  const info = { version: "1", pid: 1, uptimeMs: at, operations: 0, busyMs: 0, ...more } as ServerInfo;
  return { query: queryOf(state), info, ranking: { at, total: rows.length, isPartial: false, rows } };
}

const names = ({ rows }: TopState): string[] => rows.map((row) => (row.view === "workspaces" ? row.name : ""));

describe("what is selected", () => {
  const three = withSample(
    start,
    sample(
      start,
      ["a", "b", "c"].map((name) => workspace(name)),
    ),
  );

  it("stays on its row when the order changes, and in its place when the row goes", () => {
    const onB = act(three, "down");
    expect(selectedRow(onB)).toMatchObject({ name: "b" });
    const moved = withSample(onB, sample(onB, [workspace("b"), workspace("a"), workspace("c")], 1));
    expect(selectedRow(moved)).toMatchObject({ name: "b" });
    const gone = withSample(onB, sample(onB, [workspace("a"), workspace("c")], 1));
    expect(selectedRow(gone)).toMatchObject({ name: "c" });
  });

  it("does not leave the table, and has it scroll", () => {
    const small = { ...three, room: 2 };
    expect(act(small, "up").selectedIndex).toBe(0);
    const last = act(small, "last");
    expect([last.selectedIndex, last.top]).toEqual([2, 1]);
    expect(act(last, "down")).toEqual(last);
    expect(act(last, "first").top).toBe(0);
  });

  it("is entered, and left again for where it was", () => {
    const inside = act(act(three, "down"), "enter");
    expect(queryOf(inside)).toMatchObject({ view: "variables", workspace: "b" });
    const outside = act(inside, "back");
    const again = withSample(
      outside,
      sample(
        outside,
        ["a", "b", "c"].map((name) => workspace(name)),
      ),
    );
    expect(selectedRow(again)).toMatchObject({ name: "b" });
  });
});

it("an answer to an earlier question changes no table", () => {
  const asked = sample(start, [workspace("a")]);
  const other = act(start, "clients");
  expect(withSample(other, asked).sample).toBeUndefined();
  expect(names(withSample(start, asked))).toEqual(["a"]);
});

describe("rates", () => {
  it("are those between two samples of one run of a server", () => {
    const first = sample(start, [workspace("a", 10)], 1000, { operations: 100, busyMs: 500 });
    const second = sample(start, [workspace("a", 30), workspace("b", 9)], 3000, { operations: 300, busyMs: 1000 });
    expect(ratesBetween(first, second)).toEqual({ operationsPerSecond: 100, busy: 0.25 });
    expect([...rowRatesBetween(first, second)]).toEqual([["a", 10]]);
    const restarted = { ...second, info: { ...second.info, pid: 2 } };
    expect(ratesBetween(first, restarted)).toBeUndefined();
    expect(rowRatesBetween(first, restarted).size).toBe(0);
    expect(ratesBetween(undefined, second)).toBeUndefined();
  });

  it("sort what the server can only rank by all that was ever done", () => {
    const byRate = initialState({ ...beginning, view: "workspaces", sort: "rate" });
    const before = withSample(byRate, sample(byRate, [workspace("old", 1000), workspace("new", 0)], 0));
    const after = withSample(before, sample(byRate, [workspace("old", 1001), workspace("new", 50)], 1000));
    expect(names(before)).toEqual(["old", "new"]);
    expect(names(after)).toEqual(["new", "old"]);
  });
});

describe("keys", () => {
  it("do one thing each, and have a name", () => {
    const keys = keyTable.flatMap((entry) => entry.keys);
    expect(new Set(keys).size).toBe(keys.length);
    expect(actionOf(nameOfKey("G", { name: "g" }))).toBe("last");
    expect(actionOf(nameOfKey("g", { name: "g" }))).toBe("first");
    expect(actionOf(nameOfKey("\u0003", { name: "c", ctrl: true }))).toBe("quit");
    expect(actionOf(nameOfKey(undefined, { name: "pagedown" }))).toBe("pageDown");
    expect(actionOf(nameOfKey("/", {}))).toBe("filter");
    expect(actionOf(nameOfKey("x", { name: "x" }))).toBeUndefined();
  });

  it("write a filter", () => {
    const type = (state: TopState, ...keys: string[]): TopState =>
      keys.reduce((now, text) => typed(now, { name: text, text }), state);
    const writing = type(act(start, "filter"), "a", "名", "é", "\u0000", "ab");
    expect(queryOf(writing).filter).toBe("a名éab");
    expect(typed(writing, { name: "backspace", text: "" }).draft).toBe("a名éa");
    expect(typed(writing, { name: "return", text: "\r" })).toMatchObject({ filter: "a名éab", draft: undefined });
    expect(typed(writing, { name: "escape", text: "" })).toMatchObject({ filter: "", draft: undefined });
  });
});

describe("lines", () => {
  const hostile = [
    "\u001b[31m\n\r\t\u0000",
    "名前".repeat(60),
    "e" + "\u0301".repeat(90),
    "👩‍👩‍👧‍👦".repeat(30),
    "\ud800\u2028\u202e",
    "",
  ];

  it.each([
    [80, 24],
    [20, 10],
    [3, 3],
    [1, 1],
    [200, 60],
  ])("are never wider or more than a screen of %i × %i has", (columns, rows) => {
    for (const view of ["workspaces", "variables", "clients"] as const) {
      const empty = initialState({ ...beginning, view, sort: "values" });
      for (const panel of [undefined, "help", "details"] as const) {
        const rowsOf = view === "workspaces" ? hostile.map((name) => workspace(name)) : [];
        const state = {
          ...withSample(empty, sample(empty, rowsOf)),
          panel,
          draft: panel === undefined ? hostile.join("") : undefined,
        };
        const lines = draw(state, { columns, rows }, paint(true));
        expect(lines).toHaveLength(rows);
        for (const line of lines) {
          expect(widthOf(line), JSON.stringify(line)).toBeLessThanOrEqual(columns);
          expect(line.replaceAll(/\u001b\[[\d;]*m/g, "")).not.toMatch(/\p{C}/u);
        }
      }
    }
  });
});

describe("texts in cells", () => {
  it("have nothing in them that a terminal would obey", () => {
    expect(cellText("a\u001b[2Jb\u009b\u202e\u200d\n")).toBe("a\\u001b[2Jb\\u009b\\u202e\\u200d\\u000a");
    expect(cellText("\ud83d")).toBe("\\ud83d");
    expect(cellText("grüße 名前 🎉")).toBe("grüße 名前 🎉");
    expect(cellText("e" + "\u0301".repeat(10))).toBe("e\u0301\u0301\u0301");
    expect(cellText("\u0301x")).toBe("◌\u0301x");
  });

  it("are as wide as they should be", () => {
    expect(cut("名前名前", 5)).toBe("名前…");
    expect(cut("名前名前", 4)).toBe("名…");
    expect(cut("abc", 3)).toBe("abc");
    expect(cut("abc", 0)).toBe("");
    expect(fit("名", 4)).toBe("名  ");
    expect(fit("12", 4, true)).toBe("  12");
  });
});

it("numbers take few columns", () => {
  expect([0, 99_999, 100_000, 1_234_567].map(countText)).toEqual(["0", "99999", "100k", "1.2M"]);
  expect([0, 1023, 1536, 20 * 2 ** 20].map(bytesText)).toEqual(["0", "1023", "1.5K", "20M"]);
  expect([undefined, 0, 0.25, 12.4].map(rateText)).toEqual(["-", "0", "0.3", "12"]);
  expect([5000, 200_000, 14_530_000, 1_051_320_000].map(durationText)).toEqual(["5s", "3:20", "4:02:10", "12d 04:02"]);
});
