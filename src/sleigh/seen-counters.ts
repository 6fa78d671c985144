/** How far behind the newest one a counter may come. Older ones count as seen. */
const WINDOW = 65_536;

/** Which of the counters of one sender have come: a bit for each of the newest ones. */
export class SeenCounters {
  /** Not before the second one comes: many a variable has but one value. */
  #bits: Uint32Array | undefined;
  #newest = 0;

  /** `counter`: from 1 on. Whether this is the first time. */
  note(counter: number): boolean {
    if (this.#newest === 0) {
      this.#newest = counter;
      return true;
    }
    const bits = (this.#bits ??= bitsOf(this.#newest));
    if (counter > this.#newest) {
      this.#advance(bits, counter);
    } else if (counter <= this.#newest - WINDOW || (bits[wordOf(counter)]! & (1 << counter)) !== 0) {
      return false;
    }
    bits[wordOf(counter)]! |= 1 << counter;
    return true;
  }

  /** What comes into the window is not seen yet. */
  #advance(bits: Uint32Array, newest: number): void {
    if (newest - this.#newest >= WINDOW) {
      bits.fill(0);
    } else {
      for (let counter = this.#newest + 1; counter <= newest; counter++) {
        bits[wordOf(counter)]! &= ~(1 << counter);
      }
    }
    this.#newest = newest;
  }
}

function bitsOf(counter: number): Uint32Array {
  const bits = new Uint32Array(WINDOW / 32);
  bits[wordOf(counter)]! |= 1 << counter;
  return bits;
}

function wordOf(counter: number): number {
  return (counter % WINDOW) >>> 5;
}
