import { afterAll, beforeAll, expect, test } from "vitest";
import { Workshop, type Outcome } from "./support.ts";

const workshop = new Workshop();
let outcome: Outcome = {};
beforeAll(async () => {
  await workshop.build();
  outcome = await workshop.run("sloppy", "sloppy commonjs");
});
afterAll(() => {
  workshop.remove();
});

/** What the functions of `fixtures/sloppy` do in their own file. */
const expected: Readonly<Record<string, unknown>> = {
  "this of a plain call": "global",
  "parameters and arguments are one": "changed",
  "a changing variable": [2, 3, 3],
  "a write that fails goes unnoticed": 1,
  "an assignment makes a global": 7,
  "a function expression's name cannot be assigned": "function",
  "a function in a block": "hoisted",
  "constructors with inheritance": ["Rex speaks 3", true, ["name"]],
  "shorthand properties and patterns": { counter: 3, limit: 5, list: 2 },
  "a function in a changing variable": 10,
  "an old octal number": 8,
  "required modules": ["string", "b", 4, "1.00"],
  "require inside": [true, "helper", "string", "cases.cjs"],
  "exports of another file": [
    [2, 2, "helper"],
    [5, 3],
  ],
  "an instance of a package's class": [true, true, "2.00"],
  "an error's place": "same",
};

test("all cases are looked at", () => {
  expect(Object.keys(outcome)).toEqual(Object.keys(expected));
});

test.each(Object.keys(expected))("sloppy code stays sloppy: %s", (name) => {
  expect(outcome[name]).toEqual({ value: expected[name] });
});
