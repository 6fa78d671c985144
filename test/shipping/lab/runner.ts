import { inspect } from "node:util";
import { Lab } from "./lab.ts";

/** What a fixture exports: each case says what came of it, as plain data. */
export type Cases = Readonly<Record<string, (lab: Lab) => unknown>>;

// Runs all cases of a fixture with one worker, and prints what they return.
const [, , fixture, workerFile, folder] = process.argv as [string, string, string, string, string];
const module = (await import(fixture)) as { cases?: Cases; default?: { cases?: Cases } };
const cases = module.cases ?? module.default!.cases!;
const results: Record<string, unknown> = {};
const lab = new Lab(workerFile, folder);
for (const [name, run] of Object.entries(cases)) {
  try {
    results[name] = { value: await run(lab) };
  } catch (error) {
    results[name] = { error: inspect(error) };
  }
}
lab.close();
process.stdout.write(JSON.stringify(results));
