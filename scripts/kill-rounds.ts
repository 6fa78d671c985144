import { parseArgs } from "node:util";
import { killRounds } from "../test/faults/kill-rounds.ts";

/** `npm run kill-rounds -- --rounds 200 --seed 7`: kills a server again and again, and checks that nothing was lost. */
const { values } = parseArgs({
  options: { rounds: { type: "string", default: "20" }, seed: { type: "string", default: "1" } },
});
const startedAt = performance.now();
const outcome = await killRounds({
  rounds: Number(values.rounds),
  seed: Number(values.seed),
  say: (line) => console.log(line),
});
const { stored, taken, left, violations } = outcome;
console.log(
  `${values.rounds} rounds with seed ${values.seed} in ${Math.round((performance.now() - startedAt) / 1000)} s: ` +
    `${stored} stores acknowledged, ${taken} values certainly taken, ${left} still there in the end`,
);
console.log(
  "checked: every acknowledged value was fetched or is there, none twice; fifo variables are in order; " +
    "nothing taken came back; no file is left over",
);
for (const violation of violations) {
  console.log(`VIOLATION ${violation}`);
}
process.exitCode = violations.length === 0 ? 0 : 1;
