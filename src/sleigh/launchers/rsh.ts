import type { Launcher } from "./launcher.ts";
import { shellLine } from "./quoting.ts";

/** How workers are started with `rsh`. */
export interface RshOptions {
  /** The program. Default: `rsh`. */
  readonly command?: string;
  /** More options for it. Default: none. */
  readonly options?: readonly string[];
}

/**
 * Workers on other machines, over rsh. It encrypts nothing: the key of the sleigh and all values can be read on the network. Only
 * for a network that is closed.
 */
export function rsh({ command = "rsh", options = [] }: RshOptions = {}): Launcher {
  return (node, worker) => {
    const { user } = worker.options;
    return {
      command,
      args: [...options, ...(user === undefined ? [] : ["-l", user]), node, shellLine(worker.command())],
    };
  };
}
