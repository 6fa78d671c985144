import type { TaskBatch } from "../inputs/task-source.ts";
import { argumentsOf, numberOf } from "../inputs/task-source.ts";
import type { Assigner, Outcome } from "../master/crew.ts";
import type { TaskFailure } from "../messages.ts";
import { describeThrown } from "../worker/task-error.ts";

export interface LocalWork {
  readonly run: (args: readonly unknown[]) => unknown;
  readonly fixed: readonly unknown[];
  readonly permute: readonly number[] | undefined;
  readonly timeoutMs: number | undefined;
}

/** Runs tasks here, one after the other, and lets the rest of the program run between the chunks. */
export class InProcessCrew {
  readonly size = 1;
  readonly #host: string;
  readonly #rank: number;
  readonly #jobs = new Map<number, { readonly assigner: Assigner; readonly work: LocalWork }>();
  #tail: Promise<void> = Promise.resolve();

  constructor(rank: number, host: string) {
    this.#rank = rank;
    this.#host = host;
  }

  begin(assigner: Assigner, work: LocalWork): void {
    this.#jobs.set(assigner.number, { assigner, work });
  }

  assign(number: number, batch: TaskBatch): number {
    this.#tail = this.#tail.then(async () => {
      await new Promise((resolve) => setImmediate(resolve));
      const job = this.#jobs.get(number);
      if (job !== undefined) {
        job.assigner.returned(batch, await this.run(batch, job.work, () => this.#jobs.has(number)));
      }
    });
    return 0;
  }

  end(number: number): void {
    this.#jobs.delete(number);
  }

  /** Never rejects. `isWanted`: false ends it before the next task. */
  async run(batch: TaskBatch, work: LocalWork, isWanted: () => boolean): Promise<Outcome> {
    const values: unknown[] = new Array<unknown>(batch.count).fill(undefined);
    const failures: TaskFailure[] = [];
    const beganAt = performance.now();
    for (let at = 0; at < batch.count && isWanted(); at++) {
      const taskBeganAt = performance.now();
      try {
        const all = [...argumentsOf(batch, at), ...work.fixed];
        const result = work.run(work.permute === undefined ? all : work.permute.map((index) => all[index]));
        values[at] = await inTime(result, work.timeoutMs, numberOf(batch, at));
      } catch (thrown) {
        const reason = thrown instanceof LateError ? "timed_out" : "threw";
        const elapsedMs = performance.now() - taskBeganAt;
        failures.push({ at, reason, error: describeThrown(thrown), output: "", elapsedMs });
      }
    }
    const elapsedMs = performance.now() - beganAt;
    const [rank, host] = [this.#rank, this.#host];
    return { values, failures, unrun: [], rank, host, elapsedMs, deathsOf: () => Promise.resolve([]) };
  }
}

class LateError extends Error {
  override readonly name: string = "TimeoutError";
}

/** A task that does not wait cannot be interrupted here: it is late when it is done. */
async function inTime(result: unknown, timeoutMs: number | undefined, task: number): Promise<unknown> {
  if (timeoutMs === undefined) {
    return await result;
  }
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new LateError(`task ${task} ran longer than its timeout of ${timeoutMs} ms`)),
      timeoutMs,
    );
  });
  try {
    return await Promise.race([result, late]);
  } finally {
    clearTimeout(timer);
  }
}
