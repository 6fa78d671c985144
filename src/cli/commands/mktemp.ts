import { Command } from "commander";
import { withServer } from "../connect.ts";
import { addServerChoice, type ServerChoice } from "../options.ts";
import { writeLine } from "../output.ts";

interface MktempOptions extends ServerChoice {
  readonly json?: true;
}

const afterHelp = `
The template has one %d (or %04d, ...) for a number. Nobody owns the workspace: it stays until it is deleted, or until
a program has opened it and ends.

Example:
  ws=$(nws mktemp 'job %04d'); nws store "$ws" input 42`;

export function mktempCommand(): Command {
  const command = new Command("mktemp")
    .summary("make a workspace with a unique name")
    .description("Makes a workspace whose name is unique on the server, and prints the name.")
    .argument("[template]")
    .option("--json", "print the name as a JSON string")
    .addHelpText("after", afterHelp);
  return addServerChoice(command).action(async (template: string | undefined, options: MktempOptions) => {
    const name = await withServer(options, (server) => server.mktempWs(template));
    await writeLine(options.json === true ? JSON.stringify(name) : name);
  });
}
