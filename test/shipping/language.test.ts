import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canRun, variants, Workshop, type Outcome, type Variant } from "./support.ts";

const workshop = new Workshop();
beforeAll(() => workshop.build());
afterAll(() => {
  workshop.remove();
});

/** What the cases of `fixtures/language` return wherever they run. */
const language: Readonly<Record<string, unknown>> = {
  "names that are global elsewhere": [6, "the file's", 2],
  "accessors, symbols and computed keys": [300, "secret", 4, [300]],
  "a tagged template": "a\\n|b|6,3",
  "a template's texts stay the same": true,
  "fields that are arrow functions": ["ok 3,6", 2, true, false, "[object Button]"],
  "a static field that is an instance of its class": [true, "shared 3"],
  "methods that were put in the place of others": [40, 2, 4],
  "defaults of parameters": [
    [1, 103, 4, 8, {}],
    [1, 102, 3, 6, {}],
  ],
  "closures in parameters and bodies": [5, 9],
  "its arguments": 6,
  "closures of a loop, each with its own variable": [3, 13, 23, 13, 23, 33],
  labels: [1, 2, 4, 3, 6, 4, 8],
  "an async generator that is a method": [3, 6, 9],
  "a generator that delegates": [1, 2, "delegated"],
  "functions made of text": [7, 2, 13],
  "a class made by eval": 4,
  "a function that was assigned later": 300,
  "a function expression's own name": 120,
  "what is caught": [1, { what: "SyntaxError" }],
  "a function deep in data": 6,
  "objects of all kinds": [true, false, 0, "1999", "giu", 6, true, "inner", 2, "1"],
  "a variable instead of this": 4,
  "default exports and re-exports": [6, 11, 1, 2, 2, 2, 5],
  "a JSON file": ["cm", 3],
  "a module that is imported inside": ["string", 8],
  "an immediately called function": 6,
  "optional chains and assignments": [4, null, 8],
};

/** What only compilers can run. */
const compiled: Readonly<Record<string, unknown>> = {
  enums: [2, "red", 10],
  namespaces: 2.5,
  decorators: ["[hello you]", 42, 1, ["greet"]],
  "an instance of a decorated class": [true, "[hi again]"],
  "a resource that is disposed of": ["used", "disposed"],
};

const isCompiled = (variant: Variant): boolean => variant !== "type stripping";

describe.each([
  ...variants.filter(canRun).map((variant) => ["language", variant, language] as const),
  ...variants.filter(isCompiled).map((variant) => ["compiled", variant, compiled] as const),
])("what a function may be written with: %s, from %s", (program, variant, wanted) => {
  let outcome: Outcome = {};
  beforeAll(async () => {
    outcome = await workshop.run(program, variant);
  }, 60_000);

  test("all cases are looked at", () => {
    expect(Object.keys(outcome)).toEqual(Object.keys(wanted));
  });

  test.each(Object.keys(wanted))("%s", (name) => {
    expect(outcome[name]).toEqual({ value: wanted[name] });
  });
});
