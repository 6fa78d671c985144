/** How quickly the last chunks count for less. */
const WEIGHT = 0.25;

/** Chunks that take less than `ms` are worth having `ahead` of the one that runs. */
const steps: readonly { readonly ms: number; readonly ahead: number }[] = [
  { ms: 0.1, ahead: 48 },
  { ms: 0.3, ahead: 24 },
  { ms: 1, ahead: 12 },
  { ms: 5, ahead: 4 },
  { ms: 12, ahead: 2 },
  { ms: 100, ahead: 1 },
];

/**
 * How many chunks to hold ahead of the one that runs: enough that the task thread never waits for the server, and so few that
 * others do not wait for what lies here. Of a job that is not known yet, none.
 */
export class Pace {
  /** Milliseconds of a task, by job. */
  readonly #ms = new Map<number, number>();

  /** A chunk of so many tasks took so long. */
  record(job: number, count: number, elapsedMs: number): void {
    const taskMs = elapsedMs / count;
    const known = this.#ms.get(job);
    if (known === undefined && this.#ms.size >= 64) {
      this.#ms.delete(this.#ms.keys().next().value!);
    }
    this.#ms.set(job, known === undefined ? taskMs : known + (taskMs - known) * WEIGHT);
  }

  /** What a chunk of so many tasks of the job takes; 0 when that is not known. */
  ms(job: number, count: number): number {
    return (this.#ms.get(job) ?? 0) * count;
  }

  /** `count`: as many tasks as the last chunk had. */
  ahead(job: number, count: number): number {
    const ms = (this.#ms.get(job) ?? Infinity) * count;
    return steps.find((step) => ms < step.ms)?.ahead ?? 0;
  }
}
