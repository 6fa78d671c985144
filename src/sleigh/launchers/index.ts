/** What users see of launching, and what the master needs. */
export { availableCores } from "./available-cores.ts";
export { batchNodeList, type BatchNodeListOptions, type BatchSystem } from "./batch-node-list.ts";
export { dryRun, type DryRunOptions } from "./dry-run.ts";
export { checkLocalWorkers, isInsideWorker, markInsideWorker } from "./guards.ts";
export { LaunchError, type LaunchErrorCode } from "./launch-error.ts";
export type { LaunchOptions, NodeEntry, NodeOptions, ScriptExec } from "./launch-options.ts";
export type { LaunchedWorker, OutputStream, WorkerExit } from "./launched-worker.ts";
export type {
  KeySource,
  Launch,
  LaunchCommand,
  Launcher,
  ServerAddress,
  WorkerChanges,
  WorkerToLaunch,
} from "./launcher.ts";
export { local } from "./local.ts";
export { lsf, type LsfOptions } from "./lsf.ts";
export { planWorkers, type WorkerPlan } from "./plan.ts";
export { shellLine, shellQuote, windowsLine, windowsQuote } from "./quoting.ts";
export { rsh, type RshOptions } from "./rsh.ts";
export { slurm, type SlurmOptions } from "./slurm.ts";
export { sshForward } from "./ssh-forward.ts";
export { ssh, type SshOptions } from "./ssh.ts";
export { WorkerStarter, type WorkerStarterOptions } from "./start.ts";
export { commandByHand, DELETE_ME, offerByHand, RUN_ME } from "./web.ts";
