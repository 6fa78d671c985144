import { Command } from "commander";
import { withWorkspace } from "../connect.ts";
import { addServerChoice, type ServerChoice } from "../options.ts";
import { writeLine } from "../output.ts";
import { paragraphs } from "../paragraphs.ts";
import { table } from "../table.ts";

interface VarsOptions extends ServerChoice {
  readonly json?: true;
}

const afterHelp = `
VALUES are there to be fetched; BOOKED were fetched and are not yet confirmed, or on lease.
FETCHERS and FINDERS are clients that wait for a value, STORERS for room. --json has what a variable may hold, too.`;

export function varsCommand(): Command {
  const command = new Command("vars")
    .summary("list the variables of a workspace")
    .description("Lists the variables of a workspace: mode, number of values, who waits, bytes.")
    .argument("<workspace>")
    .option("--json", "print a list of objects")
    .addHelpText("after", paragraphs(afterHelp));
  return addServerChoice(command).action((workspace: string, options: VarsOptions) => list(workspace, options));
}

async function list(workspace: string, options: VarsOptions): Promise<void> {
  const variables = await withWorkspace(workspace, { ...options, create: false }, (ws) => ws.listVars());
  if (options.json === true) {
    await writeLine(JSON.stringify(variables));
    return;
  }
  const rows = variables.map(({ name, mode, values, booked, fetchers, finders, storers, bytes }) => [
    name,
    mode,
    values,
    booked,
    fetchers,
    finders,
    storers,
    bytes,
  ]);
  await writeLine(table(["VARIABLE", "MODE", "VALUES", "BOOKED", "FETCHERS", "FINDERS", "STORERS", "BYTES"], rows));
}
