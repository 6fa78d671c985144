import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { LaunchError } from "./launch-error.ts";

/**
 * A built program of this package. `worker` is what workers on this machine run, as processes and as threads; `nws` with the word
 * `worker` does the same for people, and is slower to start.
 */
export function ownScript(name: "worker" | "nws"): string {
  // Bundled and not, this module lies somewhere below the package's folder.
  const here = dirname(fileURLToPath(import.meta.url));
  for (let folder = here; folder !== dirname(folder); folder = dirname(folder)) {
    const script = join(folder, "dist", `${name}.js`);
    if (existsSync(join(folder, "package.json")) && existsSync(script)) {
      return script;
    }
  }
  throw new LaunchError(
    "bad_launch",
    `the worker script dist/${name}.js is not there, above ${here}: build the package`,
  );
}

/** Options of Node that concern one process only: a second one would take the same port, or run something else. */
const OWN_ONLY =
  /^(?:--inspect|--debug|--watch|--test|--eval|--print|--check|--interactive|--run|--build-snapshot|--input-type|-[cepi]+$)/;
/** Of those, the ones that are followed by a value of their own when there is no `=` in them. */
const WITH_VALUE =
  /^(?:--inspect-port|--debug-port|--watch-path|--test-(?!only$|force-exit$|update-snapshots$|isolation=)[\w-]+|--eval|--print|--run|--input-type|-p?e|-p)$/;

/** The options of this Node that its workers get too, loaders for instance: what is imported here must be importable there. */
export function inheritedNodeOptions(execArgv: readonly string[] = process.execArgv): string[] {
  const inherited: string[] = [];
  for (let i = 0; i < execArgv.length; i++) {
    const option = execArgv[i]!;
    if (!OWN_ONLY.test(option)) {
      inherited.push(option);
    } else if (WITH_VALUE.test(option) && execArgv[i + 1]?.startsWith("-") === false) {
      i++;
    }
  }
  return inherited;
}
