import type { TaskMessage, VerdictMessage } from "../messages.ts";
import type { Held } from "./held-chunks.ts";
import type { Link } from "./link.ts";

/** Chunks that came back from workers that died: what this worker asks its master about them, and tells. */
export class Suspects {
  readonly #link: Link;
  readonly #verdicts = new Map<string, (lost: readonly number[]) => void>();

  constructor(link: Link) {
    this.#link = link;
  }

  /** Resolves with the places of the tasks that are not to be run again. */
  async ask({ job, chunk }: TaskMessage, deliveries: number): Promise<readonly number[]> {
    const key = keyOf(job, chunk);
    const verdict = new Promise<readonly number[]>((resolve) => this.#verdicts.set(key, resolve));
    const { rank, token } = this.#link;
    await this.#link.send({ kind: "suspect", job, chunk, rank, token, deliveries });
    const lost = await verdict;
    this.#verdicts.delete(key);
    return lost;
  }

  verdict({ job, chunk, lost }: VerdictMessage): void {
    this.#verdicts.get(keyOf(job, chunk))?.(lost);
  }

  /** Resolves when the master will know that the task begins, whatever happens then. */
  starting({ job, chunk }: Held, at: number): Promise<void> {
    const { rank, token } = this.#link;
    return this.#link.send({ kind: "started", job, chunk, at, rank, token });
  }
}

function keyOf(job: number, chunk: number): string {
  return `${job}/${chunk}`;
}
