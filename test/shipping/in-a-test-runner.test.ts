import os from "node:os";
import * as path from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Lab } from "./lab/lab.ts";
import { addToTotal, total } from "./fixtures/program/state.ts";
import * as shapes from "./fixtures/program/shapes.ts";
import { Workshop } from "./support.ts";

// Test runners put a function around each file and replace its imports: users test their programs with them.
const workshop = new Workshop();
let lab: Lab;
beforeAll(async () => {
  await workshop.build();
  lab = new Lab(workshop.workerFile, workshop.elsewhere);
});
afterAll(() => {
  lab.close();
  workshop.remove();
});

const factor = 3;
let calls = 0;

function triple(x: number): number {
  calls++;
  return x * factor;
}

class Pair {
  readonly a: number;
  readonly b: number;

  constructor(a: number, b: number) {
    this.a = a;
    this.b = b;
  }
}

test("functions, constants and imports of the test's file travel", async () => {
  expect(await lab.run((x: number) => [triple(x), typeof os.hostname(), path.basename("/a/b")], 5)).toEqual([
    15,
    "string",
    "b",
  ]);
});

test("variables of the test's file are shared by its functions", async () => {
  const before = await lab.run(() => calls);
  await lab.run(triple, 1);
  expect(await lab.run(() => calls)).toBe(before + 1);
  expect(calls).toBe(0);
});

test("results are instances of the test's classes", async () => {
  const pair = await lab.run((x: number) => new Pair(x, triple(x)), 1);
  expect(pair).toBeInstanceOf(Pair);
  expect(pair).toEqual(new Pair(1, 3));
});

test("other files of the user travel, as far as they are used", async () => {
  expect(await lab.run((x: number) => [addToTotal(x), total], 5)).toEqual([105, 105]);
  expect(await lab.run(() => new shapes.Square(2).describe())).toBe("square with 4 sides of 2");
});

test("packages are imported on the worker", async () => {
  expect(await lab.run(() => ts.version.split(".").length)).toBe(3);
});

test("a closure travels with the variables of the test", async () => {
  const list = [1, 2, 3];
  expect(await lab.run(() => list.map(triple))).toEqual([3, 6, 9]);
});

test("errors name the place in the test's file", () => {
  const db = { connection: process.stdin };
  expect(lab.refusal(() => db.connection.fd)).toMatch(
    /^in-a-test-runner\.test\.ts:\d+ → captured "db" → property "connection": a \w+ cannot be sent; open it on the worker/,
  );
});
