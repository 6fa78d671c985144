import { readdirSync } from "node:fs";
import { join } from "node:path";

/** What can be fuzzed: the files in `targets/` that end in `.ts`, each of which exports a `target`. */
export const targetNames: readonly string[] = readdirSync(join(import.meta.dirname, "targets"))
  .filter((name) => name.endsWith(".ts"))
  .map((name) => name.replace(/\.ts$/, ""))
  .sort();
