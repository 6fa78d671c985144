import type { JournalWriter } from "./journal/journal-writer.ts";

/** A connection that has said something which may not leave yet. */
export interface HeldBack {
  /** The log has more than before. */
  release(): void;
  drop(reason: string): void;
}

/**
 * Keeps what connections say from leaving before the log has what it depends on. One sync of the log serves all who wait for it.
 */
export class ReplyGate {
  readonly #journal: JournalWriter;
  readonly #waiting = new Set<HeldBack>();

  constructor(journal: JournalWriter) {
    this.#journal = journal;
    journal.onProgress = () => this.#progress();
  }

  /** What is said now can depend on no more than this. */
  get position(): number {
    return this.#journal.end;
  }

  isOpenFor(position: number): boolean {
    // When the log has failed nothing is changed any more, and what is read may leave.
    return this.#journal.has(position) || this.#journal.failure !== undefined;
  }

  /** So much waits for the disk that nobody who is held back should send more. */
  get isCrowded(): boolean {
    return this.#journal.isCrowded;
  }

  /** Has `release` called when the log gets on. */
  add(connection: HeldBack): void {
    this.#waiting.add(connection);
  }

  remove(connection: HeldBack): void {
    this.#waiting.delete(connection);
  }

  #progress(): void {
    const { failure } = this.#journal;
    for (const connection of this.#waiting) {
      if (failure === undefined) {
        connection.release();
      } else {
        // What it was told to be done will never be safe, and it cannot be told otherwise in the middle of a stream.
        connection.drop(`its answers depend on what could not be kept: ${failure.message}`);
      }
    }
  }
}
