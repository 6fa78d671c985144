import { Argument, Command } from "commander";
import type { Mode } from "../../client/index.ts";
import { withWorkspace } from "../connect.ts";
import { addServerChoice, addWorkspaceChoice, type WorkspaceChoice } from "../options.ts";

const modes: readonly Mode[] = ["fifo", "lifo", "multi", "single"];

const afterHelp = `
Modes:
  fifo    values come out in the order they went in (what a variable is that was never declared)
  lifo    the last one in comes out first
  multi   in pseudo-random order
  single  holds one value: a store replaces it

Declaring the same mode again is fine; another mode fails.`;

export function declareCommand(): Command {
  const command = new Command("declare")
    .summary("fix the mode of a variable")
    .description("Fixes in which order a variable gives its values.")
    .argument("<workspace>")
    .argument("<variable>")
    .addArgument(new Argument("<mode>").choices(modes))
    .addHelpText("after", afterHelp);
  return addServerChoice(addWorkspaceChoice(command)).action(
    (workspace: string, variable: string, mode: Mode, options: WorkspaceChoice) =>
      withWorkspace(workspace, options, (ws) => ws.declare(variable, mode)),
  );
}
