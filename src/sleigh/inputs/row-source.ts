import { SleighArgumentError } from "../errors.ts";
import type { TaskBatch, TaskSource } from "./task-source.ts";

/** The arguments of one task; undefined when there are no more. */
export type Row = readonly unknown[] | undefined;

const PAUSE = Symbol("pause");

/** Tasks that are made one after the other: by iterators, or by a function of the program. */
export class RowSource implements TaskSource {
  readonly left = undefined;
  readonly #next: (task: number) => Row | Promise<Row>;
  readonly #close: () => void;
  #task = 0;
  #isOver = false;
  /** A row that was asked for, and that the batch before did not wait for. */
  #asked: Promise<Row> | undefined;

  constructor(next: (task: number) => Row | Promise<Row>, close: () => void = () => undefined) {
    this.#next = next;
    this.#close = close;
  }

  read(most: number): TaskBatch | undefined | Promise<TaskBatch | undefined> {
    const rows: (readonly unknown[])[] = [];
    while (!this.#isOver && rows.length < most) {
      const row = this.#asked ?? this.#ask();
      if (row instanceof Promise) {
        this.#asked = row;
        return this.#readOn(rows, most);
      }
      this.#take(row, rows);
    }
    return this.#batch(rows);
  }

  /** The same tasks with other arguments. */
  map(change: (row: Row) => Row): RowSource {
    return new RowSource(
      (task) => {
        const row = this.#next(task);
        return row instanceof Promise ? row.then(change) : change(row);
      },
      () => this.close(),
    );
  }

  close(): void {
    if (!this.#isOver) {
      this.#isOver = true;
      this.#close();
    }
  }

  /** Waits for the first row; after that takes what is there, and leaves for later what has to be waited for. */
  async #readOn(rows: (readonly unknown[])[], most: number): Promise<TaskBatch | undefined> {
    let pause: Promise<typeof PAUSE> | undefined;
    while (!this.#isOver && rows.length < most) {
      const asked = (this.#asked ??= Promise.resolve(this.#ask()));
      if (rows.length > 0) {
        pause ??= new Promise((resolve) => setImmediate(resolve, PAUSE));
        if ((await Promise.race([asked, pause])) === PAUSE) {
          break;
        }
      }
      const row = await asked;
      this.#asked = undefined;
      this.#take(row, rows);
    }
    return this.#batch(rows);
  }

  #ask(): Row | Promise<Row> {
    return this.#next(this.#task);
  }

  #take(row: Row, rows: (readonly unknown[])[]): void {
    if (row === undefined) {
      this.#isOver = true;
    } else {
      rows.push(row);
      this.#task += 1;
    }
  }

  #batch(rows: readonly (readonly unknown[])[]): TaskBatch | undefined {
    const count = rows.length;
    return count === 0
      ? undefined
      : { first: this.#task - count, numbers: undefined, count, layout: "rows", args: rows };
  }
}

/** One argument from each iterator, until the first of them ends. */
export function rowsOf(iterables: readonly (Iterable<unknown> | AsyncIterable<unknown>)[]): RowSource {
  const iterators = iterables.map((each) =>
    Symbol.asyncIterator in each ? each[Symbol.asyncIterator]() : each[Symbol.iterator](),
  );
  const close = (): void => {
    for (const iterator of iterators) {
      // What its end has to say concerns nobody any more.
      void Promise.resolve(iterator.return?.()).catch(() => undefined);
    }
  };
  const isAsync = iterables.some((each) => Symbol.asyncIterator in each);
  const nextNow = (): Row => {
    const row: unknown[] = [];
    for (const iterator of iterators as Iterator<unknown>[]) {
      const result = iterator.next();
      if (result.done === true) {
        close();
        return undefined;
      }
      row.push(result.value);
    }
    return row;
  };
  const nextSoon = async (): Promise<Row> => {
    const row: unknown[] = [];
    for (const iterator of iterators) {
      const result = await iterator.next();
      if (result.done === true) {
        close();
        return undefined;
      }
      row.push(result.value);
    }
    return row;
  };
  return new RowSource(isAsync ? nextSoon : nextNow, close);
}

/** The arguments of one task from each member of an iterable. */
export function rowSource(lists: Iterable<readonly unknown[]> | AsyncIterable<readonly unknown[]>): RowSource {
  const single = rowsOf([lists]);
  const unwrap = (row: Row): Row => {
    const list = row?.[0];
    if (row !== undefined && !Array.isArray(list)) {
      throw new SleighArgumentError("starmap: each member of the iterable must be a list of arguments");
    }
    return list as Row;
  };
  return single.map(unwrap);
}
