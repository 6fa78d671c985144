import type { Durability } from "../../client/index.ts";
import { fromElsewhere, fromHere, isLoopback, isThisMachine } from "./addresses.ts";
import { LaunchError } from "./launch-error.ts";
import type { LaunchCommand, ServerAddress, WorkerChanges } from "./launcher.ts";
import type { WorkerPlan } from "./plan.ts";
import { type ThreadToLaunch, threadToLaunch } from "./threads.ts";
import { workerCommand } from "./worker-command.ts";
import type { WorkerSettings } from "./worker-settings.ts";

/** What is the same for all workers of a sleigh, and the token of this launch. */
export interface LaunchContext {
  readonly sleigh: string;
  readonly server: ServerAddress;
  readonly token: string;
  /** The path of the key file, should the launcher want one. */
  readonly keyFile: string;
  readonly durability?: Durability | undefined;
}

export type ToLaunch = { readonly kind: "process"; readonly command: LaunchCommand } | ThreadToLaunch;

/** Asks the launcher for the command. Starts nothing. */
export function commandToLaunch(plan: WorkerPlan, context: LaunchContext): ToLaunch {
  const { rank, node, options, launch } = plan;
  if (launch === "threads") {
    return threadToLaunch(plan, settingsFor(plan, context, { local: true }));
  }
  const command = launch(node, {
    rank,
    options,
    sleigh: context.sleigh,
    server: context.server,
    command: (changes = {}) => workerCommand(options, settingsFor(plan, context, changes), changes.local ?? false),
  });
  return { kind: "process", command };
}

/** What the worker is told, but for the key. */
export function settingsFor(plan: WorkerPlan, context: LaunchContext, changes: WorkerChanges): WorkerSettings {
  const { modulePath, workingDir, logDir, verbose, redirectOutput } = plan.options;
  return {
    sleigh: context.sleigh,
    ...serverFor(plan, context.server, changes),
    rank: plan.rank,
    token: context.token,
    ...(context.durability !== undefined && { durability: context.durability }),
    ...(changes.key === "file" && { keyFile: context.keyFile }),
    ...(modulePath !== undefined && { modulePath: typeof modulePath === "string" ? [modulePath] : modulePath }),
    ...(workingDir !== undefined && { workingDir }),
    ...(logDir !== undefined && { logDir }),
    ...(verbose !== undefined && { verbose }),
    ...(redirectOutput !== undefined && { redirectOutput }),
  };
}

function serverFor({ rank, node, options }: WorkerPlan, server: ServerAddress, changes: WorkerChanges): ServerAddress {
  const near = changes.local === true || isThisMachine(node);
  const known = near ? fromHere(server) : fromElsewhere(server);
  const said = changes.host ?? options.nwsHostRemote;
  if (said === undefined && !near && isLoopback(known.host)) {
    throw new LaunchError(
      "bad_launch",
      `workers on '${node}' cannot reach the server at ${known.host}:${known.port}, which is known on this machine only: ` +
        "use sshForward(), or a server that the nodes can reach (nwsHost, or nwsHostRemote for what they call it)",
      { node, rank },
    );
  }
  return { host: said ?? known.host, port: changes.port ?? options.nwsPortRemote ?? known.port };
}
