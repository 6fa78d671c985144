import { homedir, platform } from "node:os";
import { join } from "node:path";

/** What `data` is when nothing is to be kept. */
export const NO_DATA = "none";

/** Where a server on this port keeps its data when nobody says where: in the user's own folder for data, by port. */
export function defaultDataFolder(port: number, environment: NodeJS.ProcessEnv = process.env): string {
  return join(userDataFolder(environment), "networkspaces", String(port));
}

function userDataFolder(environment: NodeJS.ProcessEnv): string {
  const xdg = environment["XDG_DATA_HOME"];
  switch (platform()) {
    case "darwin":
      return join(homedir(), "Library", "Application Support");
    case "win32":
      return environment["LOCALAPPDATA"] ?? join(homedir(), "AppData", "Local");
    default:
      return xdg === undefined || xdg === "" ? join(homedir(), ".local", "share") : xdg;
  }
}
