/** The first buffer is this long, so that a slow drip does not begin byte by byte. */
const LEAST_BYTES = 64;

const NOTHING = new Uint8Array(0);

/**
 * Collects something that arrives in pieces. The buffer is at most twice as long as what has arrived (or `LEAST_BYTES`),
 * whatever length was announced, and each byte is moved twice on average: so linear, however small the pieces.
 */
export class GrowingBytes {
  /** What was collected are the bytes `[0, length)`. */
  bytes: Uint8Array = NOTHING;
  length = 0;

  /** Adds the bytes `[start, end)` of `source`. `most`: how long the whole can become; the buffer is never longer. */
  add(source: Uint8Array, start: number, end: number, most: number): void {
    const length = this.length + end - start;
    if (length > this.bytes.length) {
      const grown = new Uint8Array(Math.max(length, Math.min(most, Math.max(LEAST_BYTES, 2 * length))));
      grown.set(this.bytes.subarray(0, this.length));
      this.bytes = grown;
    }
    this.bytes.set(source.subarray(start, end), this.length);
    this.length = length;
  }

  /** Hands over what was collected and begins anew. The buffer is exact if `most` bytes were added. */
  take(): Uint8Array {
    const { bytes, length } = this;
    this.bytes = NOTHING;
    this.length = 0;
    return length === bytes.length ? bytes : bytes.subarray(0, length);
  }

  /** Begins anew, in the same buffer if it has at most `keptBytes`. */
  clear(keptBytes: number): void {
    this.length = 0;
    if (this.bytes.length > keptBytes) {
      this.bytes = NOTHING;
    }
  }
}
