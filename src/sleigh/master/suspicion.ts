import type { WorkerDeath } from "../errors.ts";

/** A death whose circumstances may still be looked into. */
export type Death = Promise<WorkerDeath>;

/**
 * A chunk that workers have died with, and which of its tasks each of them ran. Of the first death that is not known: every task
 * may have been it. From then on the workers say what they begin.
 */
export class Suspicion {
  readonly #first: Death | undefined;
  readonly #deaths = new Map<number, Death[]>();
  /** What the worker with the chunk has begun last. */
  #running: { readonly token: string; readonly at: number } | undefined;

  constructor(first: Death | undefined) {
    this.#first = first;
  }

  started(token: string, at: number): void {
    this.#running = { token, at };
  }

  /** The chunk has come to another worker. `deathOf`: of the one that had it. */
  givenOutAgain(deathOf: (token: string) => Death | undefined): void {
    if (this.#running === undefined) {
      return;
    }
    const { token, at } = this.#running;
    this.#running = undefined;
    const death = deathOf(token);
    if (death !== undefined) {
      this.#deaths.set(at, [...(this.#deaths.get(at) ?? []), death]);
    }
  }

  /** Places of the tasks that were tried so often. */
  lost(count: number, maxAttempts: number): number[] {
    return Array.from({ length: count }, (_, at) => at).filter((at) => this.attempts(at) >= maxAttempts);
  }

  attempts(at: number): number {
    return 1 + (this.#deaths.get(at)?.length ?? 0);
  }

  deathsOf(at: number): Promise<WorkerDeath[]> {
    const known = this.#deaths.get(at) ?? [];
    return Promise.all(this.#first === undefined ? known : [this.#first, ...known]);
  }
}
