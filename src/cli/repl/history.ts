import { chmod, mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** Where the lines are kept that were typed: in the user's own folder for what programs remember. */
export function historyPath(environment: NodeJS.ProcessEnv, home = homedir()): string {
  const { XDG_STATE_HOME: state = "", LOCALAPPDATA: local = "" } = environment;
  const folder =
    state !== "" ? state : process.platform === "win32" && local !== "" ? local : join(home, ".local", "state");
  return join(folder, "networkspaces", "repl-history");
}

/** The folder is made when there is none. The lines may have secrets in them: they are for nobody else. */
export async function prepareHistory(path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  await chmod(path, 0o600).catch(() => undefined);
}
