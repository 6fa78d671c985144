import { expect, test } from "vitest";
import { Fuzz } from "./engine/fuzz.ts";
import type { Target } from "./engine/target.ts";
import { targetNames } from "./targets.ts";

/** A second or so of each; `npm run fuzz` is led by what of the code they reach, and goes on for as long as one likes. */
const inputs: Readonly<Record<string, number>> = {
  "data-folder": 60,
  web: 60,
  client: 300,
  dump: 300,
  load: 300,
  classic: 400,
  "classic-files": 200,
  multiplexed: 400,
  "multiplexed-files": 200,
  "journal-records": 600,
};
const USUAL_INPUTS = 3000;

test.each(targetNames)("%s: nothing is found in the inputs that every run begins with", async (name) => {
  const { target } = (await import(`./targets/${name}.ts`)) as { readonly target: Target };
  const failures: unknown[] = [];
  const fuzz = new Fuzz(target, {
    seed: 1,
    runs: inputs[name] ?? USUAL_INPUTS,
    failed: (_input, error) => void failures.push(error),
  });
  await fuzz.run();
  expect(failures).toEqual([]);
});
