import type { Launcher } from "./launcher.ts";
import { shellLine } from "./quoting.ts";

/** How workers are started with `bsub`. */
export interface LsfOptions {
  /** The program. Default: `bsub`. */
  readonly command?: string;
  /** More options for it, as `["-q", "short"]`. Default: none. */
  readonly options?: readonly string[];
  /**
   * For clusters without interactive jobs: the worker reads the key from a file in `keyDir`, which the nodes must share, and what it
   * prints goes nowhere but to its log. Default: false, `bsub -I`, and the key goes through the job's standard input.
   */
  readonly batch?: boolean;
}

/** Workers as jobs of IBM Spectrum LSF. A node's name may be empty: then LSF chooses. */
export function lsf({ command = "bsub", options = [], batch = false }: LsfOptions = {}): Launcher {
  return (node, worker) => {
    // Also the name to end it by: ending `bsub -K` does not end the job.
    const job = `${worker.sleigh}_${worker.rank}`.replaceAll(/[^\w.]/g, "_");
    const where = node === "" ? [] : ["-m", node];
    const line = shellLine(worker.command({ key: batch ? "file" : "stdin" }));
    const mode = batch ? ["-K", "-i", "/dev/null", "-o", "/dev/null"] : ["-I"];
    return {
      command,
      // bsub joins its words and gives them to a shell: they are quoted once, and are one word.
      args: [...options, ...mode, "-J", job, ...where, line],
      queued: true,
      ...(batch && { key: "file", killCommand: { command: "bkill", args: ["-J", job] } }),
    };
  };
}
