import { NoSuchWorkspaceError, type Durability, type NetWorkSpace, VariableDeletedError } from "../../client/index.ts";
import { fromElsewhere } from "./addresses.ts";
import type { NodeOptions } from "./launch-options.ts";
import type { ServerAddress } from "./launcher.ts";
import { localLine } from "./quoting.ts";
import { workerCommand } from "./worker-command.ts";

/** The variable that shows the command. Everybody who sees the workspace can read it: the key is not in it. */
export const RUN_ME = "runMe";
/** Deleting this variable says that no more workers will be started. */
export const DELETE_ME = "deleteMeWhenAllWorkersStarted";

/** The command that starts a worker by hand, as a line to paste. `keyFile`: where the worker finds the key. */
export function commandByHand(
  sleigh: string,
  server: ServerAddress,
  keyFile: string,
  options: NodeOptions = {},
  durability?: Durability,
): string {
  const { nwsHostRemote, nwsPortRemote, modulePath, workingDir, logDir, verbose, redirectOutput } = options;
  const known = fromElsewhere(server);
  const settings = {
    sleigh,
    host: nwsHostRemote ?? known.host,
    port: nwsPortRemote ?? known.port,
    keyFile,
    ...(durability !== undefined && { durability }),
    ...(modulePath !== undefined && { modulePath: typeof modulePath === "string" ? [modulePath] : modulePath }),
    ...(workingDir !== undefined && { workingDir }),
    ...(logDir !== undefined && { logDir }),
    ...(verbose !== undefined && { verbose }),
    ...(redirectOutput !== undefined && { redirectOutput }),
  };
  return localLine(workerCommand(options, settings, false));
}

/**
 * Shows the command in the sleigh's workspace, and resolves when somebody deletes `deleteMeWhenAllWorkersStarted` there: all workers
 * are started. AbortedError by `signal`; the client's errors when the workspace or the server goes away.
 */
export async function offerByHand(
  workspace: NetWorkSpace,
  command: string,
  options: { readonly signal?: AbortSignal } = {},
): Promise<void> {
  await Promise.all([
    workspace.declare(RUN_ME, "single"),
    workspace.store(RUN_ME, command),
    workspace.declare(DELETE_ME, "single"),
    workspace.store(DELETE_ME, "Delete this variable when all workers are started."),
  ]);
  const values = workspace.ifind(DELETE_ME, options);
  // Whatever else is stored there: only that it is deleted counts.
  while (!(await values.next()).done) {}
  if (values.endedBy !== undefined && !(values.endedBy instanceof VariableDeletedError)) {
    throw values.endedBy;
  }
  await workspace.deleteVar(RUN_ME).catch((error: unknown) => {
    // The variable may have gone with its workspace: nobody has said then that all is started.
    if (error instanceof NoSuchWorkspaceError) {
      throw error;
    }
  });
}
