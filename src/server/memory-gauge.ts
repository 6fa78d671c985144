/** Counts memory that sessions take outside of the space, against a limit. */
export class MemoryGauge {
  /** The limit, in bytes. May be changed at any time. */
  maxBytes: number;
  readonly #valuesBytes: () => number;
  #used = 0;

  /** `valuesBytes`: what else counts toward the limit, at the moment. Default: nothing. */
  constructor(maxBytes: number, valuesBytes: () => number = () => 0) {
    this.maxBytes = maxBytes;
    this.#valuesBytes = valuesBytes;
  }

  get used(): number {
    return this.#used;
  }

  hasRoomFor(bytes: number): boolean {
    return this.#used + bytes + this.#valuesBytes() <= this.maxBytes;
  }

  /** `bytes` more (or less, if negative) are kept. */
  add(bytes: number): void {
    this.#used += bytes;
  }
}

/** Fewer bytes than this are not counted: every connection has some. */
const NEGLIGIBLE_BYTES = 16_384;

/** What one thing takes of the gauge, as it grows and shrinks. */
export class GaugedBytes {
  readonly #gauge: MemoryGauge;
  #counted = 0;

  constructor(gauge: MemoryGauge) {
    this.#gauge = gauge;
  }

  /** It takes so many bytes now. Returns whether there is room for them; they are counted in any case. */
  set(bytes: number): boolean {
    const counted = bytes < NEGLIGIBLE_BYTES ? 0 : bytes;
    if (counted === this.#counted) {
      return true;
    }
    const more = counted - this.#counted;
    this.#counted = counted;
    this.#gauge.add(more);
    return more < 0 || this.#gauge.hasRoomFor(0);
  }
}
