import { Command, Option } from "commander";
import type { NetWorkSpace } from "../../client/index.ts";
import { withWorkspace } from "../connect.ts";
import { addServerChoice, addWorkspaceChoice, timeoutOption, type WorkspaceChoice } from "../options.ts";
import { writeLine } from "../output.ts";
import { paragraphs } from "../paragraphs.ts";
import { parseCount } from "../parse.ts";
import { endOf } from "../reading.ts";
import { valueText } from "../value-text.ts";

interface WatchOptions extends WorkspaceChoice {
  readonly fromStart?: true;
  readonly number?: number;
  readonly timeout?: number;
  readonly json?: true;
}

const afterHelp = `
The values stay where they are. Only FIFO and SINGLE variables have an order to follow. Of a variable from which others take
at once, or a SINGLE one that changes fast, it may miss values that were gone before it looked.
It ends when the variable is deleted.

Examples:
  nws watch jobs status                 each new status, until Ctrl-C
  nws watch jobs log --from-start       all that is there, then what comes
  nws watch jobs log -n 1 --timeout 60  the next one, if it comes within a minute (exit code 4 if not)`;

export function watchCommand(): Command {
  const command = new Command("watch")
    .summary("follow a variable's values")
    .description("Prints the values of a variable as they come.")
    .argument("<workspace>")
    .argument("<variable>")
    .option("--from-start", "begin with the values that are there already")
    .addOption(new Option("-n, --number <count>", "end after this many").argParser(parseCount))
    .addOption(timeoutOption("end when no value has come for this long"))
    .option("--json", "print values as JSON");
  return addServerChoice(addWorkspaceChoice(command))
    .addHelpText("after", paragraphs(afterHelp))
    .action((workspace: string, variable: string, options: WatchOptions) =>
      withWorkspace(workspace, options, (ws) => follow(ws, variable, options)),
    );
}

async function follow(ws: NetWorkSpace, variable: string, options: WatchOptions): Promise<void> {
  const { timeout } = options;
  const position = options.fromStart === true ? undefined : await endOf(ws, variable);
  let left = options.number ?? Infinity;
  for await (const value of ws.ifind(variable, { after: position, timeout })) {
    await writeLine(valueText(value, options.json === true));
    if (--left === 0) {
      return;
    }
  }
}
