import { isMainThread } from "node:worker_threads";
import { Worker, type WorkerEnd } from "./worker.ts";
import type { WorkerOptions } from "./worker-options.ts";

const THREAD_END_MS = 1000;

/**
 * Runs a worker until it ends, and says how and why. Use `process.exit` then: what tasks have left running must not keep the
 * process alive.
 */
export async function runWorker(options: WorkerOptions): Promise<WorkerEnd> {
  if (options.workingDir !== undefined && isMainThread) {
    process.chdir(options.workingDir);
  }
  const worker = new Worker(options);
  const end = await worker.ended;
  if (!(await worker.endThread(THREAD_END_MS)) && isMainThread) {
    // The task thread is in a call that nothing interrupts, and an orderly exit would wait for it.
    process.kill(process.pid, "SIGKILL");
  }
  return end;
}
