import { availableCores } from "./available-cores.ts";
import { LaunchError } from "./launch-error.ts";
import type { LaunchOptions } from "./launch-options.ts";
import type { WorkerPlan } from "./plan.ts";

/** So many workers for each core are refused, rather than warned of. */
const REFUSED_PER_CORE = 3;

/**
 * Looks whether this machine should run so many workers. Returns a sentence to warn the user with, if the number was asked for and is
 * more than there are cores. LaunchError `too_many_workers` for more than three times as many, unless `force`.
 */
export function checkLocalWorkers(
  plans: readonly WorkerPlan[],
  options: Pick<LaunchOptions, "workerCount" | "nodeList" | "force">,
  cores: number = availableCores(),
): string | undefined {
  const count = plans.filter((plan) => plan.local).length;
  const wasAsked = options.workerCount !== undefined || options.nodeList !== undefined;
  if (count <= cores || options.force === true) {
    return undefined;
  }
  const numbers = `${count} workers on this machine, which has ${cores} core${cores === 1 ? "" : "s"} for this program`;
  if (count > REFUSED_PER_CORE * cores && wasAsked) {
    throw new LaunchError(
      "too_many_workers",
      `${numbers}: they would only wait for each other; force: true starts them nevertheless`,
    );
  }
  return wasAsked ? `${numbers}: they share them, and are no faster than ${cores} would be` : undefined;
}

// In the registry, because a shipped function may import its own copy of this package.
const INSIDE = Symbol.for("networkspaces.sleigh.insideWorker");

/** Said by a worker in the thread that runs tasks, before the first one. */
export function markInsideWorker(): void {
  Reflect.set(globalThis, INSIDE, true);
}

/** Whether this code is part of a task. A sleigh that is made there runs in process, unless it is asked to nest. */
export function isInsideWorker(): boolean {
  return Reflect.get(globalThis, INSIDE) === true;
}
