import { type Command, Option } from "commander";
import { limitNames, defaultOf, keyOf, settingNames, settingOf, type SettingName } from "./settings.ts";

export interface ConfigChoice {
  readonly config?: string;
}

/** `--config` and an option for each setting. None has a default here: `resolveSettings` knows who else may say something. */
export function addServerOptions(command: Command): Command {
  command.addOption(configOption());
  const isLimit = (name: SettingName): boolean => limitNames.some((limit) => limit === name);
  for (const name of settingNames.filter((name) => !isLimit(name))) {
    command.addOption(optionOf(name));
  }
  command.optionsGroup("Limits:");
  for (const name of limitNames) {
    command.addOption(optionOf(name));
  }
  return command;
}

/** (An empty NWS_CONFIG is unset: `main` sees to that.) */
export function configOption(): Option {
  return new Option("--config <file>", "a configuration file, in TOML").env("NWS_CONFIG");
}

function optionOf(name: SettingName): Option {
  const { kind, help } = settingOf(name);
  const { placeholder, choices, isList } = kind;
  const told = placeholder === undefined ? "" : ` (default: ${defaultOf(name)})`;
  const option = new Option(
    `--${keyOf(name)}${placeholder === undefined ? "" : ` <${placeholder}>`}`,
    `${help}${told}`,
  );
  if (choices !== undefined) {
    return option.choices(choices);
  }
  return placeholder === undefined || isList === true ? option : option.argParser((text: string) => kind.parse(text));
}
