import type { TaskBatch } from "../inputs/task-source.ts";
import { argumentsOf, numberOf } from "../inputs/task-source.ts";
import type { Assigner, Outcome } from "../master/crew.ts";
import type { RemoteError, TaskFailure } from "../messages.ts";
import { timedOut } from "../worker/chunk-runner.ts";
import type { Seed } from "../worker/random.ts";
import { describeThrown } from "../worker/task-error.ts";
import { LocalTask, type Printed } from "./local-task.ts";

export interface LocalWork {
  readonly run: (args: readonly unknown[]) => unknown;
  readonly fixed: readonly unknown[];
  readonly permute: readonly number[] | undefined;
  readonly timeoutMs: number | undefined;
  readonly graceMs: number;
  readonly seed: Seed | undefined;
}

/** Runs tasks here, one after the other, and lets the rest of the program run between the chunks. */
export class InProcessCrew {
  readonly size = 1;
  readonly #host: string;
  readonly #rank: number;
  readonly #onOutput: Printed | undefined;
  readonly #jobs = new Map<number, { readonly assigner: Assigner; readonly work: LocalWork }>();
  readonly #running = new Set<{ readonly task: LocalTask; readonly isWanted: () => boolean }>();
  #tail: Promise<void> = Promise.resolve();

  /** `onOutput`: gets what tasks print. Default: that goes where the program's own output goes. */
  constructor(rank: number, host: string, onOutput: Printed | undefined) {
    this.#rank = rank;
    this.#host = host;
    this.#onOutput = onOutput;
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
    this.stopUnwanted();
  }

  /** Aborts the signals of tasks whose results nobody wants any more. */
  stopUnwanted(): void {
    for (const { task, isWanted } of this.#running) {
      if (!isWanted()) {
        task.cancel();
      }
    }
  }

  /** Never rejects. `isWanted`: false ends it before the next task. */
  async run(batch: TaskBatch, work: LocalWork, isWanted: () => boolean): Promise<Outcome> {
    const values: unknown[] = new Array<unknown>(batch.count).fill(undefined);
    const failures: TaskFailure[] = [];
    const beganAt = performance.now();
    for (let at = 0; at < batch.count && isWanted(); at++) {
      const number = numberOf(batch, at);
      const task = new LocalTask({ number, ...work, onOutput: this.#onOutput });
      const entry = { task, isWanted };
      this.#running.add(entry);
      let failure: RemoteError | undefined;
      try {
        const all = [...argumentsOf(batch, at), ...work.fixed];
        const args = work.permute === undefined ? all : work.permute.map((index) => all[index]);
        values[at] = await settled(
          task.run(() => work.run(args)),
          task,
          work,
        );
      } catch (thrown) {
        failure = describeThrown(thrown);
      }
      this.#running.delete(entry);
      task.end();
      const { isLate, output, elapsedMs } = task;
      if (isLate) {
        values[at] = undefined;
        failures.push({
          at,
          reason: "timed_out",
          error: timedOut(number, work.timeoutMs!, failure),
          output,
          elapsedMs,
        });
      } else if (failure !== undefined) {
        failures.push({ at, reason: "threw", error: failure, output, elapsedMs });
      }
    }
    const elapsedMs = performance.now() - beganAt;
    const [rank, host] = [this.#rank, this.#host];
    return { values, failures, unrun: [], rank, host, elapsedMs, deathsOf: () => Promise.resolve([]) };
  }
}

/** Resolves with what a task gives, or `undefined` `graceMs` after its time was over: nothing here can end it. */
async function settled(result: unknown, task: LocalTask, { timeoutMs, graceMs }: LocalWork): Promise<unknown> {
  if (timeoutMs === undefined) {
    return await result;
  }
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), Math.max(0, timeoutMs - task.elapsedMs) + graceMs);
  });
  try {
    return await Promise.race([result, tooLate]);
  } finally {
    clearTimeout(timer);
  }
}
