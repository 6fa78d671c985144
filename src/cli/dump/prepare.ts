import { NetWorkSpace, NoSuchWorkspaceError, type NwsServer } from "../../client/index.ts";
import { CommandFailure, ExitCode } from "../exit-code.ts";
import type { WorkspaceContents } from "./dump-contents.ts";
import type { Destination } from "./loader.ts";

/** The system's workspace: it is always there, and cannot be deleted. */
const SYSTEM = "__default";

/** What to do with workspaces that are there already. Default: refuse. */
export interface LoadChoice {
  readonly into?: string;
  readonly replace?: true;
  readonly append?: true;
}

/**
 * Where each workspace goes, by its name in the dump. Throws before anything is changed when one cannot be loaded; then what is
 * to be replaced is deleted.
 */
export async function prepare(
  server: NwsServer,
  wanted: readonly WorkspaceContents[],
  choice: LoadChoice,
): Promise<Map<string, Destination>> {
  const there: Conflict[] = [];
  const destinations = new Map<string, Destination>();
  const { maxValueBytes } = await server.session.greeting;
  for (const workspace of wanted) {
    const name = choice.into ?? workspace.name;
    if (workspace.longest > maxValueBytes) {
      const sentence = `workspace '${workspace.name}' has a value of ${workspace.longest} bytes, and the server takes ${maxValueBytes}`;
      throw new CommandFailure(ExitCode.failed, `${sentence}; nothing was changed`);
    }
    const modes = await modesIn(server, name);
    const isConflict = modes !== undefined && (name !== SYSTEM || (modes.size > 0 && workspace.variables.size > 0));
    if (isConflict) {
      there.push({ name, modes, workspace });
    }
    // (The system's workspace is there, however empty.)
    destinations.set(workspace.name, { name, isAppended: modes !== undefined && choice.replace !== true });
  }
  if (choice.append === true) {
    there.forEach(checkModes);
  } else if (choice.replace !== true && there.length > 0) {
    const names = there.map(({ name }) => `'${name}'`).join(", ");
    const sentence = `there already: ${names}; nothing was changed (--replace deletes what is there, --append adds to it)`;
    throw new CommandFailure(ExitCode.failed, sentence);
  }
  if (choice.replace === true) {
    for (const conflict of there) {
      await clear(server, conflict);
    }
  }
  return destinations;
}

interface Conflict {
  readonly name: string;
  /** Of the variables that are there, by name. */
  readonly modes: ReadonlyMap<string, string>;
  readonly workspace: WorkspaceContents;
}

/** Undefined: there is no such workspace. */
async function modesIn(server: NwsServer, name: string): Promise<ReadonlyMap<string, string> | undefined> {
  const ws = new NetWorkSpace(name, { server, useUse: true, create: false });
  try {
    await ws.opened();
    return new Map((await ws.listVars()).map((variable) => [variable.name, variable.mode]));
  } catch (error) {
    if (error instanceof NoSuchWorkspaceError) {
      return undefined;
    }
    throw error;
  } finally {
    await ws.close();
  }
}

function checkModes({ name, modes, workspace }: Conflict): void {
  for (const [variable, mode] of workspace.variables) {
    const before = modes.get(variable) ?? "unknown";
    if (before !== "unknown" && mode !== "unknown" && before !== mode) {
      const sentence = `variable '${variable}' of workspace '${name}' is ${before}, and ${mode} in the dump; nothing was changed`;
      throw new CommandFailure(ExitCode.failed, sentence);
    }
  }
}

async function clear(server: NwsServer, { name, modes }: Conflict): Promise<void> {
  if (name !== SYSTEM) {
    try {
      await server.deleteWs(name);
    } catch (error) {
      // (Its owner or its time has ended meanwhile.)
      if (!(error instanceof NoSuchWorkspaceError)) {
        throw error;
      }
    }
    return;
  }
  const ws = new NetWorkSpace(name, { server, useUse: true, create: false });
  for (const variable of modes.keys()) {
    await ws.deleteVar(variable);
  }
  await ws.close();
}
