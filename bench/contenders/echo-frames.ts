/**
 * The frames of the echo, those of the multiplexed protocol at their barest: u32 length of what follows, u32 request, bytes.
 * Both ends collect what they have to say and write it once a turn of the event loop; both keep no state beyond that.
 */

export const headBytes = 8;

/** Calls `frame` for each whole frame with the place of its request number and its end, and keeps the rest for the next chunk. */
export class EchoReader {
  readonly #frame: (chunk: Buffer, start: number, end: number) => void;
  #rest: Buffer | undefined;

  constructor(frame: (chunk: Buffer, start: number, end: number) => void) {
    this.#frame = frame;
  }

  push(arrived: Buffer): void {
    const chunk = this.#rest === undefined ? arrived : Buffer.concat([this.#rest, arrived]);
    let at = 0;
    while (at + 4 <= chunk.length) {
      const end = at + 4 + chunk.readUInt32BE(at);
      if (end > chunk.length) {
        break;
      }
      this.#frame(chunk, at + 4, end);
      at = end;
    }
    this.#rest = at === chunk.length ? undefined : Buffer.from(chunk.subarray(at));
  }
}

/** Collects bytes until the end of the turn. */
export class TurnWriter {
  readonly #write: (bytes: Buffer) => void;
  #buffer = Buffer.allocUnsafeSlow(65_536);
  #length = 0;

  constructor(write: (bytes: Buffer) => void) {
    this.#write = write;
  }

  /** Room for `bytes` more: the buffer, to be filled from the returned place on. */
  reserve(bytes: number): { readonly buffer: Buffer; readonly at: number } {
    if (this.#length === 0) {
      // After all promises of this turn have run: they have more to send.
      process.nextTick(this.#flush);
    } else if (this.#length + bytes > this.#buffer.length) {
      const larger = Buffer.allocUnsafeSlow(2 * (this.#length + bytes));
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    const at = this.#length;
    this.#length += bytes;
    return { buffer: this.#buffer, at };
  }

  readonly #flush = (): void => {
    // The socket may keep what it was given, so the next turn starts behind it.
    this.#write(this.#buffer.subarray(0, this.#length));
    this.#buffer = this.#buffer.subarray(this.#length);
    if (this.#buffer.length < 8_192) {
      this.#buffer = Buffer.allocUnsafeSlow(65_536);
    }
    this.#length = 0;
  };
}
