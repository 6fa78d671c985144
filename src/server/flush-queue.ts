import type { Clock } from "../log/index.ts";
import { ByteWriter } from "../wire/byte-writer.ts";

/** Writers that are kept for the next turn, and how large one may have grown to be kept. */
const KEPT_WRITERS = 64;
const KEPT_WRITER_BYTES = 1_048_576;

export interface Flushable {
  /** Writes what was collected. Must not throw. */
  flush(): void;
}

/**
 * The connections that have something to say in this turn of the event loop: one write each at its end, however many requests came
 * in. A turn is one call from the event loop: the data of a socket, for which the queue is flushed when they have been
 * handled, or a timer or a file, for which it is flushed right after. (To wait for all sockets that are ready costs a
 * microsecond for each operation one at a time, a twentieth of what it takes; see `npm run bench -- --only one,fifty`.)
 *
 * Writers belong to the turn, not to the connection: ten thousand idle connections hold no buffers.
 */
export class FlushQueue {
  readonly #clock: Clock;
  #dirty: Flushable[] = [];
  #spare: Flushable[] = [];
  #isScheduled = false;
  #isReceiving = false;
  readonly #writers: ByteWriter[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Has `connection` flushed at the end of this turn; it adds itself only once. */
  add(connection: Flushable): void {
    this.#dirty.push(connection);
    if (!this.#isScheduled && !this.#isReceiving) {
      this.#isScheduled = true;
      this.#clock.soon(this.flush);
    }
  }

  /** What becomes dirty from here on is flushed by `endReceiving`. */
  beginReceiving(): void {
    this.#isReceiving = true;
  }

  endReceiving(): void {
    this.#isReceiving = false;
    if (this.#dirty.length > 0) {
      this.flush();
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
