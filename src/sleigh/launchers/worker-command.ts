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
  const words =
    typeof scriptExec === "function"
      ? scriptExec(scriptWords(options, local), settings)
      : isOwn(options, local)
        ? [...ownNode(), ownScript("worker")]
        : [...scriptWords(options, local), "worker"];
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

/** Nobody named a script, and this package is there. */
function isOwn({ scriptName, scriptDir }: NodeOptions, local: boolean): boolean {
  return scriptName === undefined && scriptDir === undefined && local;
}

function ownNode(): readonly string[] {
  return [process.execPath, ...inheritedNodeOptions()];
}

/** What takes the word `worker`, and then how to work. */
function scriptWords(options: NodeOptions, local: boolean): readonly string[] {
  const { scriptName, scriptDir } = options;
  const node = local ? ownNode() : ["node"];
  if (isOwn(options, local)) {
    return [...node, ownScript("nws")];
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
