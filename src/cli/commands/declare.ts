import { Argument, Command, Option } from "commander";
import type { DeclareOptions, Mode, WhenFull } from "../../client/index.ts";
import { withWorkspace } from "../connect.ts";
import { addServerChoice, addWorkspaceChoice, type WorkspaceChoice } from "../options.ts";
import { paragraphs } from "../paragraphs.ts";
import { parseBytes, parseCount, parseSeconds } from "../parse.ts";

const modes: readonly Mode[] = ["fifo", "lifo", "multi", "single"];
const whenFull: Readonly<Record<string, WhenFull>> = { block: "block", reject: "reject", "drop-oldest": "dropOldest" };

interface DeclareChoice extends WorkspaceChoice {
  readonly maxValues?: number;
  readonly maxBytes?: number;
  readonly whenFull?: string;
  readonly ttl?: number;
}

const afterHelp = `
Modes:
  fifo    values come out in the order they went in (what a variable is that was never declared)
  lifo    the last one in comes out first
  multi   in pseudo-random order
  single  holds one value: a store replaces it

Declaring the same mode again is fine, and may change the limits; another mode fails. Limits that are not given stay as they are.

When it is full:
  block        a store waits until there is room (if nothing is said)
  reject       a store fails
  drop-oldest  the oldest values go, but for those that somebody has booked

Example:
  nws declare table jobs fifo --max-values 1000 --ttl 3600`;

export function declareCommand(): Command {
  const command = new Command("declare")
    .summary("fix the mode of a variable")
    .description("Fixes in which order a variable gives its values, and says how many it holds and for how long.")
    .argument("<workspace>")
    .argument("<variable>")
    .addArgument(new Argument("<mode>").choices(modes))
    .addOption(new Option("--max-values <count>", "most values; 0: any number").argParser(orNone(parseCount)))
    .addOption(
      new Option("--max-bytes <size>", "most bytes of all values; 0: any number").argParser(orNone(parseBytes)),
    )
    .addOption(new Option("--when-full <what>", "what becomes of a store then").choices(Object.keys(whenFull)))
    .addOption(
      new Option("--ttl <seconds>", "values go so long after they were stored; 0: never").argParser(
        orNone(parseSeconds),
      ),
    )
    .addHelpText("after", paragraphs(afterHelp));
  return addServerChoice(addWorkspaceChoice(command)).action(
    (workspace: string, variable: string, mode: Mode, options: DeclareChoice) => {
      const { maxValues, maxBytes, ttl } = options;
      const limits: DeclareOptions = { maxValues, maxBytes, ttl, whenFull: whenFull[options.whenFull ?? ""] };
      return withWorkspace(workspace, options, (ws) => ws.declare(variable, mode, limits));
    },
  );
}

/** 0 takes a limit away. */
function orNone(parse: (text: string) => number): (text: string) => number {
  return (text) => (text === "0" ? Infinity : parse(text));
}
