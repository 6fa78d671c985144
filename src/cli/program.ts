import { Command } from "commander";
import { VERSION } from "../host/version.ts";
import { babelfishCommand } from "./commands/babelfish.ts";
import { checkCommand } from "./commands/check.ts";
import { completeCommand } from "./commands/complete.ts";
import { completionCommand } from "./commands/completion.ts";
import { configCommand } from "./commands/config.ts";
import { dataCommand } from "./commands/data.ts";
import { declareCommand } from "./commands/declare.ts";
import { demoCommand } from "./commands/demo.ts";
import { dumpCommand } from "./commands/dump.ts";
import { fetchCommand, findCommand } from "./commands/read.ts";
import { infoCommand } from "./commands/info.ts";
import { loadCommand } from "./commands/load.ts";
import { lsCommand } from "./commands/ls.ts";
import { mktempCommand } from "./commands/mktemp.ts";
import { replCommand } from "./commands/repl.ts";
import { rmCommand } from "./commands/rm.ts";
import { serverCommand } from "./commands/server.ts";
import { storeCommand } from "./commands/store.ts";
import { tlsCommand } from "./commands/tls.ts";
import { tokenCommand } from "./commands/token.ts";
import { topCommand } from "./commands/top.ts";
import { varsCommand } from "./commands/vars.ts";
import { watchCommand } from "./commands/watch.ts";
import { workerCommand } from "./commands/worker.ts";
import { paragraphs } from "./paragraphs.ts";
import { oneLine } from "./report.ts";

const more = "More:";

const afterHelp = `
A first try, in three terminals:
  nws server                          a server on port 8765, until Ctrl-C
  nws fetch table x                   waits for a value of variable x in workspace table
  nws store table x hello             gives it one

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 no value (--try, --all), 4 timed out, 5 no connection,
6 damaged data or dump, 7 data folder in use, data or dump too new or not accessible, 8 not permitted.
('nws check' and 'nws worker' have their own.)

'nws COMMAND --help' says more, with examples.`;

/**
 * The tree of commands: what there is, how it is called, what its help says. Each command loads what it works with
 * (the server, the client) when it runs, so that none waits for what another needs.
 */
export function createProgram(): Command {
  const program = new Command("nws")
    .description("Programs share named queues of values kept by a server; this command serves, shows and changes them.")
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .addHelpCommand(new Command("help").argument("[command]").description("print help for a command").helpGroup(more))
    .configureHelp({ showGlobalOptions: false })
    .addHelpText("after", paragraphs(afterHelp));
  program.commandsGroup("Serving:");
  for (const command of [serverCommand(), configCommand(), tokenCommand(), tlsCommand(), dataCommand()]) {
    program.addCommand(command);
  }
  program.commandsGroup("Backup and restore:").addCommand(dumpCommand()).addCommand(loadCommand());
  program
    .commandsGroup("Working:")
    .addCommand(demoCommand())
    .addCommand(workerCommand())
    .addCommand(babelfishCommand());
  program.commandsGroup("Values:");
  for (const command of [storeCommand(), fetchCommand(), findCommand(), watchCommand(), replCommand()]) {
    program.addCommand(command);
  }
  program.commandsGroup("Workspaces and variables:");
  for (const command of [lsCommand(), varsCommand(), declareCommand(), mktempCommand(), rmCommand()]) {
    program.addCommand(command);
  }
  program.commandsGroup("Watching:").addCommand(infoCommand()).addCommand(topCommand()).addCommand(checkCommand());
  program.commandsGroup(more).addCommand(completionCommand());
  program.addCommand(
    completeCommand(() => program),
    { hidden: true },
  );
  for (const command of [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)]) {
    applyConventions(command);
  }
  return program;
}

/** Errors are thrown, in one line with our name; options may stand anywhere. (`addCommand` hands nothing down.) */
function applyConventions(command: Command): void {
  if (command.parent !== null && command.commands.length > 0) {
    command.helpCommand("help [command]", "print help for a command");
  }
  command
    .exitOverride()
    .helpOption("-h, --help", "print help")
    .configureHelp({
      showGlobalOptions: false,
      helpWidth: process.stdout.isTTY ? Math.min(100, process.stdout.columns) : 100,
    })
    .configureOutput({
      outputError: (text, output) => output(`nws: ${oneLine(text.replace(/^error: /, ""))}\n`),
    });
}
