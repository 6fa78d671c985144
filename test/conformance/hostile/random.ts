/** Numbers that are the same for the same seed (mulberry32), so that a failure can be repeated. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** An integer from 0 up to, not including, `limit`. */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * limit);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.alloc(length);
    for (let at = 0; at < length; at++) {
      bytes[at] = this.below(256);
    }
    return bytes;
  }

  /** The bytes with some of them changed, left out, given twice or filled in. */
  mutilated(bytes: Buffer): Buffer {
    let result = bytes;
    for (let times = 1 + this.below(4); times > 0; times--) {
      const at = this.below(result.length);
      const length = this.below(Math.min(30, result.length - at));
      const before = result.subarray(0, at);
      const after = result.subarray(at + length);
      const inside = this.pick([
        () => this.bytes(length),
        () => Buffer.alloc(0),
        () => Buffer.concat([result.subarray(at, at + length), result.subarray(at, at + length)]),
        () => Buffer.from("9".repeat(length)),
        () => this.bytes(this.below(40)),
      ])();
      result = Buffer.concat([before, inside, after]);
    }
    return result;
  }
}
