import { posix, join } from "node:path";
import { LaunchError } from "./launch-error.ts";
import type { NodeOptions } from "./launch-options.ts";
import { checkWord } from "./quoting.ts";
import { inheritedNodeOptions, ownScript } from "./worker-script.ts";
import { workerArguments, workerEnvironment, type WorkerSettings } from "./worker-settings.ts";

/** Not `nws`: another package of that name exists. */
const REMOTE_SCRIPT = "networkspaces";

/** The words that start a worker. `local`: on this machine; its `env` is then set by whoever starts it. */
export function workerCommand(options: NodeOptions, settings: WorkerSettings, local: boolean): readonly string[] {
  const { scriptExec = "arguments", env = {} } = options;
  const script = scriptWords(options, local);
  const words = typeof scriptExec === "function" ? scriptExec(script, settings) : [...script, "worker"];
  const variables = { ...(local ? {} : env), ...(scriptExec === "env" && workerEnvironment(settings)) };
  const assignments = Object.entries(variables).map(([name, value]) => `${checkVariable(name)}=${value}`);
  const command = [
    ...(assignments.length > 0 ? ["env", ...assignments] : []),
    ...words,
    ...(scriptExec === "arguments" ? workerArguments(settings) : []),
  ];
  command.forEach(checkWord);
  // A program named like an option would be taken for one by ssh, env, srun, ...
  if (words[0] === undefined || words[0] === "" || words[0].startsWith("-") || words[0].includes("=")) {
    throw new LaunchError("bad_launch", `'${words[0] ?? ""}' is no program to start a worker with; see scriptName`);
  }
  return command;
}

function scriptWords({ scriptName, scriptDir }: NodeOptions, local: boolean): readonly string[] {
  const node = local ? [process.execPath, ...inheritedNodeOptions()] : ["node"];
  if (scriptName === undefined && scriptDir === undefined && local) {
    return [...node, ownScript()];
  }
  if (typeof scriptName === "object") {
    if (scriptDir !== undefined) {
      throw new LaunchError(
        "bad_launch",
        "scriptDir goes with a scriptName that is one file; write the path into the list of words",
      );
    }
    if (scriptName.length === 0) {
      throw new LaunchError("bad_launch", "scriptName is an empty list: name the program that runs workers");
    }
    return scriptName;
  }
  const name = scriptName ?? REMOTE_SCRIPT;
  const path = scriptDir === undefined ? name : local ? join(scriptDir, name) : posix.join(scriptDir, name);
  return /\.[cm]?js$/.test(path) ? [...node, path] : [path];
}

export function checkVariable(name: string): string {
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    throw new LaunchError("bad_launch", `'${name}' is no name of an environment variable`);
  }
  return name;
}
