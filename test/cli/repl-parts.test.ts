import { Script } from "node:vm";
import { describe, expect, it } from "vitest";
import { nameCandidates, nameWanted } from "../../src/cli/repl/completion.ts";
import { historyPath } from "../../src/cli/repl/history.ts";
import { INCOMPLETE, scriptOf } from "../../src/cli/repl/transform.ts";

/** What a line gives. */
async function valueOf(line: string): Promise<unknown> {
  const script = scriptOf(line);
  if (script === INCOMPLETE) {
    return INCOMPLETE;
  }
  const value: unknown = new Script(script.code).runInThisContext();
  return script.isAsync ? (await (value as Promise<{ value: unknown } | undefined>))?.value : value;
}

describe("lines as scripts", () => {
  it.each([
    ["1 + 1", 2],
    ["{ a: 1 }", { a: 1 }],
    ["{ a: await 1 }", { a: 1 }],
    ["await Promise.resolve(3);", 3],
    ["let one = 1; one", 1],
    ["const one = await 2, other = 1; one + other", 3],
    ["one", 2],
    ["const { a, b: [c = await 5] } = { a: 4, b: [] }; a + c", 9],
    ["a * c", 20],
    ["let nothing; await 1; nothing", undefined],
    ["await 1; function cube(x) { return x ** 3 }", undefined],
    ["cube(2)", 8],
    ["await 1; class A { static x = 7 }", undefined],
    ["A.x", 7],
    ["let sum = 0; for await (const x of [1, 2, 3]) { sum += x }", undefined],
    ["sum", 6],
    ["async () => { await 1 }; 5", 5],
    ["if (await true) { 1 }", undefined],
    ["", undefined],
    ["// nothing", undefined],
  ])("%s", async (line, value) => {
    expect(await valueOf(line)).toEqual(value);
  });

  it.each(["function f() {", "[1,", "`a", "/* ", "await (", "f(1", "if (x) {\n1", "{ a: 1,"])(
    "%s is not complete",
    (line) => {
      expect(scriptOf(line)).toBe(INCOMPLETE);
    },
  );

  it.each(["let = = 1", "1 2", ")", "import x from 'x'", "'a"])("%s is wrong", (line) => {
    expect(() => scriptOf(line)).toThrow(SyntaxError);
  });
});

describe("names in quotes", () => {
  it.each([
    ["ws.fetch('a", { variablesOf: "ws", partial: "a", quote: "'" }],
    ['await other.storeAll( "', { variablesOf: "other", partial: "", quote: '"' }],
    ["use('ta b", { variablesOf: undefined, partial: "ta b", quote: "'" }],
    ["new NetWorkSpace(`x", { variablesOf: undefined, partial: "x", quote: "`" }],
    ["server.openWs('", { variablesOf: undefined, partial: "", quote: "'" }],
    [".use x", { variablesOf: undefined, partial: "x", quote: "" }],
    [".watch ", { variablesOf: "ws", partial: "", quote: "" }],
    ["ws.store('a', 'b", undefined],
    ["ws.fetch('a')", undefined],
    ["ws.listVars('", undefined],
    ["reuse('a", undefined],
  ])("%s", (line, wanted) => {
    expect(nameWanted(line)).toEqual(wanted);
  });

  it("the only one has its quote; what would have to be escaped is left out", () => {
    const wanted = { variablesOf: undefined, partial: "a", quote: "'" };
    expect(nameCandidates(["a b", "b"], wanted)).toEqual(["a b'"]);
    expect(nameCandidates(["a1", "a2"], wanted)).toEqual(["a1", "a2"]);
    expect(nameCandidates(["a'b", "a\\b", "a\u001b[2J", "a\u202e"], wanted)).toEqual([]);
    expect(nameCandidates(["a${b}"], { ...wanted, quote: "`" })).toEqual([]);
  });
});

it.skipIf(process.platform === "win32")("the history is in the folder for what programs remember", () => {
  expect(historyPath({ XDG_STATE_HOME: "/state" }, "/home/ann")).toBe("/state/networkspaces/repl-history");
  expect(historyPath({}, "/home/ann")).toBe("/home/ann/.local/state/networkspaces/repl-history");
});
