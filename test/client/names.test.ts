import { expect, test } from "vitest";
import { LimitError } from "../../src/client/index.ts";
import { HandleTable, NumberedVariable, VariableTable } from "../../src/client/names.ts";
import { TestServer } from "./support.ts";

function variables(table: VariableTable, ...names: string[]): NumberedVariable[] {
  const handle = new HandleTable().add("table");
  return names.map((name) => {
    const variable = new NumberedVariable(handle, name);
    handle.variables.set(name, variable);
    handle.ready.set(name, variable);
    table.assign(variable);
    return variable;
  });
}

test("when all numbers are taken, the oldest that is idle gives up its own", () => {
  const table = new VariableTable(3);
  const [a, b, c] = variables(table, "a", "b", "c");
  a!.inFlightCount = 1;
  const [d] = variables(table, "d");
  expect([a!.number, b!.number, c!.number, d!.number]).toEqual([0, -1, 2, 1]);
  expect(b!.handle.ready.has("b")).toBe(false);
  expect(b!.handle.variables.has("b")).toBe(false);
});

test("when all numbers have something under way, that is a limit", () => {
  const table = new VariableTable(2);
  for (const variable of variables(table, "a", "b")) {
    variable.inFlightCount = 1;
  }
  expect(() => variables(table, "c")).toThrow(LimitError);
});

test("numbers of a workspace that was given up are used again", () => {
  const table = new VariableTable(2);
  const [a] = variables(table, "a", "b");
  table.release(a!.handle);
  expect(
    variables(table, "c", "d")
      .map(({ number }) => number)
      .toSorted(),
  ).toEqual([0, 1]);
});

test("a session may use more variables than there are numbers", async () => {
  await using server = await TestServer.start();
  const ws = server.open("table");
  const count = 70_000;
  const stored: Promise<void>[] = [];
  for (let i = 0; i < count; i++) {
    stored.push(ws.store(`x${i}`, i));
    if (i % 1000 === 0) {
      await Promise.all(stored.splice(0));
    }
  }
  await Promise.all(stored);
  expect(await Promise.all([ws.fetch("x0"), ws.fetch("x1"), ws.fetch(`x${count - 1}`)])).toEqual([0, 1, count - 1]);
});

test("workspaces can be opened and closed on one session any number of times", async () => {
  await using server = await TestServer.start();
  const nws = server.connect();
  for (let i = 0; i < 300; i++) {
    await using ws = await nws.openWs(`ws ${i % 7}`);
    await ws.store("x", i);
    expect(await ws.fetch("x")).toBe(i);
  }
  expect(await nws.listWss()).toHaveLength(1);
});
