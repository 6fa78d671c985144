import { Command } from "commander";
import { withServer } from "../connect.ts";
import { addServerChoice, idleTimeoutOption, type ServerChoice } from "../options.ts";
import { writeLine } from "../output.ts";
import { paragraphs } from "../paragraphs.ts";

interface MktempOptions extends ServerChoice {
  readonly json?: true;
  readonly idleTimeout?: number;
}

const afterHelp = `
The template has one %d (or %04d, ...) for a number. Nobody owns the workspace: it stays until it is deleted, or until
a program has opened it and ends; with --idle-timeout it also goes when nobody has used it for so long.

Examples:
  ws=$(nws mktemp 'job %04d'); nws store "$ws" input 42
  ws=$(nws mktemp --idle-timeout 3600)`;

export function mktempCommand(): Command {
  const command = new Command("mktemp")
    .summary("make a workspace with a unique name")
    .description("Makes a workspace whose name is unique on the server, and prints the name.")
    .argument("[template]")
    .option("--json", "print the name as a JSON string")
    .addOption(idleTimeoutOption())
    .addHelpText("after", paragraphs(afterHelp));
  return addServerChoice(command).action(async (template: string | undefined, options: MktempOptions) => {
    const { idleTimeout } = options;
    const name = await withServer(options, async (server) => {
      const name = await server.mktempWs(template);
      if (idleTimeout !== undefined) {
        const { NetWorkSpace } = await import("../../client/index.ts");
        await new NetWorkSpace(name, { server, useUse: true, create: false, idleTimeout }).opened();
      }
      return name;
    });
    await writeLine(options.json === true ? JSON.stringify(name) : name);
  });
}
