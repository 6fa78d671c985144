import { Argument, Command } from "commander";
import type { DataCheck } from "../../host/index.ts";
import { dataExitCode } from "../data-exit-code.ts";
import { CommandFailure, ExitCode } from "../exit-code.ts";
import { debugOption } from "../options.ts";
import { write } from "../output.ts";
import { sentenceOf } from "../report.ts";

type Action = "check" | "repair";

const afterHelp = `
The server that uses the folder must be stopped. check changes nothing. repair changes only a folder that is damaged, and
keeps copies of the files of the log before it changes them.

Examples:
  nws data check ~/.local/share/networkspaces/8765
  nws data repair ~/.local/share/networkspaces/8765`;

export function dataCommand(): Command {
  return new Command("data")
    .summary("check or repair the data folder of a server")
    .description("Says what is in the data folder of a server that does not run, or makes a damaged one usable again.")
    .addArgument(new Argument("<action>", "what to do").choices(["check", "repair"]))
    .argument("<folder>", "the data folder")
    .addOption(debugOption())
    .addHelpText("after", afterHelp)
    .action((action: Action, folder: string) => maintain(action, folder));
}

async function maintain(action: Action, folder: string): Promise<void> {
  const { existsSync } = await import("node:fs");
  if (!existsSync(folder)) {
    throw new CommandFailure(ExitCode.dataUnusable, `there is no folder ${folder}`);
  }
  const { checkData, repairData } = await import("../../host/index.ts");
  try {
    if (action === "check") {
      await report(folder, await checkData(folder));
    } else {
      const { steps, copies } = await repairData(folder);
      const lines = steps.length === 0 ? [`${folder} is sound; nothing was changed`] : [...steps];
      if (copies !== undefined) {
        lines.push(`the files as they were: ${copies}`);
      }
      await write(`${lines.join("\n")}\n`);
    }
  } catch (error) {
    throw error instanceof CommandFailure
      ? error
      : new CommandFailure(dataExitCode(error) ?? ExitCode.failed, sentenceOf(error), { cause: error });
  }
}

async function report(folder: string, check: DataCheck): Promise<void> {
  const { log, problem, workspaces, variables, valueBytes } = check;
  const lines = [
    `${folder}: ${log.records} records in ${log.segments.length + (log.snapshot === undefined ? 0 : 1)} files`,
    `${workspaces} workspaces, ${variables} variables, ${valueBytes} bytes of values and what keeps them`,
    ...log.notes.map((note) => `note: ${note}`),
  ];
  if (problem === undefined) {
    lines.push("sound");
  }
  await write(`${lines.join("\n")}\n`);
  if (problem !== undefined) {
    throw new CommandFailure(ExitCode.dataDamaged, problem);
  }
}
