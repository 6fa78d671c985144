import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expected, impossible } from "./fixtures/program/expected.ts";
import { messages } from "./fixtures/refusals/expected.ts";
import { Installation, type Launch } from "./installation.ts";
import { canRun, nodeMajor, variants, type Outcome, type Variant } from "./support.ts";

const installation = new Installation();
beforeAll(() => installation.install(), 120_000);
afterAll(() => {
  installation.remove();
});

/** Of a lab that counts bytes; and what the variant's workers cannot do. */
function without(variant: Variant): readonly string[] {
  // tsx does not load files in the threads of Node 20.
  const notHere = nodeMajor < 22 ? (impossible[variant] ?? []) : [];
  return ["the second time nothing is sent", ...notHere];
}

const programs: readonly (readonly [Variant, Launch])[] = [
  ...variants.map((variant) => [variant, "local"] as const),
  ["esm", "threads"],
  ["esm", "by hand"],
  ["tsx", "by hand"],
];

describe.each(programs)(
  "a program's functions, from %s, with a worker that is started %s elsewhere",
  (variant, launch) => {
    test.skipIf(!canRun(variant))(
      "do there what they do at home",
      async () => {
        const left = without(launch === "local" ? variant : "tsx");
        const outcome = await installation.run("program", variant, launch, left);
        const wanted = Object.entries(expected).filter(([name]) => !left.includes(name));
        expect(outcome).toEqual(Object.fromEntries(wanted.map(([name, value]) => [name, { value }])));
      },
      60_000,
    );
  },
);

// A text is an expression.
const notRefused = ["what is no function", "a method with its class"];

test.each(["tsx", "tsx commonjs"] as const)(
  "what cannot travel is refused before anything is sent, from %s",
  async (variant) => {
    const outcome: Outcome = await installation.run("refusals", variant, "local", notRefused);
    const found = Object.entries(outcome).flatMap(([name, { value }]) =>
      // Compilers put an object and a getter between files.
      typeof value === "string"
        ? [[name, value.replace(/captured "import_db" → property "query" \(db.ts:1\) → /, "")]]
        : [],
    );
    const wanted = Object.entries(messages).filter(([name]) => !notRefused.includes(name));
    expect(Object.fromEntries(found)).toEqual(
      Object.fromEntries(
        wanted.map(([name, text]) => [name, text.replace(/^value/, "the arguments of task 0 → element 0 → element 0")]),
      ),
    );
  },
);
