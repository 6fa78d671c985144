import { Command, Option } from "commander";
import { addServerChoice, type ServerChoice } from "../options.ts";
import { paragraphs } from "../paragraphs.ts";
import { parseCount, parseSeconds } from "../parse.ts";
import { type SortKey, sortKeys, type View, views } from "../top/sample.ts";

interface TopOptions extends ServerChoice {
  readonly interval: number;
  readonly view?: View;
  readonly sort: SortKey;
  readonly filter: string;
  readonly once?: true;
  readonly number?: number;
  readonly json?: true;
}

const DEFAULT_SECONDS = "2";

const afterHelp = `
On a terminal it shows, until q or Ctrl-C, what a server does and holds: ? says what the keys do. Elsewhere, and with --once,
-n or --json, it prints a plain table. Rates are those of the time between two looks, so the first one has none.

Of a hundred thousand variables the server sends the first thousand; / (or --filter) looks through all.

Examples:
  nws top                               workspaces, those with most values first
  nws top jobs                          variables of workspace jobs
  nws top --view clients --once         who is connected
  nws top --json -n 60 --interval 1     a line of JSON each second, for a minute`;

export function topCommand(): Command {
  const command = new Command("top")
    .summary("watch what a server does")
    .description("Shows workspaces, variables or clients of a server as they change, and what it is doing.")
    .argument("[workspace]", "show its variables")
    .addOption(new Option("--view <what>", "show these first (default: workspaces)").choices(views))
    .addOption(new Option("--sort <key>", "those with the most come first").choices(sortKeys).default("values"))
    .option("--filter <text>", "only names with this in them", "")
    .addOption(
      new Option("--interval <seconds>", "time between two looks")
        .argParser(parseSeconds)
        .default(parseSeconds(DEFAULT_SECONDS), DEFAULT_SECONDS),
    )
    .option("--once", "print a table and end")
    .addOption(new Option("-n, --number <count>", "print so many tables and end").argParser(parseCount))
    .option("--json", "print a line of JSON for each look");
  return addServerChoice(command)
    .addHelpText("after", paragraphs(afterHelp))
    .action((workspace: string | undefined, options: TopOptions) => top(workspace, options));
}

async function top(workspace: string | undefined, options: TopOptions): Promise<void> {
  const { once, json, number, interval, sort, filter, host, port, socket } = options;
  const { Source } = await import("../top/source.ts");
  const { initialState, queryOf, withSample } = await import("../top/state.ts");
  const { sortsOf } = await import("../top/actions.ts");
  const view = options.view ?? (workspace === undefined ? "workspaces" : "variables");
  const beginning = initialState({
    address: socket ?? `${host}:${port}`,
    intervalMs: interval,
    view,
    workspace,
    sort: sortsOf(view).includes(sort) ? sort : "values",
    filter,
  });
  await using source = new Source(options);
  // That there is no server at first is an error, before the screen is taken.
  const first = withSample(beginning, await source.look(queryOf(beginning)));
  const isTerminal = process.stdout.isTTY && process.stdin.isTTY && process.env["TERM"] !== "dumb";
  if (isTerminal && once === undefined && number === undefined && json === undefined) {
    const { runLive } = await import("../top/live.ts");
    const { paint, wantsColors } = await import("../top/paint.ts");
    await runLive(source, first, paint(wantsColors(process.env)));
  } else {
    const { runPlain } = await import("../top/plain.ts");
    await runPlain(source, first, number ?? 1, json === true);
  }
}
