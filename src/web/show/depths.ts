import type { VariableView } from "../../server/client-view.ts";

const TICK_MS = 1000;
/** One depth each second. */
const KEPT = 60;
/** A variable that nobody has looked at for so long is forgotten. */
const FORGOTTEN_MS = 15_000;
const MOST_VARIABLES = 1000;
/** `starved` and `piling` are said of what has gone on for so long. */
const ALERT_MS = 10_000;

interface Watched {
  readonly depths: number[];
  lookedAt: number;
  /** The number of fetched values, and since when it has not changed. */
  fetched: number;
  fetchedAt: number;
}

/** How many values those variables had in the last minute that somebody looks at. */
export class Depths {
  readonly #now: () => number;
  readonly #watched = new Map<VariableView, Watched>();
  #timer: NodeJS.Timeout | undefined;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** The depths of a variable, which is watched from now on for as long as somebody asks. */
  of(variable: VariableView): number[] {
    const now = this.#now();
    const watched = this.#watched.get(variable);
    if (watched !== undefined) {
      watched.lookedAt = now;
      return watched.depths;
    }
    if (this.#watched.size >= MOST_VARIABLES) {
      return [variable.freeCount];
    }
    const depths = [variable.freeCount];
    this.#watched.set(variable, { depths, lookedAt: now, fetched: variable.fetchedCount, fetchedAt: now });
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS).unref();
    return depths;
  }

  /** What somebody should know of a variable. */
  alertOf(variable: VariableView): "starved" | "piling" | undefined {
    const now = this.#now();
    for (const { first } of [variable.fetchers, variable.finders]) {
      if (first !== undefined && now - first.since >= ALERT_MS) {
        return "starved";
      }
    }
    const watched = this.#watched.get(variable);
    const before = watched?.depths.at(-ALERT_MS / TICK_MS);
    const isPiling =
      watched !== undefined &&
      before !== undefined &&
      variable.freeCount > before &&
      variable.fetchedCount === watched.fetched &&
      now - watched.fetchedAt >= ALERT_MS;
    return isPiling ? "piling" : undefined;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#watched.clear();
  }

  #tick(): void {
    const now = this.#now();
    for (const [variable, watched] of this.#watched) {
      if (variable.isDeleted || now - watched.lookedAt > FORGOTTEN_MS) {
        this.#watched.delete(variable);
        continue;
      }
      watched.depths.push(variable.freeCount);
      if (watched.depths.length > KEPT) {
        watched.depths.shift();
      }
      if (variable.fetchedCount !== watched.fetched) {
        watched.fetched = variable.fetchedCount;
        watched.fetchedAt = now;
      }
    }
    if (this.#watched.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
  }
}
