import { afterAll, beforeAll, expect, it } from "vitest";
import { describe } from "./history.ts";
import { simulate } from "./simulate.ts";
import { makeFolder, removeFolder } from "./values-folder.ts";

/** `SIMULATION_RUNS=10000 npx vitest run test/faults/simulation` for a long run; the seeds are this one and those that follow. */
const runs = Number(process.env["SIMULATION_RUNS"] ?? 300);
const firstSeed = Number(process.env["SIMULATION_SEED"] ?? 1);

let folder: string;

beforeAll(async () => {
  folder = await makeFolder();
});

afterAll(() => removeFolder(folder));

it(
  "whatever breaks: every variable behaves as one of its mode, nothing that was acknowledged is lost, nothing is taken twice, nobody waits in vain",
  { timeout: 60_000 + runs * 1000 },
  async () => {
    const total: Record<string, number> = {};
    for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
      const { violations, history, tally } = await simulate(seed, folder);
      const replay = `SIMULATION_SEED=${seed} SIMULATION_RUNS=1 npx vitest run ${import.meta.url.replace(/^.*\/(?=test\/)/, "")}`;
      const told = runs === 1 ? history.operations.map(describe) : [];
      expect(violations, [`the history of seed ${seed} cannot be (again: ${replay})`, ...told].join("\n")).toEqual([]);
      for (const [name, count] of Object.entries(tally)) {
        total[name] = (total[name] ?? 0) + count;
      }
    }
    if (runs >= 100) {
      // Otherwise nothing was tested.
      expect(Math.min(...Object.values(total))).toBeGreaterThan(runs / 10);
    }
  },
);

it("the same seed gives the same history", async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const [one, other] = [await simulate(seed, folder), await simulate(seed, folder)];
    expect(one.history.operations.map(describe)).toEqual(other.history.operations.map(describe));
  }
});
