import { CommandFailure, ExitCode } from "../exit-code.ts";
import { readConfigFile } from "./config-file.ts";
import { sentenceOfFault } from "./fault.ts";
import { type Resolved, resolveSettings } from "./resolve.ts";

/** Where settings are said: options of the command line, and the name of a file if there is one. */
export interface Said {
  readonly flags: Readonly<Record<string, unknown>>;
  readonly path: string | undefined;
}

/** The settings of a server, and all that is wrong with them. */
export async function loadSettings({ flags, path }: Said): Promise<Resolved> {
  const file = path === undefined ? undefined : await readConfigFile(path);
  return resolveSettings({ flags, environment: process.env, file });
}

/** A CommandFailure with all faults when there are any. */
export async function mustLoadSettings(said: Said): Promise<Resolved> {
  const resolved = await loadSettings(said);
  const [first, ...others] = resolved.faults.map(sentenceOfFault);
  if (first !== undefined) {
    throw new CommandFailure(ExitCode.usage, first, { others });
  }
  return resolved;
}
