import { InvalidArgumentError } from "commander";
import type { ConfigFile } from "./config-file.ts";
import { ENVIRONMENT, type Fault } from "./fault.ts";
import { environmentNameOf, type ServerSettings, type SettingName, settingNames, settingOf } from "./settings.ts";

/** Who has said what a setting is, the one that counts most first. */
export const origins = ["flag", "environment", "file", "default"] as const;
export type Origin = (typeof origins)[number];

export interface Resolved {
  readonly values: ServerSettings;
  readonly from: ReadonlyMap<SettingName, Origin>;
  /** All that is wrong. `values` are what the rest comes to. */
  readonly faults: readonly Fault[];
}

export interface Sources {
  /** Options of the command line, by name; those that were given. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly file?: ConfigFile | undefined;
}

/** What each setting is: option, environment, file, default, the first that says something. */
export function resolveSettings({ flags, environment, file }: Sources): Resolved {
  const values: Record<string, unknown> = {};
  const from = new Map<SettingName, Origin>();
  const faults: Fault[] = [...(file?.faults ?? [])];
  const said = readEnvironment(environment, faults);
  for (const name of settingNames) {
    const origin = flags[name] !== undefined ? "flag" : said.has(name) ? "environment" : file?.values.has(name) === true ? "file" : "default"; // prettier-ignore
    from.set(name, origin);
    values[name] = {
      flag: flags[name],
      environment: said.get(name),
      file: file?.values.get(name),
      default: settingOf(name).default,
    }[origin];
  }
  // (The table says which type each one has, and the kinds have looked at each.)
  const resolved = values as unknown as ServerSettings;
  return { values: resolved, from, faults: [...faults, ...conflicts(resolved)] };
}

/** What does not go together. */
function conflicts({ port, webPort, tlsCert, tlsKey, tlsCa }: ServerSettings): Fault[] {
  const faults: Fault[] = [];
  if ((tlsCert === undefined) !== (tlsKey === undefined) || (tlsCa !== undefined && tlsCert === undefined)) {
    faults.push({
      message:
        "for TLS a server needs both --tls-cert and --tls-key, or tls-cert and tls-key in a file (nws tls init makes them)",
    });
  }
  if (port !== 0 && port === webPort) {
    faults.push({ message: `port and web-port are both ${port}; each needs one of its own` });
  }
  return faults;
}

/** (Empty is unset.) */
function readEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  faults: Fault[],
): Map<SettingName, unknown> {
  const said = new Map<SettingName, unknown>();
  for (const name of settingNames) {
    const key = environmentNameOf(name);
    const text = environment[key];
    if (text === undefined || text === "") {
      continue;
    }
    const { kind } = settingOf(name);
    try {
      said.set(name, kind.parse(text));
    } catch (error) {
      if (!(error instanceof InvalidArgumentError)) {
        throw error;
      }
      const message = `the environment variable ${key} is '${text}'; it must be ${kind.allowed}`;
      faults.push({ source: ENVIRONMENT, key, message });
    }
  }
  return said;
}
