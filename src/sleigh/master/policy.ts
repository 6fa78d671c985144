import { SleighTaskError, TaskTimeoutError, WorkerLostError } from "../errors.ts";
import type { TaskFailure } from "../messages.ts";
import type { Outcome } from "./crew.ts";

/** The task that failed, for a function that decides what stands in the place of its result. */
export interface FailedTask {
  readonly number: number;
  readonly args: readonly unknown[];
}

/**
 * What happens when a task has failed for good: `throw` rejects the call, `return` puts the error in the result's place,
 * `skip` leaves it out of the results, a function returns (or promises) what is put there instead.
 */
export type OnError = "throw" | "return" | "skip" | ((error: SleighTaskError, task: FailedTask) => unknown);

/** The error that the user gets for a failed task. */
export async function taskError(
  failure: TaskFailure,
  task: number,
  attempts: number,
  outcome: Outcome,
): Promise<SleighTaskError> {
  const { reason, error, output } = failure;
  const { rank, host } = outcome;
  const place = { task, rank, host, output, attempts };
  const where = `task ${task} on worker ${rank} (${host})`;
  if (reason === "lost") {
    const deaths = await outcome.deathsOf(failure.at);
    const last = deaths.at(-1);
    const who =
      deaths.length === 1 ? "the worker that had it" : `${deaths.length} workers died of it, and the last one`;
    return new WorkerLostError(
      `task ${task} was given up: ${who} ${last === undefined ? "died" : endOf(last)}`,
      {
        ...place,
        rank: last?.rank ?? rank,
        host: last?.host ?? host,
        output: last?.output ?? output,
        attempts: deaths.length,
      },
      deaths,
    );
  }
  if (reason === "timed_out") {
    return new TaskTimeoutError(
      "task_timed_out",
      `${where} took too long: ${Math.round(failure.elapsedMs)} ms`,
      place,
      error,
    );
  }
  return new SleighTaskError("task_failed", `${where} failed: ${summary(error)}`, place, error);
}

function summary(error: TaskFailure["error"]): string {
  return error === undefined ? "no reason was given" : `${error.name}: ${error.message}`;
}

/** How a worker ended, as the end of a sentence. */
export function endOf(death: {
  readonly reason: string;
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly output: string;
}): string {
  const { reason, exitCode, signal, output } = death;
  const how =
    signal !== undefined
      ? `was ended by ${signal}`
      : exitCode !== undefined
        ? `exited with code ${exitCode}`
        : `is gone: ${reason}`;
  return output.trim() === "" ? how : `${how}, after it had printed:\n${output.trimEnd()}`;
}
