import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canRun, variants, Workshop, type Outcome, type Variant } from "./support.ts";

const workshop = new Workshop();
beforeAll(() => workshop.build());
afterAll(() => workshop.remove());

/** What the cases of `fixtures/program` return wherever they run. */
const expected: Readonly<Record<string, unknown>> = {};

const differing: Partial<Record<Variant, Readonly<Record<string, unknown>>>> = {};

describe.each(variants.filter(canRun))("a function that is sent from %s brings along", (variant) => {
  let outcome: Outcome = {};
  beforeAll(async () => {
    outcome = await workshop.run("program", variant);
  }, 60_000);

  test.each(Object.keys(expected))("%s", (name) => {
    expect(outcome[name]).toEqual({ value: differing[variant]?.[name] ?? expected[name] });
  });

  test("all cases are looked at", () => {
    expect(Object.keys(outcome)).toEqual(Object.keys(expected));
  });
});
