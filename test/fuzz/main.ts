import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { bundleTarget } from "./engine/bundle.ts";
import { StateFolder } from "./engine/state.ts";
import { fuzzSlice, replay } from "./engine/supervisor.ts";
import { stateTable } from "./engine/table.ts";
import { targetNames } from "./targets.ts";

const usage = `npm run fuzz -- [target ...] [options]
  target           which: ${targetNames.join(", ")} (default: all)
  --minutes M      for so long in all (default 1)
  --runs N         so many inputs of each target, however long that takes
  --seed S         where chance begins (default 1)
  --replay FILE    tries the input of a failure again
  --table          shows what was done so far, and does nothing
  --help
What was found and counted is in .fuzz/, and the next run goes on from there.`;

/** A target's turn: all get some of the time, whenever it ends. */
const SLICE_MS = 300_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Exit code 0: nothing was found; 1: something; 2: wrong options. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      minutes: { type: "string" },
      runs: { type: "string" },
      seed: { type: "string", default: "1" },
      replay: { type: "string" },
      table: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  const names = positionals.length === 0 ? targetNames : positionals;
  const runs = Number(values.runs ?? 0);
  const ms = values.minutes === undefined && runs > 0 ? Infinity : Number(values.minutes ?? 1) * 60_000;
  const seed = Number(values.seed);
  const isKnown =
    names.every((name) => targetNames.includes(name)) && runs >= 0 && ms >= 0 && Number.isSafeInteger(seed);
  if (values.help || !isKnown || (values.replay !== undefined && names.length !== 1)) {
    say(usage);
    return values.help ? 0 : 2;
  }
  const folder = new StateFolder(join(import.meta.dirname, "../../.fuzz"));
  const build = (name: string): ReturnType<typeof bundleTarget> => bundleTarget(name, join(folder.folder, "build"));
  if (values.replay !== undefined) {
    const errors = await replay(await build(names[0]!), new Uint8Array(readFileSync(values.replay)));
    say(errors.length === 0 ? "nothing is wrong with it" : errors.join("\n"));
    return errors.length === 0 ? 0 : 1;
  }
  let found = 0;
  if (!values.table) {
    const bundles = new Map(await Promise.all(names.map(async (name) => [name, await build(name)] as const)));
    const left = new Map(names.map((name) => [name, { ms: ms / names.length, runs }]));
    while (left.size > 0) {
      for (const [name, rest] of left) {
        const sliceMs = Math.min(rest.ms, SLICE_MS);
        const slice = { name, bundle: bundles.get(name)!, seed, runs: rest.runs, ms: sliceMs, say };
        const { inputs, failures } = await fuzzSlice(folder, slice);
        found += failures;
        rest.ms -= sliceMs;
        rest.runs -= inputs;
        if (rest.ms <= 0 || (runs > 0 && rest.runs <= 0)) {
          left.delete(name);
        }
      }
    }
  }
  say(stateTable(names.map((name) => ({ name, ...folder.read(name), failures: folder.failureCount(name) }))));
  return found === 0 ? 0 : 1;
}

process.exitCode = await main();
