import type { WorkerDeath } from "../errors.ts";

/** A death whose circumstances may still be looked into. */
export type Death = Promise<WorkerDeath>;

/**
 * A chunk that workers have died with, and which of its tasks each of them ran. From when it is suspected the workers say what they
 * begin; of a death before that nobody knows which task it was, so it counts for each.
 */
export class Suspicion {
  readonly #first: Death | undefined;
  readonly #deaths = new Map<number, Death[]>();
  readonly #uncertain: number;
  /** What the worker with the chunk has begun last. */
  #running: { readonly token: string; readonly at: number } | undefined;

  /** `first`: the death that made it suspect; `isKnown`: workers have said from the beginning which tasks they begin. */
  constructor(first: Death | undefined, isKnown: boolean) {
    this.#first = isKnown ? undefined : first;
    this.#uncertain = isKnown ? 0 : 1;
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
    return this.#uncertain + (this.#deaths.get(at)?.length ?? 0);
  }

  deathsOf(at: number): Promise<WorkerDeath[]> {
    const known = this.#deaths.get(at) ?? [];
    return Promise.all(this.#first === undefined ? known : [this.#first, ...known]);
  }
}
