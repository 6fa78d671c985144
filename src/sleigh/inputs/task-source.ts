/** Arguments of several tasks with consecutive numbers, or with those of `numbers`. */
export interface TaskBatch {
  readonly first: number;
  readonly numbers: readonly number[] | undefined;
  readonly count: number;
  /** `columns`: a list (or typed array) of `count` values for each argument. `rows`: a list of arguments for each task. */
  readonly layout: "columns" | "rows";
  readonly args: readonly ArrayLike<unknown>[];
}

/** Where the arguments of a call's tasks come from. Read lazily: no further than tasks are handed out. */
export interface TaskSource {
  /** How many tasks are left; undefined where that is not known. */
  readonly left: number | undefined;
  /** The next tasks: at least one, at most `most`; undefined when there are no more. A promise only where the input makes one wait. */
  read(most: number): TaskBatch | undefined | Promise<TaskBatch | undefined>;
  /** Reads no more: iterators are closed. */
  close(): void;
}

export function numberOf(batch: TaskBatch, at: number): number {
  return batch.numbers?.[at] ?? batch.first + at;
}

/** The arguments of one task of a batch. */
export function argumentsOf(batch: TaskBatch, at: number): unknown[] {
  return batch.layout === "rows" ? Array.from(batch.args[at]!) : batch.args.map((column) => column[at]);
}

/** Some tasks of a batch, as one of their own. */
export function pick(batch: TaskBatch, places: readonly number[]): TaskBatch {
  const numbers = places.map((at) => numberOf(batch, at));
  const args =
    batch.layout === "rows"
      ? places.map((at) => batch.args[at]!)
      : batch.args.map((column) => places.map((at) => column[at]));
  return { first: numbers[0] ?? 0, numbers, count: places.length, layout: batch.layout, args };
}

/** Tasks that were read before: what is to be done again. */
export class AgainSource implements TaskSource {
  readonly #batches: TaskBatch[];
  readonly #rest: TaskSource | undefined;

  /** First `batches`, then `rest`. */
  constructor(batches: readonly TaskBatch[], rest?: TaskSource) {
    this.#batches = [...batches];
    this.#rest = rest;
  }

  get left(): number | undefined {
    const own = this.#batches.reduce((sum, { count }) => sum + count, 0);
    const rest = this.#rest === undefined ? 0 : this.#rest.left;
    return rest === undefined ? undefined : own + rest;
  }

  read(most: number): TaskBatch | undefined | Promise<TaskBatch | undefined> {
    const batch = this.#batches.shift();
    if (batch === undefined) {
      return this.#rest?.read(most);
    }
    if (batch.count <= most) {
      return batch;
    }
    const places = Array.from({ length: batch.count }, (_, at) => at);
    this.#batches.unshift(pick(batch, places.slice(most)));
    return pick(batch, places.slice(0, most));
  }

  close(): void {
    this.#batches.length = 0;
    this.#rest?.close();
  }
}
