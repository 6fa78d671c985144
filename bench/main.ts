import { writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import type { RunOptions } from "./benchmarks/benchmark.ts";
import { benchmarks } from "./benchmarks/index.ts";
import { bundle } from "./harness/bundle.ts";
import { machineFacts } from "./harness/machine.ts";
import { Processes } from "./harness/processes.ts";
import { passes, type BenchmarkResult } from "./harness/result.ts";
import { benchmarkText, machineLine, summaryText } from "./harness/table.ts";

const usage = `npm run bench -- [options]
  --only NAME,NAME  only these: ${benchmarks.map(({ name }) => name).join(", ")}
  --rounds N        interleaved rounds of each comparison (default 7)
  --quick           short rounds and small counts: to see that it works, not to quote
  --pin WHAT        auto (default): one operation outstanding runs on one processor; all; none
  --values KIND     text (default: the quickest for Redis too) or bytes
  --dist FOLDER     another build of the product, to compare
  --profile FOLDER  writes a CPU profile of every Node process (the rates are lower then)
  --json FILE       the figures, as JSON
  --help`;

const programs = [
  "load",
  "probe",
  "crowd",
  "keeper",
  "stream",
  "echo-server",
  "pool",
  "pool-tasks",
  "workerpool-tasks",
  "sleigh",
  "bare-client",
  "subscribers",
];

/** Exit code 0: all targets reached; 1: not; 2: wrong options. */
async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      rounds: { type: "string" },
      quick: { type: "boolean", default: false },
      pin: { type: "string", default: "auto" },
      values: { type: "string", default: "text" },
      dist: { type: "string", default: path.resolve(import.meta.dirname, "../dist") },
      profile: { type: "string" },
      json: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  const names = values.only?.split(",");
  const unknown = names?.filter((name) => !benchmarks.some((benchmark) => benchmark.name === name)) ?? [];
  const rounds = Number(values.rounds ?? (values.quick ? 3 : 7));
  const { pin, values: kind } = values;
  const isKnown =
    unknown.length === 0 &&
    rounds >= 1 &&
    (pin === "auto" || pin === "all" || pin === "none") &&
    (kind === "text" || kind === "bytes");
  if (values.help || !isKnown) {
    console.log(usage);
    return values.help ? 0 : 2;
  }
  const options: RunOptions = { quick: values.quick, rounds, roundMs: values.quick ? 300 : 1000, pin, values: kind };

  const facts = machineFacts();
  console.log(`${machineLine(facts)}\n`);
  const builds = await bundle(values.dist, programs);
  const profiling =
    values.profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${path.resolve(values.profile)}`];
  const startedAt = new Date();
  const results: BenchmarkResult[] = [];
  for (const { name, title, run } of benchmarks) {
    if (names?.includes(name) === false) {
      continue;
    }
    await using processes = new Processes(builds, profiling);
    const result = { name, title, ...(await run(processes, options)) };
    results.push(result);
    console.log(benchmarkText(result));
  }
  console.log(summaryText(results));
  if (values.json !== undefined) {
    const report = { startedAt, machine: facts, options, results };
    await writeFile(values.json, `${JSON.stringify(report, undefined, 2)}\n`);
  }
  return results.every(({ checks }) => checks.every(passes)) ? 0 : 1;
}

process.exitCode = await main();
