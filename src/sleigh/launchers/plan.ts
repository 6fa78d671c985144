import { isThisMachine } from "./addresses.ts";
import { LaunchError } from "./launch-error.ts";
import type { LaunchOptions, NodeEntry, NodeOptions } from "./launch-options.ts";
import type { Launcher } from "./launcher.ts";
import { local } from "./local.ts";

/** One worker that is to be started, any number of times. */
export interface WorkerPlan {
  readonly rank: number;
  /** The node's name; empty where the launcher needs none. */
  readonly node: string;
  readonly options: NodeOptions;
  readonly launch: "threads" | Launcher;
  /** It uses this machine's cores, and is ended by ending its process. */
  readonly local: boolean;
}

const DEFAULT_WORKER_COUNT = 3;

const NODE_OPTIONS = Object.keys({
  nwsHostRemote: true,
  nwsPortRemote: true,
  scriptExec: true,
  scriptDir: true,
  scriptName: true,
  modulePath: true,
  workingDir: true,
  logDir: true,
  user: true,
  verbose: true,
  redirectOutput: true,
  env: true,
  launchTimeout: true,
  keyDir: true,
} satisfies Record<keyof NodeOptions, true>) as (keyof NodeOptions)[];

/**
 * Which workers to start, by rank. `web` starts none. LaunchError `bad_launch` for options that make no sense, among them nodes
 * that are not this machine without a launcher that gets there.
 */
export function planWorkers(options: LaunchOptions): readonly WorkerPlan[] {
  const { launch = "local", nodeList, workerCount } = options;
  if (workerCount !== undefined && (!Number.isSafeInteger(workerCount) || workerCount < 0)) {
    throw new LaunchError("bad_launch", `workerCount must be a whole number, not ${workerCount}`);
  }
  if (launch === "web") {
    return [];
  }
  const stays = launch === "local" || launch === "threads" || launch === local;
  const nodes = (nodeList ?? [{ node: stays ? "localhost" : "" }]).flatMap((entry) => expand(entry, stays));
  const count = workerCount ?? (nodeList === undefined ? DEFAULT_WORKER_COUNT : nodes.length);
  if (count > 0 && nodes.length === 0) {
    throw new LaunchError("bad_launch", "nodeList is empty: name the nodes on which workers run");
  }
  const shared = nodeOptions(options);
  return Array.from({ length: count }, (_, rank) => {
    const entry = nodes[rank % nodes.length]!;
    return {
      rank,
      node: entry.node,
      options: { ...shared, ...nodeOptions(entry) },
      launch: launch === "local" ? local : launch,
      local: stays,
    };
  });
}

/** Those that were said, and nothing else that may stand beside them. */
function nodeOptions(options: NodeOptions): NodeOptions {
  const said = NODE_OPTIONS.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]] as const]));
  return Object.fromEntries(said);
}

function expand(given: string | NodeEntry, stays: boolean): readonly NodeEntry[] {
  const entry = typeof given === "string" ? { node: given } : given;
  const { node, workers = 1 } = entry;
  // Such a name would be taken for an option by the command that is given it.
  if (node.startsWith("-") || /[\0-\x20]/.test(node)) {
    throw new LaunchError("bad_launch", `${JSON.stringify(node)} is no name of a node`, { node });
  }
  if (stays && !isThisMachine(node)) {
    throw new LaunchError(
      "bad_launch",
      `'${node}' is not this machine: say how to get there, with launch: ssh() for instance`,
      {
        node,
      },
    );
  }
  if (!Number.isSafeInteger(workers) || workers < 0) {
    throw new LaunchError("bad_launch", `workers of node '${node}' must be a whole number, not ${workers}`, { node });
  }
  return Array.from({ length: workers }, () => entry);
}
