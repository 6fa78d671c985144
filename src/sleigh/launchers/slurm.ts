import type { Launcher } from "./launcher.ts";

/** How workers are started with `srun`. */
export interface SlurmOptions {
  /** The program. Default: `srun`. */
  readonly command?: string;
  /** More options for it, as `["--partition=short", "--time=60"]`. Default: none. */
  readonly options?: readonly string[];
}

/**
 * Workers as tasks of Slurm, one `srun` each. Inside of a job (`sbatch`, `salloc`) they run on what the job was given and share it;
 * outside of one each worker is a job of its own. A node's name may be empty: then Slurm chooses.
 */
export function slurm({ command = "srun", options = [] }: SlurmOptions = {}): Launcher {
  return (node, worker) => {
    const inJob = (process.env["SLURM_JOB_ID"] ?? "") !== "";
    return {
      command,
      args: [
        ...["--nodes=1", "--ntasks=1", "--unbuffered", "--quiet", `--job-name=${worker.sleigh}`],
        // Or the first step would hold the whole job, and the second wait for it.
        ...(inJob ? ["--overlap"] : []),
        ...(node === "" ? [] : [`--nodelist=${node}`]),
        ...options,
        "--",
        ...worker.command(),
      ],
      queued: true,
    };
  };
}
