import { Command } from "commander";
import { addServerChoice, addWorkspaceChoice, type WorkspaceChoice } from "../options.ts";
import { write } from "../output.ts";
import { paragraphs } from "../paragraphs.ts";

interface ReplOptions extends WorkspaceChoice {
  readonly debug?: true;
}

const DEFAULT_WORKSPACE = "__default";

const afterHelp = `
In it, ws is the workspace, server is the server, and NetWorkSpace, Mode and the errors are what programs import. What a line
gives is waited for and shown. Ctrl-C ends the waiting: nothing is lost by that. .help lists its commands.

From a pipe it runs a script, shows what the lines give, and ends at the first error with exit code 1.

Examples:
  nws repl table                        in workspace table
  echo "ws.fetch('x')" | nws repl table`;

export function replCommand(): Command {
  const command = new Command("repl")
    .summary("work with a server line by line")
    .description("Runs JavaScript, line by line, with a workspace at hand.")
    .argument("[workspace]", "work in this one", DEFAULT_WORKSPACE);
  return addServerChoice(addWorkspaceChoice(command))
    .addHelpText("after", paragraphs(afterHelp))
    .action((workspace: string, options: ReplOptions) => repl(workspace, options));
}

async function repl(workspace: string, options: ReplOptions): Promise<void> {
  const { Repl } = await import("../repl/repl.ts");
  const { wantsColors } = await import("../top/paint.ts");
  const isTerminal = process.stdin.isTTY && process.stdout.isTTY;
  await Repl.run({
    workspace,
    choice: options,
    isDebugging: options.debug === true,
    hasColors: isTerminal && wantsColors(process.env),
    isTerminal,
  });
  await write("");
  // Timers that a line has begun are no reason to stay.
  process.exit();
}
