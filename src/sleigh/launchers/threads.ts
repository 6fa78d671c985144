import { LaunchError } from "./launch-error.ts";
import type { NodeOptions } from "./launch-options.ts";
import type { WorkerPlan } from "./plan.ts";
import { ownScript } from "./worker-script.ts";
import { workerArguments, type WorkerSettings } from "./worker-settings.ts";

/** A worker as a thread of this process: the same program with the same arguments, and the key on its own standard input. */
export interface ThreadToLaunch {
  readonly kind: "thread";
  readonly script: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** What has no meaning for a thread: it has the master's working folder and runs this package. */
const PROCESS_ONLY = [
  "workingDir",
  "scriptDir",
  "scriptName",
  "scriptExec",
  "user",
] as const satisfies (keyof NodeOptions)[];

export function threadToLaunch({ node, rank, options }: WorkerPlan, settings: WorkerSettings): ThreadToLaunch {
  const wrong = PROCESS_ONLY.find((name) => options[name] !== undefined);
  if (wrong !== undefined) {
    throw new LaunchError("bad_launch", `${wrong} has no meaning for threads: use launch: "local"`, { node, rank });
  }
  return {
    kind: "thread",
    script: ownScript("worker"),
    args: workerArguments(settings),
    env: options.env ?? {},
  };
}
