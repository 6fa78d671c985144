import { Command } from "commander";
import { withServer } from "../connect.ts";
import { CommandFailure, ExitCode } from "../exit-code.ts";
import { addServerChoice, type ServerChoice } from "../options.ts";
import { writeLine } from "../output.ts";
import { table } from "../table.ts";

interface LsOptions extends ServerChoice {
  readonly json?: true;
}

export function lsCommand(): Command {
  const command = new Command("ls")
    .summary("list workspaces")
    .description(
      "Lists all workspaces, or one: its name, its owner, whether it stays when its owner goes, its variables.",
    )
    .argument("[workspace]", "only this one")
    .option("--json", "print a list of objects");
  return addServerChoice(command).action((name: string | undefined, options: LsOptions) => list(name, options));
}

async function list(name: string | undefined, options: LsOptions): Promise<void> {
  const all = await withServer(options, (server) => server.listWss());
  const wanted = name === undefined ? all : all.filter((workspace) => workspace.name === name);
  if (name !== undefined && wanted.length === 0) {
    throw new CommandFailure(ExitCode.failed, `there is no workspace '${name}'`);
  }
  if (options.json === true) {
    // Not `mine`: whether this command owns it would say nothing, it never does.
    const shown = wanted.map(({ name, owner, persistent, durability, variables }) => ({
      name,
      owner,
      persistent,
      // (Left out when it is the server's.)
      durability,
      variables,
    }));
    await writeLine(JSON.stringify(shown));
    return;
  }
  const rows = wanted.map(({ name, owner, persistent, variables }) => [
    name,
    owner || "-",
    persistent,
    variables.join(" "),
  ]);
  await writeLine(table(["WORKSPACE", "OWNER", "PERSISTENT", "VARIABLES"], rows));
}
