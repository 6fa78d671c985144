import { Command, Option } from "commander";
import { CommandFailure, ExitCode } from "../exit-code.ts";
import { paragraphs } from "../paragraphs.ts";
import { parseCount } from "../parse.ts";

interface DemoOptions {
  readonly workers?: number;
  readonly nodes?: string[];
  readonly below: number;
}

const CHUNK_LENGTH = 20_000;

const afterHelp = `
It starts a server and workers for itself, on free ports, and ends them. Nothing has to be open for workers on other
machines: their connections come back through ssh, which must get in without asking. This package must be there
(npm install --global networkspaces).

Examples:
  nws demo --workers 2 --below 5000000
  nws demo --nodes hippo newt --workers 4`;

export function demoCommand(): Command {
  return new Command("demo")
    .summary("find primes with workers, here or on other machines")
    .description("Finds primes with workers, and says how much faster that was than one program alone.")
    .addOption(
      new Option("--workers <count>", "how many (default: one for each core, or for each node)").argParser(parseCount),
    )
    .option("--nodes <host...>", "start them on these machines, by ssh (default: on this one)")
    .addOption(
      new Option("--below <number>", "find all primes below this, at least 3")
        .default(30_000_000)
        .argParser(parseCount),
    )
    .addHelpText("after", paragraphs(afterHelp))
    .action(demo);
}

async function demo({ workers, nodes, below }: DemoOptions): Promise<void> {
  if (below < 3) {
    throw new CommandFailure(ExitCode.usage, `there are no odd primes below ${below}: --below is at least 3`);
  }
  const { availableCores, ssh } = await import("../../sleigh/index.ts");
  const { runPrimes } = await import("../../../examples/primes/run.ts");
  const sleigh =
    nodes === undefined
      ? { workerCount: workers ?? availableCores() }
      : { workerCount: workers ?? nodes.length, nodeList: nodes, launch: ssh() };
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  if (!(await runPrimes({ sleigh, limit: below, chunkLength: CHUNK_LENGTH }, say))) {
    throw new CommandFailure(ExitCode.failed, "the workers found other primes than one program alone");
  }
}
