import { ByteWriter } from "../wire/byte-writer.ts";

/** Writers that are kept for the next turn, and how large one may have grown to be kept. */
const KEPT_WRITERS = 64;
const KEPT_WRITER_BYTES = 1_048_576;

export interface Flushable {
  /** Writes what was collected. Must not throw. */
  flush(): void;
}

/**
 * The connections that have something to say in this turn of the event loop. All are flushed once, after the sockets that were
 * ready have been read: so each makes one write a turn, however many requests came in and however many others' stores
 * it waited for. (A flush at the end of each socket's data costs the same per operation, within what could be measured, one
 * at a time, with 50 connections and with 128 in flight; and writes twice where this writes once.)
 *
 * Writers belong to the turn, not to the connection: ten thousand idle connections hold no buffers.
 */
export class FlushQueue {
  #dirty: Flushable[] = [];
  #spare: Flushable[] = [];
  #isScheduled = false;
  readonly #writers: ByteWriter[] = [];

  /** Has `connection` flushed at the end of this turn; it adds itself only once. */
  add(connection: Flushable): void {
    this.#dirty.push(connection);
    if (!this.#isScheduled) {
      this.#isScheduled = true;
      setImmediate(this.flush);
    }
  }

  /** Flushes everybody now. What becomes dirty meanwhile waits for the next turn. */
  readonly flush = (): void => {
    this.#isScheduled = false;
    const dirty = this.#dirty;
    this.#dirty = this.#spare;
    for (const connection of dirty) {
      connection.flush();
    }
    dirty.length = 0;
    this.#spare = dirty;
  };

  takeWriter(): ByteWriter {
    return this.#writers.pop() ?? new ByteWriter();
  }

  /** Takes back an empty writer. */
  giveWriter(writer: ByteWriter): void {
    if (this.#writers.length < KEPT_WRITERS && writer.bytes.length <= KEPT_WRITER_BYTES) {
      this.#writers.push(writer);
    }
  }
}
