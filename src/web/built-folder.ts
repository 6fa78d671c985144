import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where what was built for browsers is: the pages (`ui`), the client (`web`). Bundled and not, this module lies somewhere below the package's folder. */
export function builtFolder(name: "ui" | "web"): string {
  const here = dirname(fileURLToPath(import.meta.url));
  for (let folder = here; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, "package.json"))) {
      return join(folder, "dist", name);
    }
  }
  throw new Error(`the package's folder was not found above ${here}`);
}
