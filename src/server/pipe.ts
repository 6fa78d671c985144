/** So much is taken at once, as by a kernel's buffer: the writer may use its bytes again. */
const TAKEN_BYTES = 65_536;

interface Piece {
  readonly bytes: Uint8Array;
  readonly isUnsent: boolean;
  readonly onTaken: (() => void) | undefined;
}

export interface PipeReader {
  received(bytes: Uint8Array): void;
  /** There will be no more. */
  ended(): void;
}

export interface PipeOptions {
  /** Calls back later, when what runs now is done. */
  readonly soon: (callback: () => void) => void;
  /** Whether writers may change their bytes, and readers may keep theirs: then everything is copied. */
  readonly copiesAll: boolean;
}

/**
 * Bytes one way between two parties of this process. The reader gets them in order, in a later call than the one that wrote, and
 * all that were written until then; what is written while it gets them comes in the next turn of the event loop, so that two who
 * always have an answer keep nobody else from running.
 */
export class Pipe {
  /** Bytes that were written and that do not count as taken: they are kept by reference, or wait for a paused reader. */
  unsentBytes = 0;
  readonly #reader: PipeReader;
  readonly #options: PipeOptions;
  readonly #pieces: Piece[] = [];
  #takenBytes = 0;
  #state: "open" | "ending" | "ended" = "open";
  #isScheduled = false;
  #isDelivering = false;
  #isPaused = false;

  constructor(reader: PipeReader, options: PipeOptions) {
    this.#reader = reader;
    this.#options = options;
  }

  get isOpen(): boolean {
    return this.#state === "open";
  }

  /** `onTaken` is called when the bytes are out. */
  write(bytes: Uint8Array, onTaken?: () => void): void {
    if (this.#state !== "open" || bytes.length === 0) {
      return;
    }
    const isUnsent = this.unsentBytes > 0 || this.#takenBytes + bytes.length > TAKEN_BYTES;
    if (isUnsent) {
      this.unsentBytes += bytes.length;
    } else {
      this.#takenBytes += bytes.length;
    }
    const kept = isUnsent && !this.#options.copiesAll ? bytes : copyOf(bytes);
    this.#pieces.push({ bytes: kept, isUnsent, onTaken });
    this.#schedule();
  }

  /** No more will be written; the reader is told behind the last byte. */
  end(): void {
    if (this.#state === "open") {
      this.#state = "ending";
      this.#schedule();
    }
  }

  /** Forgets what is under way. The reader is told nothing more. */
  destroy(): void {
    this.#state = "ended";
    this.#pieces.length = 0;
    this.unsentBytes = 0;
  }

  pause(isPaused: boolean): void {
    this.#isPaused = isPaused;
    if (!isPaused) {
      this.#schedule();
    }
  }

  #schedule(): void {
    if (!this.#isScheduled && !this.#isPaused && !this.#isDelivering && this.#hasNews) {
      this.#isScheduled = true;
      this.#options.soon(this.#deliver);
    }
  }

  get #hasNews(): boolean {
    return this.#pieces.length > 0 || this.#state === "ending";
  }

  readonly #deliver = (): void => {
    this.#isScheduled = false;
    this.#isDelivering = true;
    try {
      // (A piece may pause this, or end it all.)
      for (let left = this.#pieces.length; left > 0 && !this.#isPaused && this.#pieces.length > 0; left--) {
        this.#take(this.#pieces.shift()!);
      }
      if (this.#state === "ending" && this.#pieces.length === 0 && !this.#isPaused) {
        this.#state = "ended";
        this.#reader.ended();
      }
    } finally {
      this.#isDelivering = false;
      if (this.#hasNews && !this.#isPaused) {
        this.#isScheduled = true;
        setImmediate(this.#deliver);
      }
    }
  };

  #take({ bytes, isUnsent, onTaken }: Piece): void {
    if (isUnsent) {
      this.unsentBytes -= bytes.length;
    } else {
      this.#takenBytes -= bytes.length;
    }
    try {
      this.#reader.received(bytes);
    } finally {
      onTaken?.();
    }
  }
}

function copyOf(bytes: Uint8Array): Uint8Array {
  const copy = Buffer.allocUnsafe(bytes.length);
  copy.set(bytes);
  return copy;
}
