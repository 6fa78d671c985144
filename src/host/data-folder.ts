import { homedir, platform } from "node:os";
import { join } from "node:path";
import { userDataFolder } from "../server/access/own-token.ts";

/** What `data` is when nothing is to be kept. */
export const NO_DATA = "none";

/** Where a server on this port keeps its data when nobody says where: in the user's own folder for data, by port. */
export function defaultDataFolder(port: number, environment: NodeJS.ProcessEnv = process.env): string {
  return join(userDataFolder(environment, platform(), homedir()), String(port));
}
