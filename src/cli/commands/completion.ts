import { Argument, Command } from "commander";
import { completionScript, type Shell, shells } from "../completion/scripts.ts";
import { writeLine } from "../output.ts";
import { paragraphs } from "../paragraphs.ts";

const afterHelp = `
To have it in every shell:
  bash    nws completion bash > ~/.local/share/bash-completion/completions/nws
  zsh     nws completion zsh > ~/.zfunc/_nws       (a folder of your fpath)
  fish    nws completion fish > ~/.config/fish/completions/nws.fish

To try it in this one:
  source <(nws completion bash)`;

export function completionCommand(): Command {
  return new Command("completion")
    .summary("print a completion script for a shell")
    .description("Prints a script that completes commands, options, and the names of workspaces and variables.")
    .addArgument(new Argument("<shell>").choices(shells))
    .addHelpText("after", paragraphs(afterHelp))
    .action((shell: Shell) => writeLine(completionScript(shell)));
}
