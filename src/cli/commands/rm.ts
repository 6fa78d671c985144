import { Command } from "commander";
import { withServer, withWorkspace } from "../connect.ts";
import { addServerChoice, type ServerChoice } from "../options.ts";
import { paragraphs } from "../paragraphs.ts";

const afterHelp = `
Whoever waits for a value of what is deleted gets an error.

Examples:
  nws rm table x                      variable x, with its values
  nws rm table                        workspace table, with all its variables`;

export function rmCommand(): Command {
  const command = new Command("rm")
    .summary("delete a variable or a workspace")
    .description("Deletes a variable, or a workspace with all its variables, whoever owns it.")
    .argument("<workspace>")
    .argument("[variable]")
    .addHelpText("after", paragraphs(afterHelp));
  return addServerChoice(command).action((workspace: string, variable: string | undefined, options: ServerChoice) =>
    variable === undefined
      ? withServer(options, (server) => server.deleteWs(workspace))
      : withWorkspace(workspace, { ...options, create: false }, (ws) => ws.deleteVar(variable)),
  );
}
