import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expected, impossible } from "./fixtures/program/expected.ts";
import { canRun, variants, Workshop, type Outcome } from "./support.ts";

const workshop = new Workshop();
beforeAll(() => workshop.build());
afterAll(() => workshop.remove());

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
