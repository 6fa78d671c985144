import { Command } from "commander";
import { SettingsCheck } from "../config/check.ts";
import { type Fault, sentenceOfFault } from "../config/fault.ts";
import { loadSettings, mustLoadSettings, type Said } from "../config/load.ts";
import { addServerOptions, type ConfigChoice } from "../config/options.ts";
import { commentedFile, settingsAsJson, shownSettings } from "../config/texts.ts";
import { CommandFailure, ExitCode } from "../exit-code.ts";
import { debugOption } from "../options.ts";
import { write, writeLine } from "../output.ts";
import { paragraphs } from "../paragraphs.ts";

interface ShowOptions extends ConfigChoice {
  readonly json?: true;
}

const afterHelp = `
Examples:
  nws config init > server.toml                a file with all settings, commented out
  nws config check server.toml                 is it right? Exit code 0: yes, 2: no
  nws config show --config server.toml         what comes of it, of the environment and of options`;

export function configCommand(): Command {
  const check = new Command("check")
    .description(
      "Says whether a configuration file is right, and whether the files, folders and certificates that it names can be used. It lists all that is wrong.",
    )
    .argument("[file]", "the configuration file (default: NWS_CONFIG)")
    .option("--json", "print an object")
    .addOption(debugOption())
    .action((file: string | undefined, options: { readonly json?: true }) => checkFile(file, options.json === true));
  const show = new Command("show")
    .description("Shows what a server's settings are, and who says so: an option, the environment, the file, nobody.")
    .option("--json", "print an object")
    .addOption(debugOption());
  addServerOptions(show).action(({ config, json, ...flags }: ShowOptions & Said["flags"]) =>
    showSettings({ flags, path: config }, json === true),
  );
  const init = new Command("init")
    .description("Prints a configuration file with all settings, each commented out, with its default.")
    .addOption(debugOption())
    .action(() => write(commentedFile()));
  return new Command("config")
    .summary("check and show the configuration of a server")
    .description("Checks a server's configuration file, shows what its settings are, prints a file to begin with.")
    .addHelpText("after", paragraphs(afterHelp))
    .addCommand(check)
    .addCommand(show)
    .addCommand(init);
}

async function checkFile(named: string | undefined, isJson: boolean): Promise<void> {
  const path = named ?? process.env["NWS_CONFIG"];
  if (path === undefined) {
    throw new CommandFailure(ExitCode.usage, "which file? Its name stands behind check, or in NWS_CONFIG");
  }
  const { values, faults: wrong } = await loadSettings({ flags: {}, path });
  const found = await SettingsCheck.run(values, path);
  const faults = [...wrong, ...found.faults];
  const { warnings } = found;
  if (isJson) {
    await writeLine(JSON.stringify({ file: path, ok: faults.length === 0, faults, warnings }));
    process.exitCode = faults.length === 0 ? ExitCode.done : ExitCode.usage;
    return;
  }
  const line = (each: Fault): string => sentenceOfFault(each);
  await write(warnings.map((warning) => `warning: ${line(warning)}\n`).join(""));
  const [first, ...others] = faults.map(line);
  if (first !== undefined) {
    throw new CommandFailure(ExitCode.usage, first, { others });
  }
  await writeLine(`${path} is right`);
}

async function showSettings(said: Said, isJson: boolean): Promise<void> {
  const resolved = await mustLoadSettings(said);
  await writeLine(isJson ? JSON.stringify(settingsAsJson(resolved)) : shownSettings(resolved));
}
