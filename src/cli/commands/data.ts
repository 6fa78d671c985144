import { Command } from "commander";
import type { DataCheck } from "../../host/index.ts";
import { dataExitCode } from "../data-exit-code.ts";
import { CommandFailure, ExitCode } from "../exit-code.ts";
import { debugOption } from "../options.ts";
import { write } from "../output.ts";
import { paragraphs } from "../paragraphs.ts";
import { sentenceOf } from "../report.ts";

const afterHelp = `
The server that uses the folder must be stopped.

Examples:
  nws data check ~/.local/share/networkspaces/8765
  nws data repair ~/.local/share/networkspaces/8765`;

export function dataCommand(): Command {
  const check = new Command("check").description(
    "Says what is in a data folder, and whether it is sound. Changes nothing.",
  );
  const repair = new Command("repair").description(
    "Makes a damaged data folder usable again, and keeps copies of the files of the log as they were. Changes no sound one.",
  );
  const command = new Command("data")
    .summary("check or repair the data folder of a server")
    .description("Says what is in the data folder of a server that does not run, or makes a damaged one usable again.")
    .addHelpText("after", paragraphs(afterHelp));
  for (const [each, maintain] of [
    [check, checkFolder],
    [repair, repairFolder],
  ] as const) {
    each
      .argument("<folder>", "the data folder")
      .addOption(debugOption())
      .action((folder: string) => withFolder(folder, maintain));
    command.addCommand(each);
  }
  return command;
}

async function withFolder(folder: string, maintain: (folder: string) => Promise<void>): Promise<void> {
  const { existsSync } = await import("node:fs");
  if (!existsSync(folder)) {
    throw new CommandFailure(ExitCode.dataUnusable, `there is no folder ${folder}`);
  }
  try {
    await maintain(folder);
  } catch (error) {
    throw error instanceof CommandFailure
      ? error
      : new CommandFailure(dataExitCode(error) ?? ExitCode.failed, sentenceOf(error), { cause: error });
  }
}

async function checkFolder(folder: string): Promise<void> {
  const { checkData } = await import("../../host/index.ts");
  await report(folder, await checkData(folder));
}

async function repairFolder(folder: string): Promise<void> {
  const { repairData } = await import("../../host/index.ts");
  const { steps, copies } = await repairData(folder);
  const lines = steps.length === 0 ? [`${folder} is sound; nothing was changed`] : [...steps];
  if (copies !== undefined) {
    lines.push(`the files as they were: ${copies}`);
  }
  await write(`${lines.join("\n")}\n`);
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
