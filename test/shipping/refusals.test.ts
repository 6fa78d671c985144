import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { messages, warnings } from "./fixtures/refusals/expected.ts";
import { Workshop, type Outcome } from "./support.ts";

const workshop = new Workshop();
beforeAll(() => workshop.build());
afterAll(() => {
  workshop.remove();
});

// Both compile to one long line: the places come from the source map.
describe.each(["tsx", "tsx commonjs"] as const)(
  "before anything is sent from %s, an error tells the way to",
  (variant) => {
    let outcome: Outcome = {};
    beforeAll(async () => {
      outcome = await workshop.run("refusals", variant);
    });

    test("all cases are looked at", () => {
      expect(Object.keys(outcome)).toEqual([...Object.keys(messages), ...Object.keys(warnings)]);
    });

    test.each(Object.keys(messages))("%s", (name) => {
      // Compilers put an object and a getter between files.
      const between = 'captured "import_db" → property "query" (db.ts:1) → ';
      expect(String(outcome[name]?.value).replace(between, "")).toBe(messages[name]);
    });

    test.each(Object.keys(warnings))("and a warning to %s", (name) => {
      expect(outcome[name]).toEqual({ value: warnings[name] });
    });
  },
);
