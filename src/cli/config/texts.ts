import { table } from "../table.ts";
import type { Resolved } from "./resolve.ts";
import { defaultOf, environmentNameOf, keyOf, type SettingName, settingNames, settingOf } from "./settings.ts";

/** Of PEM text in place of a file. */
const HIDDEN = "(PEM text, not shown)";

/** A setting that can be shown to everybody: as JSON has it, and as a file would. */
function shownValue(name: SettingName, value: unknown): { readonly json: unknown; readonly text: string } {
  const { kind, isSecret } = settingOf(name);
  if (value === undefined) {
    return { json: null, text: `(${defaultOf(name)})` };
  }
  if (isSecret === true && typeof value === "string" && value.includes("-----BEGIN")) {
    return { json: HIDDEN, text: HIDDEN };
  }
  return {
    json:
      value === Infinity || (value === false && kind.placeholder !== undefined)
        ? kind.toml(value).replaceAll('"', "")
        : value,
    text: kind.toml(value),
  };
}

/** What each setting is, and who has said so. */
export function shownSettings({ values, from }: Resolved): string {
  const rows = settingNames.map((name) => [keyOf(name), shownValue(name, values[name]).text, saidBy(name, from)]);
  return table(["setting", "value", "from"], rows);
}

/** The same as an object: keys as in a file. Null: what happens when nobody says. */
export function settingsAsJson({ values, from }: Resolved): Record<string, unknown> {
  return Object.fromEntries(
    settingNames.map((name) => [keyOf(name), { value: shownValue(name, values[name]).json, from: from.get(name) }]),
  );
}

function saidBy(name: SettingName, from: Resolved["from"]): string {
  switch (from.get(name)) {
    case "flag":
      return `--${keyOf(name)}`;
    case "environment":
      return environmentNameOf(name);
    case "file":
      return "file";
    default:
      return "default";
  }
}

/** What stands for a setting that is something else when nobody says. */
const examples: Partial<Readonly<Record<SettingName, string>>> = {
  webPort: "8766",
  webName: '["nws.example.org"]',
  webPages: '"pages"',
  socket: '"/run/nws/nws.sock"',
  tlsCert: '"server.pem"',
  tlsKey: '"server-key.pem"',
  tlsCa: '"ca.pem"',
  access: '"access.json"',
  auditLog: '"/var/log/nws/audit.log"',
  data: '"/var/lib/nws"',
  tmpDir: '"/var/tmp"',
};

/** A configuration file with all settings, each commented out: what it is for, its default. */
export function commentedFile(): string {
  const parts = settingNames.map((name) => {
    const { kind, help, default: value, otherwise, reloads } = settingOf(name);
    const told = otherwise === undefined ? "" : ` Default: ${otherwise}.`;
    const restart = reloads === true ? "" : " (A change needs a restart.)";
    return `# ${help[0]!.toUpperCase()}${help.slice(1)}.${told}${restart}\n# ${keyOf(name)} = ${examples[name] ?? kind.toml(value)}\n`;
  });
  return `# Configuration of a NetWorkSpaces server: nws server --config FILE
#
# Lines without a # count; those below are what is so without them, or an example. Options of the command line
# and the environment (NWS_SERVER_...) count more than this file. Paths are relative to the folder that it is in.
# "nws config check FILE" says whether it is right; SIGHUP to the server has it read again.

${parts.join("\n")}`;
}
