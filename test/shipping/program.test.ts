import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canRun, variants, Workshop, type Outcome, type Variant } from "./support.ts";

const workshop = new Workshop();
beforeAll(() => workshop.build());
afterAll(() => workshop.remove());

/** What the cases of `fixtures/program` return wherever they run. */
const expected: Readonly<Record<string, unknown>> = {
  "an arrow function": 27,
  "helpers and constants of the file": 9,
  "a shadowed name": [2, 4, 7],
  recursion: 610,
  "functions that call each other": [false, true],
  "an async function": 12,
  "a generator": [0, 3, 6],
  "an async generator": [0, 3, 6],
  "a variable that the worker changes": [11, 12, 12, 10],
  "a variable that the master changes as well": [51, 52, 70, 71, 70],
  "variables of its own": [21, 21, 21, 22],
  "variables that one call sets and others read": [9, [1, 2, 9], ["from the worker"]],
  "a variable that another file changes": [[100, 101, 101], 106, 106, 100],
  "a map of another file": [3, 2],
  "a namespace of the user's file, by way of another": [2, "cm", "4 cm2"],
  "built-in modules": ["string", "b", "", "\n"],
  "a package": [8, "tiny", "4.00"],
  "an instance of a package's class": [true, true, "2.00"],
  "a closure": 19,
  "closures that share a variable": [5, 6, 6],
  "closures of two calls": [1, 2, 0, 2, 1],
  "captured variables are fresh each time": [1, 1, 1, 2],
  "captured data": [true, true, true, "1180591620717411303424", 5, true],
  "cycles, symbols and holes": [true, 1, 2, false, 3],
  "typed arrays": [true, 6],
  "an object's method": [[8, 2.5], 6, 103],
  "a bound function": 15,
  "a function with properties": [9, 16, 16],
  "a constructor in the old style": 7,
  "classes with private members, statics and a superclass": ["square with 0 sides of 3", "9 cm2", true, 7, [0, 1]],
  "statics run again on the worker": ["number", 3, 6],
  "a superclass that is made by a function": ["s with 1 sides at 9", true, "Stamped"],
  "an instance as argument and result": [true, { x: 4, y: 6 }],
  "an instance with private fields as argument and result": [true, 7, { name: "Ann" }, 5],
  "an instance of a subclass as result": [true, true, "square with 4 sides of 5", 5],
  "instances inside a result": [true, true],
  "instances of subclasses of Error, Map and Array": [true, "no k", "k", true, 3],
  "a class stays the same": true,
  "a class as argument": 2,
  "a function as argument": 5,
  "a function that came as a result": true,
  "a method of a class, bound to an instance": "square with 4 sides of 3",
  "a static method": 6,
  "where it is": [true, "cm"],
  "an error's place": "same",
  "its text": true,
  "a named function": 13,
  "the second time nothing is sent": [true, 0, true],
};

/** The worker of the test is started without the compiler, so it cannot import the user's file. */
const impossible: Partial<Record<Variant, readonly string[]>> = {
  tsx: ["a named function"],
  "tsx commonjs": ["a named function"],
};

describe.each(variants.filter(canRun))("a function that is sent from %s brings along", (variant) => {
  let outcome: Outcome = {};
  beforeAll(async () => {
    outcome = await workshop.run("program", variant);
  }, 60_000);

  test("what the cases below say", () => {
    expect(Object.keys(outcome)).toEqual(Object.keys(expected));
  });

  test.each(Object.keys(expected).filter((name) => impossible[variant]?.includes(name) !== true))("%s", (name) => {
    expect(outcome[name]).toEqual({ value: expected[name] });
  });
});
