import type { TaskBatch } from "../inputs/task-source.ts";
import type { JobSpec, TaskFailure } from "../messages.ts";
import type { WorkerDeath } from "../errors.ts";

/** What became of a batch of tasks. */
export interface Outcome {
  /** By place; undefined at the places of `failures` and `unrun`. */
  readonly values: ArrayLike<unknown>;
  readonly failures: readonly TaskFailure[];
  readonly unrun: readonly number[];
  readonly rank: number;
  readonly host: string;
  readonly elapsedMs: number;
  /** Of a failure `lost`: whom the task took with it. */
  deathsOf(at: number): Promise<WorkerDeath[]>;
}

/** Who has given out tasks and is told what became of them. */
export interface Assigner {
  /** The number of the job. */
  readonly number: number;
  returned(batch: TaskBatch, outcome: Outcome): void;
  /** There are more workers than before. */
  grown(): void;
  /** Nothing more will come: why. */
  abandoned(error: Error): void;
}

/** Who tasks are given to. */
export interface Crew {
  /** How many work at a time, or will when they have come. At least 1. */
  readonly size: number;
  /** Makes a job known. */
  begin(assigner: Assigner, spec: Omit<JobSpec, "job">): void;
  /** Gives out tasks of the job. Returns about how many bytes they take. */
  assign(job: number, batch: TaskBatch): number;
  /** The job is over. What is still under way is not wanted any more. */
  end(job: number): void;
}
