import type { Durability } from "../space/index.ts";
import type { JournalWriter } from "./journal/journal-writer.ts";

/** A connection that has said something which may not leave yet. */
export interface HeldBack {
  /** The log has more than before. */
  release(): void;
  drop(reason: string): void;
}

/** Of which changes an answer tells: bits. (Those that are kept in memory only, for the time being, hold up nobody.) */
export const Dependence = { none: 0, onDisk: 1, withSystem: 2, all: 3 } as const;

/** How far the log must be before an answer may leave: positions, 0 for none. */
export interface LogNeed {
  readonly onDisk: number;
  readonly withSystem: number;
}

/**
 * Keeps what connections say from leaving before the log has what it depends on. One sync of the log serves all who wait for it.
 *
 * An answer that tells of changes in several workspaces waits for each as its durability says; for none of them it waits for changes in
 * others, which may be made safe later or not at all.
 */
export class ReplyGate {
  readonly #journal: JournalWriter;
  readonly #waiting = new Set<HeldBack>();
  /** Since the log wrote last, somebody was answered who did not have to wait for it. */
  #hasLetPass = false;

  constructor(journal: JournalWriter) {
    this.#journal = journal;
    journal.onProgress = () => this.#progress();
    // Whoever has nothing to do with the log is not held up by it.
    journal.mayWait = () => {
      const isForAll = !this.#hasLetPass;
      this.#hasLetPass = false;
      return isForAll;
    };
  }

  /** An answer leaves that does not wait. */
  letPass(): void {
    this.#hasLetPass = true;
  }

  /** What an answer depends on that tells of workspaces with this durability (`undefined`: the server's). */
  dependenceOn(durability: Durability = this.#journal.durability): number {
    switch (durability) {
      case "fsync":
        return Dependence.onDisk;
      case "os":
        return Dependence.withSystem;
      case "memory":
        return Dependence.none;
    }
  }

  /** What is said now can need no more than this, when it depends on that. */
  needOf(dependence: number): LogNeed {
    const journal = this.#journal;
    return {
      onDisk: (dependence & Dependence.onDisk) === 0 ? 0 : journal.endOf("fsync"),
      withSystem: (dependence & Dependence.withSystem) === 0 ? 0 : journal.endOf("os"),
    };
  }

  isOpenFor({ onDisk, withSystem }: LogNeed): boolean {
    const journal = this.#journal;
    // When the log has failed nothing is changed any more, and what is read may leave.
    return (journal.has(onDisk, "fsync") && journal.has(withSystem, "os")) || journal.failure !== undefined;
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
